//! V3 and V4 pools: what happens in a [`Range`], told in the events of either version.

use abis::events::{v3, v4};
use abis::periphery::PoolKey;
use alloy_primitives::{
    Address, B256, I256, Log, U256,
    aliases::{I24, U24, U160},
    keccak256,
};
use alloy_sol_types::{SolEvent, SolValue};
use anyhow::{Result, ensure};
use devchain::Dice;
use domain::amm::swap_step::Version;

use crate::synth::range::Range;

/// Which contract speaks for the pool.
#[derive(Debug, Clone, Copy)]
pub enum Voice {
    /// A pool contract.
    V3(Address),
    /// The pool manager and the position manager, of a pool with this id.
    V4(Address, Address, B256),
}

#[derive(Debug, Clone)]
struct Position {
    owner: Address,
    salt: u64,
    range: (i32, i32),
    liquidity: u128,
}

/// A pool and its state.
#[derive(Debug, Clone)]
pub struct Concentrated {
    voice: Voice,
    fee_pips: u32,
    range: Range,
    /// Liquidity of the first position, which stays; the others are parts of it.
    unit: u128,
    positions: Vec<Position>,
    opened: u64,
}

/// What the contract that creates pools says of one.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// Lower token.
    pub token0: Address,
    /// Higher token.
    pub token1: Address,
    /// Fee in pips.
    pub fee_pips: u32,
    /// Distance of usable ticks.
    pub spacing: i32,
}

impl Terms {
    /// The id of a V4 pool without hooks.
    #[must_use]
    pub fn id(&self) -> B256 {
        let key = PoolKey {
            currency0: self.token0,
            currency1: self.token1,
            fee: U24::from(self.fee_pips),
            tickSpacing: tick24(self.spacing),
            hooks: Address::ZERO,
        };
        keccak256(key.abi_encode())
    }
}

fn tick24(tick: i32) -> I24 {
    I24::try_from(tick).unwrap_or_default()
}

impl Concentrated {
    /// Creates a pool at a price, with liquidity that is worth `amount0` of token0, everywhere.
    ///
    /// # Errors
    /// When the price is none.
    pub fn begin(
        (factory, voice): (Address, Voice),
        terms: Terms,
        sqrt: U256,
        (owner, amount0): (Address, U256),
        logs: &mut Vec<Log>,
    ) -> Result<Self> {
        let version = if matches!(voice, Voice::V3(_)) { Version::V3 } else { Version::V4 };
        let range = Range::new(version, sqrt, terms.spacing, terms.fee_pips)?;
        let (price, tick) = (U160::from(sqrt), tick24(range.tick));
        match voice {
            Voice::V3(pool) => {
                let created = v3::PoolCreated {
                    token0: terms.token0,
                    token1: terms.token1,
                    fee: U24::from(terms.fee_pips),
                    tickSpacing: tick24(terms.spacing),
                    pool,
                };
                logs.push(Log { address: factory, data: created.encode_log_data() });
                let initialize = v3::Initialize { sqrtPriceX96: price, tick };
                logs.push(Log { address: pool, data: initialize.encode_log_data() });
            }
            Voice::V4(manager, _, id) => {
                let initialize = v4::Initialize {
                    id,
                    currency0: terms.token0,
                    currency1: terms.token1,
                    fee: U24::from(terms.fee_pips),
                    tickSpacing: tick24(terms.spacing),
                    hooks: Address::ZERO,
                    sqrtPriceX96: price,
                    tick,
                };
                logs.push(Log { address: manager, data: initialize.encode_log_data() });
            }
        }
        let unit = u128::try_from((amount0 * sqrt) >> 96)?;
        ensure!((1 << 24..1 << 112).contains(&unit), "a pool with a liquidity of {unit} is none");
        let mut pool =
            Self { voice, fee_pips: terms.fee_pips, range, unit, positions: Vec::new(), opened: 0 };
        let whole = pool.range.whole();
        pool.open(owner, whole, unit, logs)?;
        Ok(pool)
    }

    /// Something happens.
    ///
    /// # Errors
    /// Where a contract would revert.
    pub fn act(&mut self, actor: Address, dice: &mut Dice, logs: &mut Vec<Log>) -> Result<()> {
        match dice.below(1_000) {
            0..=49 if self.positions.len() < 60 => {
                let range = self.range.somewhere(dice);
                let part = 1 + u128::from(dice.below(1_000));
                self.open(actor, range, self.unit / 500 * part, logs)
            }
            50..=89 if self.positions.len() > 1 => {
                // the first position stays
                let others = self.positions.len() as u64 - 1;
                let place = 1 + usize::try_from(dice.below(others)).unwrap_or(0);
                let position = self.positions.swap_remove(place);
                self.close(&position, logs)
            }
            90..=91 => {
                self.give(actor, dice, logs);
                Ok(())
            }
            _ => self.swap(actor, dice, logs),
        }
    }

    fn open(
        &mut self,
        owner: Address,
        range: (i32, i32),
        liquidity: u128,
        logs: &mut Vec<Log>,
    ) -> Result<()> {
        self.opened += 1;
        let position = Position { owner, salt: self.opened, range, liquidity };
        let delta = i128::try_from(liquidity)?;
        let (amount0, amount1) = self.range.change(range, delta)?;
        match self.voice {
            Voice::V3(pool) => {
                let mint = v3::Mint {
                    sender: owner,
                    owner,
                    tickLower: tick24(range.0),
                    tickUpper: tick24(range.1),
                    amount: liquidity,
                    amount0,
                    amount1,
                };
                logs.push(Log { address: pool, data: mint.encode_log_data() });
            }
            Voice::V4(..) => self.modified(&position, delta, logs),
        }
        self.positions.push(position);
        Ok(())
    }

    fn close(&mut self, position: &Position, logs: &mut Vec<Log>) -> Result<()> {
        let delta = -i128::try_from(position.liquidity)?;
        let (amount0, amount1) = self.range.change(position.range, delta)?;
        let Voice::V3(pool) = self.voice else {
            self.modified(position, delta, logs);
            return Ok(());
        };
        let (owner, range) = (position.owner, position.range);
        let (lower, upper) = (tick24(range.0), tick24(range.1));
        let burn = v3::Burn {
            owner,
            tickLower: lower,
            tickUpper: upper,
            amount: position.liquidity,
            amount0,
            amount1,
        };
        let collect = v3::Collect {
            owner,
            recipient: owner,
            tickLower: lower,
            tickUpper: upper,
            amount0: u128::try_from(amount0)?,
            amount1: u128::try_from(amount1)?,
        };
        logs.push(Log { address: pool, data: burn.encode_log_data() });
        logs.push(Log { address: pool, data: collect.encode_log_data() });
        Ok(())
    }

    fn modified(&self, position: &Position, delta: i128, logs: &mut Vec<Log>) {
        let Voice::V4(manager, sender, id) = self.voice else { return };
        let modify = v4::ModifyLiquidity {
            id,
            sender,
            tickLower: tick24(position.range.0),
            tickUpper: tick24(position.range.1),
            liquidityDelta: I256::try_from(delta).unwrap_or_default(),
            salt: B256::from(U256::from(position.salt)),
        };
        logs.push(Log { address: manager, data: modify.encode_log_data() });
    }

    fn swap(&mut self, actor: Address, dice: &mut Dice, logs: &mut Vec<Log>) -> Result<()> {
        let (amount0, amount1) = self.range.swap(dice)?;
        let (price, tick) = (U160::from(self.range.sqrt), tick24(self.range.tick));
        let liquidity = self.range.liquidity;
        match self.voice {
            Voice::V3(pool) => {
                let swap = v3::Swap {
                    sender: actor,
                    recipient: actor,
                    amount0,
                    amount1,
                    sqrtPriceX96: price,
                    liquidity,
                    tick,
                };
                logs.push(Log { address: pool, data: swap.encode_log_data() });
            }
            Voice::V4(manager, _, id) => {
                let swap = v4::Swap {
                    id,
                    sender: actor,
                    // of the swapper's balance
                    amount0: i128::try_from(-amount0)?,
                    amount1: i128::try_from(-amount1)?,
                    sqrtPriceX96: price,
                    liquidity,
                    tick,
                    fee: U24::from(self.fee_pips),
                };
                logs.push(Log { address: manager, data: swap.encode_log_data() });
            }
        }
        Ok(())
    }

    /// A flash loan (V3) or a donation (V4).
    fn give(&self, actor: Address, dice: &mut Dice, logs: &mut Vec<Log>) {
        let amount0 = U256::from(1 + dice.below(1_000_000_000));
        let amount1 = U256::from(1 + dice.below(1_000_000_000));
        match self.voice {
            Voice::V3(pool) => {
                let pips = U256::from(1_000_000);
                let fee = |amount: U256| (amount * U256::from(self.fee_pips)).div_ceil(pips);
                let flash = v3::Flash {
                    sender: actor,
                    recipient: actor,
                    amount0,
                    amount1,
                    paid0: fee(amount0),
                    paid1: fee(amount1),
                };
                logs.push(Log { address: pool, data: flash.encode_log_data() });
            }
            Voice::V4(manager, _, id) => {
                let donate = v4::Donate { id, sender: actor, amount0, amount1 };
                logs.push(Log { address: manager, data: donate.encode_log_data() });
            }
        }
    }
}

//! All pools of the chain: they come to be one after the other, and then are used.

use abis::events::v2;
use alloy_primitives::{Address, Log, U256};
use alloy_sol_types::SolEvent;
use anyhow::Result;
use devchain::Dice;
use domain::{config::Pricing, decimal::Decimal, entity::Protocol, ids::PoolId};

use crate::synth::concentrated::{Concentrated, Terms, Voice};
use crate::synth::maths::sqrt_of_ratio;
use crate::synth::pair::Pair;
use crate::synth::tokens::{self, REFERENCE, STABLE, Token};

/// The contracts that stand above the pools.
#[derive(Debug, Clone, Copy)]
pub struct Contracts {
    /// V2 factory.
    pub v2_factory: Address,
    /// V2 router.
    pub v2_router: Address,
    /// V3 factory.
    pub v3_factory: Address,
    /// V4 pool manager.
    pub v4_manager: Address,
    /// V4 position manager.
    pub v4_positions: Address,
}

impl Contracts {
    /// Always the same.
    #[must_use]
    pub fn new() -> Self {
        let [v2_factory, v2_router, v3_factory, v4_manager, v4_positions] =
            [0, 1, 2, 3, 4].map(|number| tokens::address("contract", number));
        Self { v2_factory, v2_router, v3_factory, v4_manager, v4_positions }
    }
}

impl Default for Contracts {
    fn default() -> Self {
        Self::new()
    }
}

/// How the tokens of a protocol are priced: as on the main networks, with the first pools of the reference and a dollar.
#[must_use]
pub fn pricing(protocol: Protocol) -> Pricing {
    let token = |place: usize| tokens::address("token", place as u64);
    let stablecoins: Vec<Address> = STABLE.iter().map(|place| token(*place)).collect();
    let mut whitelist = vec![token(REFERENCE)];
    whitelist.extend(&stablecoins);
    whitelist.push(token(4));
    let contract = |kind, turn| PoolId::Contract(tokens::address(kind, turn));
    let stable_pools = match protocol {
        Protocol::V2 => vec![contract("pair", 0), contract("pair", 1)],
        Protocol::V3 => vec![contract("pool", 0)],
        Protocol::V4 => {
            whitelist.insert(0, Address::ZERO);
            let (fee_pips, spacing) = TIERS[0];
            let (token0, token1) = (Address::ZERO, token(STABLE[0]));
            vec![PoolId::Key(Terms { token0, token1, fee_pips, spacing }.id())]
        }
    };
    let minimum_locked = Decimal::ONE;
    let reference_token = token(REFERENCE);
    Pricing {
        reference_token,
        whitelist,
        stablecoins,
        stable_pools,
        minimum_locked,
        ..Pricing::default()
    }
}

#[derive(Debug, Clone)]
enum Pool {
    Pair(Box<Pair>),
    Concentrated(Box<Concentrated>),
}

/// The pools, their tokens and those who use them.
#[derive(Debug)]
pub struct Market {
    contracts: Contracts,
    /// The tokens, without the native currency.
    pub tokens: Vec<Token>,
    actors: Vec<Address>,
    pools: Vec<Pool>,
}

/// Fees in pips and the tick distance that goes with them.
const TIERS: [(u32, i32); 4] = [(3_000, 60), (500, 10), (10_000, 200), (100, 1)];

impl Market {
    /// A market with tokens for so many pools, and none of the pools yet.
    #[must_use]
    pub fn new(pools: usize, dice: &mut Dice) -> Self {
        Self {
            contracts: Contracts::new(),
            tokens: tokens::universe((pools / 2).max(20), dice),
            actors: (0..500).map(|number| tokens::address("actor", number)).collect(),
            pools: Vec::with_capacity(pools),
        }
    }

    /// Pools so far.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.pools.len()
    }

    /// Somebody.
    pub fn actor(&self, dice: &mut Dice) -> Address {
        self.actors.get(place(dice, self.actors.len())).copied().unwrap_or_default()
    }

    /// Something happens in a pool.
    ///
    /// # Errors
    /// Where a contract would revert.
    pub fn act(&mut self, actor: Address, dice: &mut Dice, logs: &mut Vec<Log>) -> Result<()> {
        let place = place(dice, self.pools.len());
        match self.pools.get_mut(place) {
            Some(Pool::Pair(pair)) => pair.act(actor, dice, logs),
            Some(Pool::Concentrated(pool)) => pool.act(actor, dice, logs)?,
            None => {}
        }
        Ok(())
    }

    /// The next pool: V2, V3 and V4 in turn.
    ///
    /// # Errors
    /// When its price is none.
    pub fn create(&mut self, owner: Address, logs: &mut Vec<Log>) -> Result<()> {
        let (version, turn) = (self.pools.len() % 3, self.pools.len() / 3);
        let native = version == 2 && turn.is_multiple_of(2);
        let (a, b) = self.sides(turn, native);
        let (token0, token1) = if a.address < b.address { (a, b) } else { (b, a) };
        let dollars = 500_000 + 100_000 * (turn as u64 % 40);
        let amounts = (token0.worth(dollars), token1.worth(dollars));
        let pool = if version == 0 {
            let pair = tokens::address("pair", turn as u64);
            let created = v2::PairCreated {
                token0: token0.address,
                token1: token1.address,
                pair,
                index: U256::from(turn + 1),
            };
            let factory = self.contracts.v2_factory;
            logs.push(Log { address: factory, data: created.encode_log_data() });
            let mut pair = Pair::new(pair, self.contracts.v2_router);
            pair.begin(owner, amounts, logs);
            Pool::Pair(Box::new(pair))
        } else {
            let (fee_pips, spacing) = TIERS[turn % TIERS.len()];
            let (token0, token1) = (token0.address, token1.address);
            let terms = Terms { token0, token1, fee_pips, spacing };
            let c = &self.contracts;
            let voice = if version == 1 {
                (c.v3_factory, Voice::V3(tokens::address("pool", turn as u64)))
            } else {
                (c.v4_manager, Voice::V4(c.v4_manager, c.v4_positions, terms.id()))
            };
            let sqrt = sqrt_of_ratio(amounts.1, amounts.0);
            let begun = Concentrated::begin(voice, terms, sqrt, (owner, amounts.0), logs)?;
            Pool::Concentrated(Box::new(begun))
        };
        self.pools.push(pool);
        Ok(())
    }

    /// The tokens of a pool: mostly the reference and another; the first rounds have the reference and the dollars.
    fn sides(&self, turn: usize, native: bool) -> (Token, Token) {
        let token = |place: usize| self.tokens.get(place).cloned().unwrap_or_else(Token::native);
        let others = self.tokens.len() - 1;
        let reference = if native { Token::native() } else { token(REFERENCE) };
        let dollar = token(STABLE[turn % STABLE.len()]);
        match turn {
            turn if turn < 2 => (reference, dollar),
            turn if turn % 5 == 3 => (dollar, token(4 + turn % (others - 3))),
            turn => (reference, token(1 + (turn + 1) % others)),
        }
    }
}

/// One of a list's places; the front ones are likelier, as some pools are busier than others.
fn place(dice: &mut Dice, len: usize) -> usize {
    let len = len.max(1) as u64;
    let place = dice.below(len).min(dice.below(len * 2));
    usize::try_from(place).unwrap_or(0)
}

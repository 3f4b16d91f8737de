//! A V2 pair: constant product with a fee of 0.3 %, shares as an ERC-20.

use abis::events::v2;
use abis::periphery::Erc20;
use alloy_primitives::{Address, Log, U256, aliases::U112};
use alloy_sol_types::SolEvent;
use devchain::Dice;

use crate::synth::maths::mul_div;

/// Shares that the first mint locks for ever.
const LOCKED: u64 = 1_000;

/// A pair and its state.
#[derive(Debug, Clone)]
pub struct Pair {
    address: Address,
    router: Address,
    /// Ratio of the reserves at birth; swaps lean towards it.
    birth: (U256, U256),
    reserves: (U256, U256),
    supply: U256,
    /// Who holds how many shares.
    shares: Vec<(Address, U256)>,
}

impl Pair {
    /// An empty pair.
    #[must_use]
    pub fn new(address: Address, router: Address) -> Self {
        let none = (U256::ZERO, U256::ZERO);
        Self {
            address,
            router,
            birth: none,
            reserves: none,
            supply: U256::ZERO,
            shares: Vec::new(),
        }
    }

    /// The first liquidity.
    pub fn begin(&mut self, owner: Address, amounts: (U256, U256), logs: &mut Vec<Log>) {
        self.birth = amounts;
        let shares = (amounts.0 * amounts.1).root(2);
        self.supply = shares;
        let locked = U256::from(LOCKED);
        self.log(logs, &transfer(Address::ZERO, Address::ZERO, locked));
        self.minted(owner, shares - locked, amounts, logs);
    }

    /// Something happens.
    pub fn act(&mut self, actor: Address, dice: &mut Dice, logs: &mut Vec<Log>) {
        match dice.below(100) {
            0..=3 if self.shares.len() < 60 => self.mint(actor, dice, logs),
            4..=6 if self.shares.len() > 1 => self.burn(dice, logs),
            _ => self.swap(actor, dice, logs),
        }
    }

    fn swap(&mut self, to: Address, dice: &mut Dice, logs: &mut Vec<Log>) {
        let (r0, r1) = self.reserves;
        // r0/r1 against its ratio at birth: above it token0 is to be taken out
        let heavy0 = mul_div(r0, self.birth.1, r1, false) > self.birth.0;
        let zero_in = if dice.chance(3, 5) { !heavy0 } else { heavy0 };
        let (reserve_in, reserve_out) = if zero_in { (r0, r1) } else { (r1, r0) };
        let part = U256::from(1 + dice.below(3_000));
        let amount_in = mul_div(reserve_in, part, U256::from(1_000_000), true);
        let after_fee = amount_in * U256::from(997);
        let amount_out =
            mul_div(after_fee, reserve_out, reserve_in * U256::from(1_000) + after_fee, false);
        let zero = U256::ZERO;
        let (ins, outs) = if zero_in {
            ((amount_in, zero), (zero, amount_out))
        } else {
            ((zero, amount_in), (amount_out, zero))
        };
        self.reserves = (r0 + ins.0 - outs.0, r1 + ins.1 - outs.1);
        self.sync(logs);
        let swap = v2::Swap {
            sender: self.router,
            amount0In: ins.0,
            amount1In: ins.1,
            amount0Out: outs.0,
            amount1Out: outs.1,
            to,
        };
        self.log(logs, &swap);
    }

    fn mint(&mut self, owner: Address, dice: &mut Dice, logs: &mut Vec<Log>) {
        let part = U256::from(1 + dice.below(5_000));
        let of = |whole| mul_div(whole, part, U256::from(1_000_000), true);
        let amounts = (of(self.reserves.0), of(self.reserves.1));
        let shares = mul_div(amounts.0, self.supply, self.reserves.0, false).min(mul_div(
            amounts.1,
            self.supply,
            self.reserves.1,
            false,
        ));
        self.supply += shares;
        self.minted(owner, shares, amounts, logs);
    }

    fn minted(&mut self, owner: Address, shares: U256, amounts: (U256, U256), logs: &mut Vec<Log>) {
        self.shares.push((owner, shares));
        self.reserves = (self.reserves.0 + amounts.0, self.reserves.1 + amounts.1);
        self.log(logs, &transfer(Address::ZERO, owner, shares));
        self.sync(logs);
        let mint = v2::Mint { sender: self.router, amount0: amounts.0, amount1: amounts.1 };
        self.log(logs, &mint);
    }

    fn burn(&mut self, dice: &mut Dice, logs: &mut Vec<Log>) {
        // the founder's shares stay
        let place = 1 + usize::try_from(dice.below(self.shares.len() as u64 - 1)).unwrap_or(0);
        let (owner, shares) = self.shares.swap_remove(place);
        let of = |whole| mul_div(shares, whole, self.supply, false);
        let amounts = (of(self.reserves.0), of(self.reserves.1));
        self.supply -= shares;
        self.reserves = (self.reserves.0 - amounts.0, self.reserves.1 - amounts.1);
        self.log(logs, &transfer(owner, self.address, shares));
        self.log(logs, &transfer(self.address, Address::ZERO, shares));
        self.sync(logs);
        let burn =
            v2::Burn { sender: self.router, amount0: amounts.0, amount1: amounts.1, to: owner };
        self.log(logs, &burn);
    }

    fn sync(&self, logs: &mut Vec<Log>) {
        let sync = v2::Sync {
            reserve0: U112::from(self.reserves.0),
            reserve1: U112::from(self.reserves.1),
        };
        self.log(logs, &sync);
    }

    fn log(&self, logs: &mut Vec<Log>, event: &impl SolEvent) {
        logs.push(Log { address: self.address, data: event.encode_log_data() });
    }
}

const fn transfer(from: Address, to: Address, value: U256) -> Erc20::Transfer {
    Erc20::Transfer { from, to, value }
}

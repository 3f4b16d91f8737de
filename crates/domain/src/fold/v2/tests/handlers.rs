//! The reference's handlers, written down once more in its own way (an object store, load and save, lists of ids), as
//! the measure of the fold on random events.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};

use super::support::{FACTORY, decimals};
use crate::{
    config::Pricing,
    decimal::Decimal,
    event::EventKind,
    figures::{Factory, PoolFigures, PoolInterval, ProtocolDay, TokenFigures, TokenInterval},
};

mod core;
mod days;
mod pricing;

/// A pair.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub(super) token0: Address,
    pub(super) token1: Address,
    pub(super) figures: PoolFigures,
}

/// A mint or burn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Liquidity {
    pub(super) pair: Address,
    pub(super) to: Option<Address>,
    pub(super) sender: Option<Address>,
    pub(super) liquidity: Decimal,
    pub(super) amount0: Option<Decimal>,
    pub(super) amount1: Option<Decimal>,
    pub(super) amount_usd: Option<Decimal>,
    pub(super) fee_to: Option<Address>,
    pub(super) fee_liquidity: Option<Decimal>,
    pub(super) needs_complete: bool,
    pub(super) log_index: Option<u32>,
}

/// A transaction's lists of ids.
#[derive(Debug, Clone, Default)]
struct Transaction {
    mints: Vec<String>,
    burns: Vec<String>,
    swaps: Vec<String>,
}

/// Where and when an event stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct At {
    pub(super) tx: u64,
    pub(super) log_index: u32,
    pub(super) time: u64,
}

/// The object store.
#[derive(Debug)]
pub(super) struct Reference {
    pricing: Pricing,
    pub(super) factory: Factory,
    pub(super) tokens: BTreeMap<Address, TokenFigures>,
    pub(super) pairs: BTreeMap<Address, Pair>,
    lookups: BTreeMap<(Address, Address), Address>,
    transactions: BTreeMap<u64, Transaction>,
    pub(super) mints: BTreeMap<String, Liquidity>,
    pub(super) burns: BTreeMap<String, Liquidity>,
    pub(super) swaps: BTreeMap<String, (u32, Decimal)>,
    pub(super) days: BTreeMap<u64, ProtocolDay>,
    pub(super) pair_days: BTreeMap<(Address, u64), PoolInterval>,
    pub(super) pair_hours: BTreeMap<(Address, u64), PoolInterval>,
    pub(super) token_days: BTreeMap<(Address, u64), TokenInterval>,
}

impl Reference {
    pub(super) fn new(pricing: Pricing) -> Self {
        Self {
            pricing,
            factory: Factory::default(),
            tokens: BTreeMap::new(),
            pairs: BTreeMap::new(),
            lookups: BTreeMap::new(),
            transactions: BTreeMap::new(),
            mints: BTreeMap::new(),
            burns: BTreeMap::new(),
            swaps: BTreeMap::new(),
            days: BTreeMap::new(),
            pair_days: BTreeMap::new(),
            pair_hours: BTreeMap::new(),
            token_days: BTreeMap::new(),
        }
    }

    /// Handles an event.
    pub(super) fn handle(&mut self, at: At, address: Address, kind: &EventKind) {
        if let EventKind::V2PairCreated { token0, token1, pair } = *kind {
            assert_eq!(address, FACTORY);
            return self.new_pair(token0, token1, pair);
        }
        if !self.pairs.contains_key(&address) {
            // no template was made for it
            return;
        }
        match *kind {
            EventKind::V2Transfer { from, to, value } => {
                self.transfer(at, address, from, to, value);
            }
            EventKind::V2Sync { reserve0, reserve1 } => self.sync(address, reserve0, reserve1),
            EventKind::V2Mint { sender, amount0, amount1 } => {
                self.mint(at, address, sender, amount0, amount1);
            }
            EventKind::V2Burn { amount0, amount1, .. } => self.burn(at, address, amount0, amount1),
            EventKind::V2Swap { amount0_in, amount1_in, amount0_out, amount1_out, .. } => {
                self.swap(at, address, [amount0_in, amount1_in], [amount0_out, amount1_out]);
            }
            _ => panic!("{kind:?}"),
        }
    }

    fn new_pair(&mut self, token0: Address, token1: Address, pair: Address) {
        self.factory.pool_count += 1;
        if decimals(token0).is_none() || decimals(token1).is_none() {
            return;
        }
        self.tokens.entry(token0).or_default();
        self.tokens.entry(token1).or_default();
        let figures = PoolFigures { counted: true, fee_tier: 3_000, ..PoolFigures::default() };
        self.pairs.insert(pair, Pair { token0, token1, figures });
        self.lookups.insert((token0, token1), pair);
        self.lookups.insert((token1, token0), pair);
    }
}

/// `convertTokenToDecimal`.
pub(super) fn convert(raw: U256, decimals: u8) -> Decimal {
    if decimals == 0 {
        return Decimal::from_u256(raw);
    }
    let ten = Decimal::from_parts(10, 0);
    let divisor = (0..decimals).fold(Decimal::ONE, |product, _| product * ten);
    Decimal::from_u256(raw).safe_div(divisor)
}

//! What tests of figures share: a chain with one V3 and one V4 DEX, and events to happen on it.

use std::collections::HashMap;

use alloy_primitives::{Address, B256, I256, U256};

use super::{BlockChanges, EntityType, FoldError, Key, State, needs::Needs};
use crate::{
    block::{Block, BlockRef, Sender},
    config::{Dex, Pricing, StaticToken, Watch},
    decimal::Decimal,
    entity::{Pool, Protocol, TokenMetadata},
    event::{Event, EventKind, EventMeta},
    figures::{Interval, PoolInterval},
    ids::PoolId,
};

pub(super) const FACTORY: Address = Address::repeat_byte(0xf3);
pub(super) const MANAGER: Address = Address::repeat_byte(0xf4);
pub(super) const SENDER: Address = Address::repeat_byte(0x5e);
/// Reference token, 18 decimals.
pub(super) const WETH: Address = Address::repeat_byte(0x11);
/// Stablecoin, 18 decimals.
pub(super) const DAI: Address = Address::repeat_byte(0x22);
/// Whitelisted, 8 decimals.
pub(super) const LINK: Address = Address::repeat_byte(0x33);
/// Not whitelisted, 18 decimals.
pub(super) const MEME: Address = Address::repeat_byte(0x44);
/// Not whitelisted, no decimals that the contract tells, 0 by configuration.
pub(super) const COIN: Address = Address::repeat_byte(0x55);
/// A token that tells no decimals.
pub(super) const MUTE: Address = Address::repeat_byte(0x66);
/// The pool that is not to be counted.
pub(super) const SKIPPED: u8 = 0xee;
/// The pools that give the price of the reference token.
pub(super) const STABLE: u8 = 0xa0;

/// A Unix time at the start of a day.
pub(super) const MIDNIGHT: u64 = 19_000 * 86_400;

pub(super) fn v3_pool(byte: u8) -> PoolId {
    PoolId::Contract(Address::repeat_byte(byte))
}

pub(super) fn v4_pool(byte: u8) -> PoolId {
    PoolId::Key(B256::repeat_byte(byte))
}

pub(super) fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(super) fn pricing(pool: fn(u8) -> PoolId, whitelist: Vec<Address>) -> Pricing {
    Pricing {
        reference_token: WETH,
        whitelist,
        stablecoins: vec![DAI],
        stable_pools: vec![pool(STABLE)],
        minimum_locked: Decimal::from(2u64),
        skip_pools: vec![pool(SKIPPED)],
        tokens: vec![StaticToken {
            address: COIN,
            symbol: "COIN".into(),
            name: "Coin".into(),
            decimals: 0,
        }],
        ..Pricing::default()
    }
}

/// A chain as the fold sees it.
pub(super) struct Chain {
    pub(super) state: State,
    pub(super) watch: Watch,
    pub(super) metadata: HashMap<Address, TokenMetadata>,
    pub(super) number: u64,
}

impl Chain {
    pub(super) fn new() -> Self {
        let dex = |name: &str, protocol, factory, pricing| Dex {
            name: name.into(),
            protocol,
            factory,
            fee_pips: 3_000,
            fork: None,
            position_manager: None,
            pricing,
        };
        let v3 = pricing(v3_pool, vec![WETH, DAI, LINK]);
        let v4 = pricing(v4_pool, vec![WETH, DAI, LINK, Address::ZERO]);
        let dexes =
            vec![dex("v3", Protocol::V3, FACTORY, v3), dex("v4", Protocol::V4, MANAGER, v4)];
        let metadata = [(WETH, 18), (DAI, 18), (LINK, 8), (MEME, 18)]
            .map(|(token, decimals)| {
                (token, TokenMetadata { decimals: Some(decimals), ..TokenMetadata::default() })
            })
            .into();
        let watch = Watch { dexes, ..Watch::default() };
        Self { state: State::default(), watch, metadata, number: 0 }
    }

    /// Applies a block with these events, each in a transaction of its own.
    pub(super) fn block(
        &mut self,
        timestamp: u64,
        events: Vec<(Address, EventKind)>,
    ) -> Result<BlockChanges, FoldError> {
        self.transactions(timestamp, events.into_iter().map(|event| vec![event]).collect())
    }

    /// Applies a block with these transactions.
    pub(super) fn transactions(
        &mut self,
        timestamp: u64,
        transactions: Vec<Vec<(Address, EventKind)>>,
    ) -> Result<BlockChanges, FoldError> {
        let block = self.made(timestamp, transactions);
        Needs::new(&self.watch, std::slice::from_ref(&block)).load(&mut self.state, |_| None);
        self.state.apply(&block, &self.watch, &self.metadata)
    }

    /// The next block, with these transactions; it is not applied.
    pub(super) fn made(
        &mut self,
        timestamp: u64,
        transactions: Vec<Vec<(Address, EventKind)>>,
    ) -> Block {
        self.number += 1;
        let hash = |n: u64| B256::from(U256::from(n));
        let header = BlockRef {
            number: self.number,
            hash: hash(self.number),
            parent_hash: hash(self.number - 1),
            timestamp,
        };
        let senders = (0..u32::try_from(transactions.len()).unwrap())
            .map(|tx_index| Sender { tx_index, from: SENDER, gas_price: 7 })
            .collect();
        let indexed = (0u32..)
            .zip(transactions)
            .flat_map(|(tx_index, events)| events.into_iter().map(move |event| (tx_index, event)));
        let events = (0u32..)
            .zip(indexed)
            .map(|(log_index, (tx_index, (address, kind)))| Event {
                meta: EventMeta {
                    address,
                    tx_hash: hash(u64::from(tx_index)),
                    tx_index,
                    log_index,
                },
                kind,
            })
            .collect();
        Block { header, senders, events }
    }

    /// The same, where nothing may fail.
    pub(super) fn ok(&mut self, timestamp: u64, events: Vec<(Address, EventKind)>) -> BlockChanges {
        self.block(timestamp, events).unwrap()
    }

    pub(super) fn find<T: EntityType + Clone>(&self, key: &Key) -> Option<T> {
        self.state.get(key).and_then(T::of).cloned()
    }

    pub(super) fn get<T: EntityType + Clone>(&self, key: &Key) -> T {
        self.find(key).unwrap_or_else(|| panic!("no {key:?}"))
    }

    /// A pool without what the chain alone keeps: of fees, and of what the reference leaves out.
    pub(super) fn pool(&self, id: PoolId) -> Pool {
        let mut pool: Pool = self.get(&Key::Pool(id));
        pool.figures.set_fee_growth(None);
        pool.figures.fee_protocol = 0;
        (pool.figures.beside_token0, pool.figures.beside_token1) = (None, None);
        pool
    }

    /// The row of the hour (or day) that holds `timestamp`, likewise.
    pub(super) fn pool_row(&self, id: PoolId, interval: Interval, timestamp: u64) -> PoolInterval {
        PoolInterval {
            fee_growth_global0: None,
            fee_growth_global1: None,
            ..self.get(&Key::PoolInterval(id, interval, interval.period(timestamp)))
        }
    }

    pub(super) fn token_row(
        &self,
        factory: Address,
        token: Address,
        interval: Interval,
        timestamp: u64,
    ) -> crate::figures::TokenInterval {
        self.get(&Key::TokenInterval(factory, token, interval, interval.period(timestamp)))
    }
}

fn address(pool: PoolId) -> Address {
    match pool {
        PoolId::Contract(address) => address,
        PoolId::Key(_) => MANAGER,
    }
}

fn key(pool: PoolId) -> B256 {
    match pool {
        PoolId::Key(key) => key,
        PoolId::Contract(_) => panic!("not a V4 pool"),
    }
}

/// `number x 10^decimals`.
pub(super) fn units(number: u64, decimals: u8) -> U256 {
    U256::from(number) * U256::from(10u8).pow(U256::from(decimals))
}

/// The same, with a sign.
pub(super) fn signed(number: i64, decimals: u8) -> I256 {
    let amount = I256::from_raw(units(number.unsigned_abs(), decimals));
    if number < 0 { -amount } else { amount }
}

/// The square root of a price that is a power of four, 4^power.
pub(super) fn sqrt_of_four_to_the(power: i32) -> U256 {
    U256::ONE << usize::try_from(96 + power).unwrap()
}

/// Creates a V3 pool.
pub(super) fn create(
    id: PoolId,
    token0: Address,
    token1: Address,
    fee: u32,
) -> (Address, EventKind) {
    let pool = address(id);
    (FACTORY, EventKind::V3PoolCreated { token0, token1, fee, tick_spacing: 10, pool })
}

/// Gives a V3 pool its first price.
pub(super) fn initialize(id: PoolId, sqrt_price_x96: U256, tick: i32) -> (Address, EventKind) {
    (address(id), EventKind::V3Initialize { sqrt_price_x96, tick })
}

/// Creates a V4 pool.
pub(super) fn create_v4(
    pool: PoolId,
    currencies: [Address; 2],
    fee: u32,
    sqrt_price_x96: U256,
    tick: i32,
) -> (Address, EventKind) {
    let [currency0, currency1] = currencies;
    let hooks = Address::ZERO;
    let id = key(pool);
    let kind = EventKind::V4Initialize {
        id,
        currency0,
        currency1,
        fee,
        tick_spacing: 10,
        hooks,
        sqrt_price_x96,
        tick,
    };
    (MANAGER, kind)
}

pub(super) fn mint(
    id: PoolId,
    range: (i32, i32),
    liquidity: u128,
    amounts: [U256; 2],
) -> (Address, EventKind) {
    let [amount0, amount1] = amounts;
    let (owner, tick_lower, tick_upper) = (SENDER, range.0, range.1);
    (address(id), EventKind::V3Mint { owner, tick_lower, tick_upper, liquidity, amount0, amount1 })
}

pub(super) fn burn(
    id: PoolId,
    range: (i32, i32),
    liquidity: u128,
    amounts: [U256; 2],
) -> (Address, EventKind) {
    let [amount0, amount1] = amounts;
    let (owner, tick_lower, tick_upper) = (SENDER, range.0, range.1);
    (address(id), EventKind::V3Burn { owner, tick_lower, tick_upper, liquidity, amount0, amount1 })
}

pub(super) fn collect(id: PoolId, range: (i32, i32), amounts: [U256; 2]) -> (Address, EventKind) {
    let [amount0, amount1] = amounts;
    let (owner, tick_lower, tick_upper) = (SENDER, range.0, range.1);
    (address(id), EventKind::V3Collect { owner, tick_lower, tick_upper, amount0, amount1 })
}

/// A swap of a V3 pool; amounts are the pool's.
pub(super) fn swap(
    id: PoolId,
    amounts: [I256; 2],
    sqrt_price_x96: U256,
    liquidity: u128,
    tick: i32,
) -> (Address, EventKind) {
    let [amount0, amount1] = amounts;
    let (sender, recipient) = (SENDER, SENDER);
    let kind = EventKind::V3Swap {
        sender,
        recipient,
        amount0,
        amount1,
        sqrt_price_x96,
        liquidity,
        tick,
        protocol_fees: None,
    };
    (address(id), kind)
}

/// The same of a pool of PancakeSwap, which tells what the protocol took.
pub(super) fn pancake_swap(
    (pool, mut swap): (Address, EventKind),
    took: [u128; 2],
) -> (Address, EventKind) {
    if let EventKind::V3Swap { protocol_fees, .. } = &mut swap {
        *protocol_fees = Some(took);
    }
    (pool, swap)
}

/// A swap of a V4 pool; amounts are the swapper's.
pub(super) fn swap_v4(
    pool: PoolId,
    amounts: [I256; 2],
    sqrt_price_x96: U256,
    liquidity: u128,
    tick: i32,
    fee: u32,
) -> (Address, EventKind) {
    let [amount0, amount1] = amounts;
    let (id, sender) = (key(pool), SENDER);
    let kind =
        EventKind::V4Swap { id, sender, amount0, amount1, sqrt_price_x96, liquidity, tick, fee };
    (MANAGER, kind)
}

pub(super) fn modify(pool: PoolId, range: (i32, i32), delta: i128) -> (Address, EventKind) {
    let kind = EventKind::V4ModifyLiquidity {
        id: key(pool),
        sender: SENDER,
        tick_lower: range.0,
        tick_upper: range.1,
        liquidity_delta: I256::try_from(delta).unwrap(),
        salt: B256::ZERO,
    };
    (MANAGER, kind)
}

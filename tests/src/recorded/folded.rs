//! The day's pools through the domain's fold, log by log: what the recorders tell is told after every single log.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use alloy_primitives::{Address, B256, U256, address};
use anyhow::{Context, Result};
use domain::{
    amm::tick_math::MAX_TICK,
    block::{Block, BlockRef},
    config::{Dex, Pricing, Watch},
    entity::{Pool, PoolState, Protocol, TokenMetadata},
    event::{Event, EventKind, EventMeta},
    fold::{BlockChanges, Entity, Key, State, needs::Needs},
    ids::PoolId,
};

use super::day::{DayEvent, DayPool, MIDNIGHT, events};

const FACTORY: Address = address!("1f98431c8ad98523631ae4a59f267346ea31f984");
const USDC: Address = address!("a0b86991c6218b36c1d19d4a2e9eb0ce3606eb48");
const WETH: Address = address!("c02aaa39b223fe8d0a0e5c4f27ead9083c756cc2");

/// A pool in the fold, in the middle of its life.
#[derive(Debug)]
pub struct Folded {
    pool: DayPool,
    watch: Watch,
    metadata: HashMap<Address, TokenMetadata>,
    /// Everything the fold keeps.
    pub state: State,
}

impl Folded {
    /// A pool as it stood before its first recorded log, as far as the day needs it, and the day's events.
    ///
    /// # Errors
    /// When the recording cannot be read.
    pub fn start(folder: &Path, pool: DayPool) -> Result<(Self, Vec<DayEvent>)> {
        let events = events(folder, pool)?;
        let dex = Dex {
            name: "uniswap-v3".into(),
            protocol: Protocol::V3,
            factory: FACTORY,
            fee_pips: 0,
            fork: None,
            position_manager: None,
            pricing: Pricing::default(),
        };
        let token = |symbol: &str, decimals| TokenMetadata {
            symbol: Some(symbol.into()),
            name: Some(symbol.into()),
            decimals: Some(decimals),
            ..TokenMetadata::default()
        };
        let mut folded = Self {
            pool,
            watch: Watch { dexes: vec![dex], ..Watch::default() },
            metadata: HashMap::from([(USDC, token("USDC", 6)), (WETH, token("WETH", 18))]),
            state: State::default(),
        };
        for (index, (address, kind)) in (0..).zip(seed(pool, &events)?) {
            folded.fold(1, MIDNIGHT, meta(address, index), kind)?;
        }
        Ok((folded, events))
    }

    /// Folds one recorded log.
    ///
    /// # Errors
    /// The fold's.
    pub fn event(&mut self, event: &DayEvent) -> Result<BlockChanges> {
        self.fold(event.block, event.timestamp, event.event.meta, event.event.kind.clone())
    }

    fn fold(
        &mut self,
        number: u64,
        timestamp: u64,
        meta: EventMeta,
        kind: EventKind,
    ) -> Result<BlockChanges> {
        // the recording has no block hashes, and the fold asks for none
        let header = BlockRef { number, hash: B256::ZERO, parent_hash: B256::ZERO, timestamp };
        let block = Block { header, senders: Vec::new(), events: vec![Event { meta, kind }] };
        Needs::new(&self.watch, std::slice::from_ref(&block)).load(&mut self.state, |_| None);
        Ok(self.state.apply(&block, &self.watch, &self.metadata)?)
    }

    /// The pool.
    ///
    /// # Errors
    /// When it is not there.
    pub fn pool(&self) -> Result<&Pool> {
        match self.state.get(&Key::Pool(PoolId::Contract(self.pool.address))) {
            Some(Entity::Pool(pool)) => Ok(pool),
            _ => anyhow::bail!("the pool is not in memory"),
        }
    }

    /// Its price, tick and liquidity.
    ///
    /// # Errors
    /// When it is not there.
    pub fn standing(&self) -> Result<(U256, i32, u128)> {
        match self.pool()?.state {
            PoolState::Concentrated { sqrt_price_x96, tick, liquidity } => {
                Ok((sqrt_price_x96, tick, liquidity))
            }
            PoolState::Reserves { .. } => anyhow::bail!("a pool with reserves"),
        }
    }
}

const fn meta(address: Address, log_index: u32) -> EventMeta {
    EventMeta { address, tx_hash: B256::ZERO, tx_index: 0, log_index }
}

/// Events that bring a new pool to where it stood: the positions that the day burns without having minted them, and the
/// rest of the liquidity in range over all prices.
fn seed(pool: DayPool, events: &[DayEvent]) -> Result<Vec<(Address, EventKind)>> {
    let (price, tick, liquidity) = events
        .iter()
        .find_map(|event| match event.event.kind {
            EventKind::V3Swap { sqrt_price_x96, tick, liquidity, .. } => {
                Some((sqrt_price_x96, tick, liquidity))
            }
            _ => None,
        })
        .context("a day without swaps")?;
    let mut held = positions_before(events)?;
    let in_range = held.iter().filter(|((lower, upper), _)| (*lower..*upper).contains(&tick));
    let known: u128 = in_range.map(|(_, size)| size).sum();
    let end = MAX_TICK / pool.spacing * pool.spacing;
    *held.entry((-end, end)).or_default() +=
        liquidity.checked_sub(known).context("more is burnt than was in range")?;
    let (address, fee, tick_spacing) = (pool.address, pool.fee_pips, pool.spacing);
    let created =
        EventKind::V3PoolCreated { token0: USDC, token1: WETH, fee, tick_spacing, pool: address };
    let first = EventKind::V3Initialize { sqrt_price_x96: price, tick };
    let mints = held.into_iter().map(|((tick_lower, tick_upper), liquidity)| EventKind::V3Mint {
        owner: Address::ZERO,
        tick_lower,
        tick_upper,
        liquidity,
        amount0: U256::ZERO,
        amount1: U256::ZERO,
    });
    let own = std::iter::once(first).chain(mints).map(|kind| (address, kind));
    Ok(std::iter::once((FACTORY, created)).chain(own).collect())
}

/// By range, what must have been there for the day's burns.
fn positions_before(events: &[DayEvent]) -> Result<BTreeMap<(i32, i32), u128>> {
    let mut balance: BTreeMap<(i32, i32), (i128, i128)> = BTreeMap::new();
    for event in events {
        let (range, delta) = match event.event.kind {
            EventKind::V3Mint { tick_lower, tick_upper, liquidity, .. } => {
                ((tick_lower, tick_upper), i128::try_from(liquidity)?)
            }
            EventKind::V3Burn { tick_lower, tick_upper, liquidity, .. } => {
                ((tick_lower, tick_upper), -i128::try_from(liquidity)?)
            }
            _ => continue,
        };
        let (now, lowest) = balance.entry(range).or_default();
        *now += delta;
        *lowest = (*lowest).min(*now);
    }
    let missing = balance.into_iter().filter(|(_, (_, lowest))| *lowest < 0);
    Ok(missing.map(|(range, (_, lowest))| (range, lowest.unsigned_abs())).collect())
}

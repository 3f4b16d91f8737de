//! A second opinion for tests: the handlers of the V3 and V4 references line by line, on a store of copies. Slow and plain:
//! `load` copies, `save` puts back, and nothing is shortened.

use std::collections::BTreeMap;

use alloy_primitives::{Address, I256, U256};

use super::{
    Key,
    kit::{COIN, Chain, DAI, FACTORY, LINK, MANAGER, MEME, WETH},
};
use crate::{
    config::Pricing,
    decimal::Decimal,
    entity::PoolState,
    event::EventKind,
    figures::{
        Factory, Interval, PoolFigures, PoolInterval, ProtocolDay, TokenFigures, TokenInterval,
    },
    ids::PoolId,
};

mod handlers;
mod periods;
mod prices;

use self::prices::{amounts_of, prices};

#[derive(Debug, Clone, PartialEq)]
struct PoolCopy {
    token0: Address,
    token1: Address,
    sqrt: U256,
    tick: Option<i32>,
    liquidity: u128,
    f: PoolFigures,
}

#[derive(Debug, Clone)]
struct TokenCopy {
    id: Address,
    decimals: u8,
    f: TokenFigures,
}

/// The entities of one DEX, as saved.
#[derive(Debug, Clone)]
pub(super) struct Oracle {
    v4: bool,
    dex: Address,
    pricing: Pricing,
    eth: Decimal,
    factory: Option<Factory>,
    pools: BTreeMap<PoolId, PoolCopy>,
    tokens: BTreeMap<Address, TokenFigures>,
    days: BTreeMap<u32, ProtocolDay>,
    pool_rows: BTreeMap<(PoolId, Interval, u32), PoolInterval>,
    token_rows: BTreeMap<(Address, Interval, u32), TokenInterval>,
}

fn int(value: u64) -> Decimal {
    Decimal::from(value)
}

/// As many decimals as the kit's tokens have.
fn decimals(token: Address) -> Option<u8> {
    [(WETH, 18), (DAI, 18), (LINK, 8), (MEME, 18), (COIN, 0), (Address::ZERO, 18)]
        .into_iter()
        .find_map(|(known, decimals)| (known == token).then_some(decimals))
}

impl Oracle {
    pub(super) fn new(chain: &Chain, v4: bool) -> Self {
        let dex = if v4 { MANAGER } else { FACTORY };
        Self {
            v4,
            dex,
            pricing: chain.watch.dex(dex).unwrap().pricing.clone(),
            eth: Decimal::ZERO,
            factory: None,
            pools: BTreeMap::new(),
            tokens: BTreeMap::new(),
            days: BTreeMap::new(),
            pool_rows: BTreeMap::new(),
            token_rows: BTreeMap::new(),
        }
    }

    fn load_token(&self, id: Address) -> TokenCopy {
        TokenCopy { id, decimals: decimals(id).unwrap(), f: self.tokens[&id].clone() }
    }

    fn save_token(&mut self, token: &TokenCopy) {
        self.tokens.insert(token.id, token.f.clone());
    }

    fn white(&self, token: Address) -> bool {
        self.pricing.whitelist.contains(&token)
    }

    /// Folds the events of a block: those of pools created in it after all others. What each is worth, in log order.
    pub(super) fn block(&mut self, time: u64, events: &[(Address, EventKind)]) -> Vec<Decimal> {
        let mut values = vec![Decimal::ZERO; events.len()];
        let (mut found, mut second) = (Vec::new(), Vec::new());
        for (i, (emitter, kind)) in events.iter().enumerate() {
            if found.contains(emitter) {
                second.push(i);
                continue;
            }
            if let EventKind::V3PoolCreated { pool, .. } = kind
                && !self.pools.contains_key(&PoolId::Contract(*pool))
            {
                found.push(*pool);
            }
            values[i] = self.event(time, *emitter, kind);
        }
        for i in second {
            values[i] = self.event(time, events[i].0, &events[i].1);
        }
        values
    }

    /// Folds an event; its `amountUSD`.
    fn event(&mut self, time: u64, emitter: Address, kind: &EventKind) -> Decimal {
        let contract = PoolId::Contract(emitter);
        match *kind {
            EventKind::V3PoolCreated { token0, token1, fee, pool, .. } if !self.v4 => {
                self.created(PoolId::Contract(pool), token0, token1, fee);
            }
            EventKind::V4Initialize {
                id, currency0, currency1, fee, sqrt_price_x96, tick, ..
            } if self.v4 => {
                let id = PoolId::Key(id);
                if self.created(id, currency0, currency1, fee) {
                    let (token0, token1) = (self.load_token(currency0), self.load_token(currency1));
                    let mut pool = self.pools[&id].clone();
                    (pool.sqrt, pool.tick) = (sqrt_price_x96, Some(tick));
                    (pool.f.token0_price, pool.f.token1_price) =
                        prices(sqrt_price_x96, &token0, &token1);
                    self.pools.insert(id, pool);
                    self.initialised(time, id);
                }
            }
            EventKind::V3Initialize { sqrt_price_x96, tick } => {
                if let Some(pool) = self.pools.get_mut(&contract) {
                    (pool.sqrt, pool.tick) = (sqrt_price_x96, Some(tick));
                    self.initialised(time, contract);
                }
            }
            EventKind::V3Swap { amount0, amount1, sqrt_price_x96, liquidity, tick, .. } => {
                let after = (sqrt_price_x96, liquidity, tick);
                return self.swap(time, contract, [amount0, amount1], after, None);
            }
            EventKind::V4Swap {
                id,
                amount0,
                amount1,
                sqrt_price_x96,
                liquidity,
                tick,
                fee,
                ..
            } => {
                let after = (sqrt_price_x96, liquidity, tick);
                return self.swap(time, PoolId::Key(id), [amount0, amount1], after, Some(fee));
            }
            EventKind::V3Mint { tick_lower, tick_upper, liquidity, amount0, amount1, .. } => {
                let raw = [amount0, amount1].map(I256::from_raw);
                let delta = i128::try_from(liquidity).unwrap();
                return self.liquidity(time, contract, (tick_lower, tick_upper), delta, raw, true);
            }
            EventKind::V3Burn { tick_lower, tick_upper, liquidity, amount0, amount1, .. } => {
                let raw = [amount0, amount1].map(I256::from_raw);
                let delta = -i128::try_from(liquidity).unwrap();
                return self.liquidity(time, contract, (tick_lower, tick_upper), delta, raw, false);
            }
            EventKind::V4ModifyLiquidity {
                id, tick_lower, tick_upper, liquidity_delta, ..
            } => {
                let id = PoolId::Key(id);
                let delta = i128::try_from(liquidity_delta).unwrap();
                let Some(pool) = self.pools.get(&id) else { return Decimal::ZERO };
                let raw = amounts_of(pool, (tick_lower, tick_upper), delta);
                return self.liquidity(time, id, (tick_lower, tick_upper), delta, raw, true);
            }
            EventKind::V3Collect { amount0, amount1, .. } => {
                return self.collect(time, contract, [amount0, amount1].map(I256::from_raw));
            }
            _ => {}
        }
        Decimal::ZERO
    }

    fn created(&mut self, id: PoolId, token0: Address, token1: Address, fee: u32) -> bool {
        if self.pricing.skip_pools.contains(&id)
            || self.pools.contains_key(&id)
            || decimals(token0).is_none()
            || decimals(token1).is_none()
        {
            return false;
        }
        self.factory.get_or_insert_default().pool_count += 1;
        self.tokens.entry(token0).or_default();
        self.tokens.entry(token1).or_default();
        if self.white(token0) {
            self.tokens.get_mut(&token1).unwrap().whitelist_pools.push(id);
        }
        if self.white(token1) {
            self.tokens.get_mut(&token0).unwrap().whitelist_pools.push(id);
        }
        let f = PoolFigures { counted: true, fee_tier: fee, ..PoolFigures::default() };
        let pool = PoolCopy { token0, token1, sqrt: U256::ZERO, tick: None, liquidity: 0, f };
        self.pools.insert(id, pool);
        true
    }

    fn initialised(&mut self, time: u64, id: PoolId) {
        let pool = self.pools[&id].clone();
        let (mut token0, mut token1) = (self.load_token(pool.token0), self.load_token(pool.token1));
        self.eth = self.eth_price();
        self.pool_row(time, id, Interval::Day);
        self.pool_row(time, id, Interval::Hour);
        token1.f.derived_eth = self.find_eth_per_token(&token1);
        token0.f.derived_eth = self.find_eth_per_token(&token0);
        self.save_token(&token0);
        self.save_token(&token1);
    }

    /// Panics unless the chain has the very same entities of this DEX, field by field.
    pub(super) fn assert_same(&self, chain: &Chain) {
        let dex = self.dex;
        let factory =
            self.factory.clone().map(|factory| Factory { eth_price_usd: self.eth, ..factory });
        assert_eq!(chain.find::<Factory>(&Key::Factory(dex)), factory);
        for (id, copy) in &self.pools {
            let pool = chain.pool(*id);
            assert_eq!(pool.figures, copy.f, "{id}");
            let PoolState::Concentrated { sqrt_price_x96, tick, liquidity } = pool.state else {
                panic!()
            };
            assert_eq!((sqrt_price_x96, liquidity), (copy.sqrt, copy.liquidity), "{id}");
            assert_eq!(tick, copy.tick.unwrap_or(0), "{id}");
        }
        for (token, figures) in &self.tokens {
            assert_eq!(
                chain.get::<TokenFigures>(&Key::TokenFigures(dex, *token)),
                *figures,
                "{token}"
            );
        }
        for (day, row) in &self.days {
            assert_eq!(chain.get::<ProtocolDay>(&Key::ProtocolDay(dex, *day)), *row);
        }
        for (&(id, interval, period), row) in &self.pool_rows {
            let key = Key::PoolInterval(id, interval, period);
            let found = chain.pool_row(id, interval, interval.start(period));
            assert_eq!(found, *row, "{key:?}");
        }
        for (&(token, interval, period), row) in &self.token_rows {
            let key = Key::TokenInterval(dex, token, interval, period);
            assert_eq!(chain.get::<TokenInterval>(&key), *row, "{key:?}");
        }
    }

    /// How many entities there are.
    pub(super) fn len(&self) -> usize {
        usize::from(self.factory.is_some())
            + self.pools.len()
            + self.tokens.len()
            + self.days.len()
            + self.pool_rows.len()
            + self.token_rows.len()
    }
}

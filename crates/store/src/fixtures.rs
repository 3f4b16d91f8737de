//! A small made-up chain with every kind of entity and row, for the tests.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, I256, U256};
use domain::{
    block::BlockRef,
    candle::{Candle, CandleStep, Subject},
    decimal::Decimal,
    entity::{Counters, Created, NftStandard, Pool, PoolState, Protocol, Tick, Token},
    figures::{
        Account, Factory, Interval, LiquidityPosition, PoolFigures, PoolInterval, ProtocolDay,
        TickDay, TickWord, TokenFigures, TokenInterval,
    },
    fold::{BlockChanges, Change, Entity, Key},
    ids::PoolId,
    row::{
        LiquidityEvent, LiquidityKind, LiquidityPositionSnapshot, NftTransfer, PairLiquidity,
        PairSwap, Position, PositionEvent, PositionEventKind, RowMeta, Rows, Swap,
    },
};

mod owned;

use owned::{nft, position, position_snapshot};

/// What exists, and the blocks that led there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chain {
    pub(crate) blocks: Vec<BlockChanges>,
    pub(crate) entities: BTreeMap<Key, Entity>,
}

pub(crate) fn address(n: u64) -> Address {
    Address::left_padding_from(&n.to_be_bytes())
}

fn hash(number: u64, fork: u64) -> B256 {
    B256::from((U256::from(fork + 1) << 64) + U256::from(number))
}

pub(crate) fn tx(block: u64) -> B256 {
    B256::from(U256::from(block) << 128)
}

/// The pool that block `n` creates: V2, V3 and V4 in turn.
pub(crate) fn pool_id(n: u64) -> PoolId {
    if n % 3 == 2 { PoolId::Key(hash(n, 77)) } else { PoolId::Contract(address(1_000 + n)) }
}

pub(crate) const COLLECTION: u64 = 500;
pub(crate) const POSITIONS: u64 = 600;

impl Chain {
    /// Blocks `1..=length` of a fork; each creates a pool and a token, swaps, and moves NFTs. Every seventh is empty.
    pub(crate) fn new(length: u64) -> Self {
        let mut chain = Self::default();
        chain.grow(length, 0);
        chain
    }

    /// Adds blocks up to this height.
    pub(crate) fn grow(&mut self, to: u64, fork: u64) {
        let from = self.blocks.last().map_or(1, |block| block.block.number + 1);
        for number in from..=to {
            let (parent, counters) =
                self.blocks.last().map_or((hash(number - 1, 0), Counters::default()), |last| {
                    (last.block.hash, last.counters_after)
                });
            let block = BlockRef {
                number,
                hash: hash(number, fork),
                parent_hash: parent,
                timestamp: 1_700_000_000 + number,
            };
            let changes = self.block(block, counters, fork);
            for change in &changes.changes {
                match &change.after {
                    Some(entity) => self.entities.insert(change.key, entity.clone()),
                    None => self.entities.remove(&change.key),
                };
            }
            self.blocks.push(changes);
        }
    }

    fn block(&self, block: BlockRef, counters_before: Counters, fork: u64) -> BlockChanges {
        let mut changes = BlockChanges {
            block,
            rows: Rows::default(),
            changes: Vec::new(),
            counters_before,
            counters_after: counters_before,
        };
        if !block.number.is_multiple_of(7) {
            self.events(&mut changes, fork);
        }
        changes
    }

    fn events(&self, changes: &mut BlockChanges, fork: u64) {
        let n = changes.block.number;
        let mut after: BTreeMap<Key, Option<Entity>> = BTreeMap::new();
        let mut put = |key, entity: Entity| after.insert(key, Some(entity));
        put(Key::Pool(pool_id(n)), pool(n).into());
        put(Key::Token(address(2_000 + n)), token(n).into());
        let tick = Tick {
            pool: pool_id(n),
            index: -60,
            liquidity_gross: u128::MAX - u128::from(n),
            liquidity_net: -i128::from(n),
            created_block: n,
            created_timestamp: 5,
            fee_growth_outside: (!n.is_multiple_of(3)).then(|| [U256::MAX, U256::from(n)]),
        };
        put(Key::Tick(pool_id(n), -60), tick.into());
        for (key, entity) in figures(n) {
            put(key, entity);
        }
        // an older pool trades again
        if let Some(Entity::Pool(old)) = self.entities.get(&Key::Pool(pool_id(n / 2))) {
            let again = Pool {
                swap_count: old.swap_count + 1 + fork,
                updated_block: n,
                ..Pool::clone(old)
            };
            put(Key::Pool(again.id), again.into());
        }
        // token id n goes to owner n % 3, token id n - 1 is burnt if it exists
        let nft = nft(n);
        let burnt = Key::Nft(address(COLLECTION), U256::from(n - 1), address((n - 1) % 3 + 1));
        let owner = nft.owner;
        put(Key::Nft(nft.collection, nft.token_id, owner), nft.into());
        if self.entities.contains_key(&burnt) && n.is_multiple_of(2) {
            after.insert(burnt, None);
        }
        changes.changes = after
            .into_iter()
            .map(|(key, after)| Change { key, before: self.entities.get(&key).cloned(), after })
            .collect();
        let meta = |log_index, item| RowMeta {
            position: Position { block: n, log_index, item },
            timestamp: changes.block.timestamp,
            tx_hash: tx(n),
            tx_index: 3,
            origin: n.is_multiple_of(2).then(|| address(6)),
            gas_price: n.is_multiple_of(2).then_some(u128::MAX),
        };
        for log_index in [1, 2] {
            changes.rows.swaps.push(Swap {
                meta: meta(log_index, 0),
                pool: pool_id(n / 2),
                sender: address(9),
                recipient: address(8),
                amount0: I256::MIN + I256::unchecked_from(n),
                amount1: I256::unchecked_from(n),
                sqrt_price_x96: (!n.is_multiple_of(2)).then(|| U256::from(n) << 96),
                tick: (!n.is_multiple_of(2)).then_some(-887_272),
                amount_usd: decimal(n),
                pair: n.is_multiple_of(2).then_some(PairSwap {
                    index: log_index - 1,
                    amount0_out: U256::from(n),
                    amount1_out: U256::MAX,
                }),
            });
        }
        changes.rows.pair_liquidity.push(PairLiquidity {
            meta: meta(5, 1),
            pool: pool_id(n),
            burn: true,
            n: 1,
            to: None,
            sender: Some(address(6)),
            liquidity: U256::MAX,
            amount0: Some(decimal(n)),
            amount1: Some(decimal(n + 1)),
            amount_usd: Some(decimal(n + 2)),
            fee_to: None,
            fee_liquidity: Some(U256::from(n)),
            needs_complete: true,
            log_index: Some(5),
        });
        changes.rows.liquidity_snapshots.push(LiquidityPositionSnapshot {
            meta: meta(5, 0),
            pool: pool_id(n),
            user: address(6),
            token0_price_usd: decimal(n),
            token1_price_usd: decimal(n),
            reserve0: decimal(n),
            reserve1: decimal(n),
            reserve_usd: decimal(n),
            total_supply: decimal(n),
            balance: U256::MAX,
        });
        changes.rows.position_snapshots.push(position_snapshot(meta(6, 0), n));
        for (log_index, kind) in
            [(7, PositionEventKind::Transfer), (8, PositionEventKind::Subscribe)]
        {
            changes.rows.position_events.push(PositionEvent {
                meta: meta(log_index, 0),
                manager: address(POSITIONS),
                token_id: U256::from(n / 2),
                kind,
                from: (log_index == 7).then(|| address(7)),
                to: address(6),
            });
        }
        changes.rows.liquidity.push(LiquidityEvent {
            meta: meta(3, 0),
            pool: pool_id(n),
            kind: LiquidityKind::Mint,
            owner: address(7),
            range: (!n.is_multiple_of(3)).then_some((-60, 60)),
            liquidity_delta: (!n.is_multiple_of(3)).then_some(I256::MINUS_ONE),
            amount0: Some(U256::MAX),
            amount1: None,
            amount_usd: decimal(n),
        });
        changes.rows.candles = candles(changes.block);
        for item in 0..2 {
            changes.rows.nft_transfers.push(NftTransfer {
                meta: meta(4, item),
                collection: address(COLLECTION),
                standard: NftStandard::Erc1155,
                token_id: U256::from(n),
                from: Address::ZERO,
                to: owner,
                amount: U256::from(item + 1),
            });
        }
        let counters = &mut changes.counters_after;
        counters.events += 4;
        counters.pools += 1;
        counters.tokens += 1;
        counters.swaps += 2;
        counters.liquidity_events += 1;
        counters.nft_transfers += 2;
    }
}

/// A busy pool, a token of the same and a pool that is new.
fn candles(block: BlockRef) -> Vec<CandleStep> {
    let n = block.number;
    let step = |subject, price| {
        let volume_usd = Decimal::from(n);
        let traded =
            Candle { volume0: U256::from(n), volume_usd, swap_count: 2, ..Candle::default() };
        let prices = Candle::at(block.timestamp, price);
        let Candle { start, open, close, .. } = prices;
        let candle = Candle { start, open, high: open + open, low: open, close, ..traded };
        CandleStep { subject, candle }
    };
    let pools = [pool_id(1), pool_id(n)].map(|id| step(Subject::Pool(id), decimal(n)));
    let token = Subject::Token { factory: address(1), token: address(2_001) };
    pools.into_iter().chain([step(token, Decimal::from(n % 3))]).collect()
}

fn pool(n: u64) -> Pool {
    let id = pool_id(n);
    let protocol = match (id, n % 3) {
        (PoolId::Key(_), _) => Protocol::V4,
        (_, 0) => Protocol::V2,
        _ => Protocol::V3,
    };
    Pool {
        id,
        dex: "dex".to_owned(),
        protocol,
        factory: address(1),
        token0: address(2_000 + n / 4),
        token1: address(2_000 + n),
        fee_pips: 0x80_0000,
        tick_spacing: -1,
        hooks: address(3),
        created: Created { block: n, timestamp: 5, tx_hash: tx(n), log_index: 1 },
        state: if protocol == Protocol::V2 {
            PoolState::Reserves { reserve0: U256::MAX, reserve1: U256::from(n) }
        } else {
            PoolState::Concentrated {
                sqrt_price_x96: U256::from(n) << 96,
                tick: -5,
                liquidity: u128::MAX,
            }
        },
        swap_count: n % 4,
        liquidity_event_count: 1,
        updated_block: n,
        figures: PoolFigures {
            counted: true,
            volume_usd: decimal(n),
            total_value_locked_token0: Decimal::ZERO - decimal(n),
            total_value_locked_usd: tvl(n),
            tx_count: n,
            fee_tier: 500,
            fee_growth_global0: (!n.is_multiple_of(3)).then_some(U256::MAX),
            fee_growth_global1: (!n.is_multiple_of(3)).then(|| U256::from(n)),
            ..PoolFigures::default()
        },
    }
}

/// A number with all its digits.
fn decimal(n: u64) -> Decimal {
    Decimal::from(n).safe_div(Decimal::from(7))
}

/// Some like others, some below zero, some of other lengths.
fn tvl(n: u64) -> Decimal {
    match n % 5 {
        0 => Decimal::ZERO,
        1 => Decimal::ZERO - decimal(n),
        2 => Decimal::from(1_000_000_u64),
        _ => decimal(n * n),
    }
}

fn figures(n: u64) -> Vec<(Key, Entity)> {
    let (factory, token, pool) = (address(1), address(2_000 + n), pool_id(n));
    let (volume_usd, tick) = (decimal(n), n.is_multiple_of(2).then_some(-7));
    let whitelist_pools = vec![pool, pool_id(n / 2)];
    vec![
        (
            Key::Factory(factory),
            Factory { pool_count: n, eth_price_usd: decimal(n), ..Factory::default() }.into(),
        ),
        (
            Key::ProtocolDay(factory, 7),
            ProtocolDay { volume_usd, tx_count: n, ..ProtocolDay::default() }.into(),
        ),
        (
            Key::TokenFigures(factory, token),
            TokenFigures { volume_usd, whitelist_pools, ..TokenFigures::default() }.into(),
        ),
        (
            Key::PoolInterval(pool, Interval::Hour, u32::MAX),
            PoolInterval { volume_usd, tick, liquidity: u128::MAX, ..PoolInterval::default() }
                .into(),
        ),
        (
            Key::TokenInterval(factory, token, Interval::Day, 0),
            TokenInterval { volume_usd, ..TokenInterval::default() }.into(),
        ),
        (
            Key::LiquidityPosition(pool, address(6)),
            LiquidityPosition { balance: U256::from(n), ..LiquidityPosition::default() }.into(),
        ),
        (Key::NftPosition(address(POSITIONS), U256::from(n)), position(n).into()),
        (Key::TickWord(pool, -1), TickWord { initialised: U256::from(n) << 200 }.into()),
        (
            Key::TickDay(pool, -60, 7),
            TickDay {
                liquidity_gross: u128::MAX,
                liquidity_net: -i128::from(n),
                fee_growth_outside0: (!n.is_multiple_of(3)).then_some(U256::MAX),
                fee_growth_outside1: None,
            }
            .into(),
        ),
        (
            Key::Account(address(6)),
            Account { volume_usd, swap_count: n, last_block: n, ..Account::default() }.into(),
        ),
    ]
}

fn token(n: u64) -> Token {
    Token {
        address: address(2_000 + n),
        symbol: (!n.is_multiple_of(5)).then(|| format!("T{}", n % 4)),
        name: n.is_multiple_of(2).then(|| "Größe \u{1f980}".to_owned()),
        decimals: (!n.is_multiple_of(5)).then_some(18),
        total_supply: (!n.is_multiple_of(5)).then_some(U256::MAX),
        pool_count: 1,
        first_block: n,
    }
}

//! The figures' collections. Their documents are records; only the ids differ:
//!
//! | collection | `_id` |
//! |---|---|
//! | `factories` | `{c, f}` chain, factory |
//! | `protocol_days` | `{c, f, n}` day |
//! | `token_figures` | `{c, f, a}` token |
//! | `pool_intervals` | `{c, p, k, n}` pool, `hour` or `day`, period |
//! | `token_intervals` | `{c, f, a, k, n}` |
//! | `accounts` | `{c, a}` |
//! | `liquidity_positions` | `{c, p, a}` pair, account |
//! | `nft_positions` | `{c, f, t}` manager, token id |
//! | `tick_words` | `{c, p, i}` pool, number of the word |
//! | `tick_days` | `{c, p, i, n}` pool, tick, day |

use super::record;
use crate::{
    codec::{
        Addr, Pid, Small, Uint,
        walk::{self, Field, walked},
    },
    error::StoreError,
};
use alloy_primitives::{Address, U256};
use bson::{Document, RawBsonRef, RawDocument, doc};
use domain::{
    figures::{
        Account, Factory, Interval, LiquidityPosition, NftPosition, PoolInterval, ProtocolDay,
        TickDay, TickWord, TokenFigures, TokenInterval,
    },
    fold::{Entity, Key},
    ids::PoolId,
};

pub(crate) const FACTORIES: &str = "factories";
pub(crate) const PROTOCOL_DAYS: &str = "protocol_days";
pub(crate) const TOKEN_FIGURES: &str = "token_figures";
pub(crate) const POOL_INTERVALS: &str = "pool_intervals";
pub(crate) const TOKEN_INTERVALS: &str = "token_intervals";
pub(crate) const ACCOUNTS: &str = "accounts";
pub(crate) const LIQUIDITY_POSITIONS: &str = "liquidity_positions";
pub(crate) const NFT_POSITIONS: &str = "nft_positions";
pub(crate) const TICK_WORDS: &str = "tick_words";
pub(crate) const TICK_DAYS: &str = "tick_days";

/// The stored form of an interval.
pub(crate) const fn interval(interval: Interval) -> &'static str {
    match interval {
        Interval::Hour => "hour",
        Interval::Day => "day",
    }
}

impl Field<'_> for Interval {
    fn read(value: RawBsonRef<'_>) -> Result<Self, String> {
        match value {
            RawBsonRef::String(text) => [Self::Hour, Self::Day]
                .into_iter()
                .find(|one| interval(*one) == text)
                .ok_or_else(|| format!("`{text}` is no interval")),
            other => Err(walk::is_no(other, "interval")),
        }
    }
}

pub(crate) fn factory(c: i64, factory: Address) -> Document {
    doc! { "c": c, "f": Addr(factory) }
}

pub(crate) fn protocol_day(c: i64, factory: Address, day: u32) -> Document {
    doc! { "c": c, "f": Addr(factory), "n": i64::from(day) }
}

pub(crate) fn token_figures(c: i64, factory: Address, token: Address) -> Document {
    doc! { "c": c, "f": Addr(factory), "a": Addr(token) }
}

pub(crate) fn pool_interval(c: i64, pool: PoolId, kind: Interval, period: u32) -> Document {
    doc! { "c": c, "p": Pid(pool), "k": interval(kind), "n": i64::from(period) }
}

pub(crate) fn token_interval(
    c: i64,
    factory: Address,
    token: Address,
    kind: Interval,
    period: u32,
) -> Document {
    doc! {
        "c": c, "f": Addr(factory), "a": Addr(token), "k": interval(kind), "n": i64::from(period),
    }
}

pub(crate) fn account(c: i64, account: Address) -> Document {
    doc! { "c": c, "a": Addr(account) }
}

pub(crate) fn liquidity_position(c: i64, pool: PoolId, account: Address) -> Document {
    doc! { "c": c, "p": Pid(pool), "a": Addr(account) }
}

pub(crate) fn nft_position(c: i64, manager: Address, token_id: U256) -> Document {
    doc! { "c": c, "f": Addr(manager), "t": Uint(token_id) }
}

pub(crate) fn tick_word(c: i64, pool: PoolId, word: i32) -> Document {
    doc! { "c": c, "p": Pid(pool), "i": word }
}

pub(crate) fn tick_day(c: i64, pool: PoolId, tick: i32, day: u32) -> Document {
    doc! { "c": c, "p": Pid(pool), "i": tick, "n": i64::from(day) }
}

walked! {
    /// All parts that an id may have.
    #[derive(Debug)]
    struct AnyId {
        f: Option<Addr>,
        a: Option<Addr>,
        p: Option<Pid>,
        k: Option<Interval>,
        n: Option<Small>,
        t: Option<Uint>,
        i: Option<i32>,
    }
}

walked! {
    /// Only the id.
    #[derive(Debug)]
    struct WithId {
        _id: AnyId,
    }
}

/// Reads a document of one of the figures' collections.
pub(crate) fn decode(
    collection: &'static str,
    raw: &RawDocument,
) -> Result<(Key, Entity), StoreError> {
    let WithId { _id: id } = super::walk_doc(collection, raw)?;
    let corrupt = |why: String| StoreError::Corrupt { collection, id: format!("{id:?}"), why };
    let AnyId { f, a, p, k, n, t, i } = &id;
    let (f, a, n) = (f.map(|f| f.0), a.map(|a| a.0), n.map(|n| n.0));
    let key = match (collection, f, a, p, k, n) {
        (NFT_POSITIONS, Some(f), ..) => {
            let t = t.as_ref().ok_or_else(|| corrupt("its id lacks a part".to_owned()))?;
            Key::NftPosition(f, t.0)
        }
        (TICK_WORDS | TICK_DAYS, _, _, Some(p), ..) => match (i, n) {
            (Some(i), None) if collection == TICK_WORDS => Key::TickWord(p.0, *i),
            (Some(i), Some(n)) => Key::TickDay(p.0, *i, n),
            _ => return Err(corrupt("its id lacks a part".to_owned())),
        },
        (FACTORIES, Some(f), ..) => Key::Factory(f),
        (PROTOCOL_DAYS, Some(f), _, _, _, Some(n)) => Key::ProtocolDay(f, n),
        (TOKEN_FIGURES, Some(f), Some(a), ..) => Key::TokenFigures(f, a),
        (POOL_INTERVALS, _, _, Some(p), Some(k), Some(n)) => Key::PoolInterval(p.0, *k, n),
        (TOKEN_INTERVALS, Some(f), Some(a), _, Some(k), Some(n)) => Key::TokenInterval(f, a, *k, n),
        (ACCOUNTS, _, Some(a), ..) => Key::Account(a),
        (LIQUIDITY_POSITIONS, _, Some(a), Some(p), ..) => Key::LiquidityPosition(p.0, a),
        _ => return Err(corrupt("its id lacks a part".to_owned())),
    };
    let entity = match key {
        Key::Factory(_) => record::read::<Factory>(raw).map(Entity::from),
        Key::ProtocolDay(..) => record::read::<ProtocolDay>(raw).map(Entity::from),
        Key::TokenFigures(..) => record::read::<TokenFigures>(raw).map(Entity::from),
        Key::PoolInterval(..) => record::read::<PoolInterval>(raw).map(Entity::from),
        Key::TokenInterval(..) => record::read::<TokenInterval>(raw).map(Entity::from),
        Key::LiquidityPosition(..) => record::read::<LiquidityPosition>(raw).map(Entity::from),
        Key::NftPosition(..) => record::read::<NftPosition>(raw).map(Entity::from),
        Key::TickWord(..) => record::read::<TickWord>(raw).map(Entity::from),
        Key::TickDay(..) => record::read::<TickDay>(raw).map(Entity::from),
        _ => record::read::<Account>(raw).map(Entity::from),
    };
    Ok((key, entity.map_err(corrupt)?))
}

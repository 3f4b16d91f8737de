//! Keys of entities as a tag and bytes: numbers big-endian, so that they sort.

use domain::{figures::Interval, fold::Key, ids::PoolId};

/// A key as stored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Tagged {
    /// Kind of entity.
    pub(crate) tag: i32,
    /// Which one.
    pub(crate) bytes: Vec<u8>,
}

/// The tag of pools.
pub(crate) const POOL: i32 = 1;
/// The tag of what never changes about a pool, which is no version of it: one chunk, made with the pool.
pub(crate) const IDENTITY: i32 = 0;

/// The key of what never changes about a pool.
pub(crate) fn identity(pool: PoolId) -> Tagged {
    Tagged { tag: IDENTITY, bytes: pool.as_slice().to_vec() }
}

const fn interval(interval: Interval) -> u8 {
    match interval {
        Interval::Hour => 0,
        Interval::Day => 1,
    }
}

/// The stored form of a key. Tags are never given a second time.
pub(crate) fn tagged(key: &Key) -> Tagged {
    let (tag, parts): (i32, [&[u8]; 4]) = match key {
        Key::Pool(pool) => (POOL, [pool.as_slice(), &[], &[], &[]]),
        Key::Tick(pool, index) => {
            (2, [pool.as_slice(), &(index ^ i32::MIN).to_be_bytes(), &[], &[]])
        }
        Key::Token(token) => (3, [token.as_slice(), &[], &[], &[]]),
        Key::Nft(collection, id, owner) => {
            (4, [collection.as_slice(), &id.to_be_bytes::<32>(), owner.as_slice(), &[]])
        }
        Key::Factory(factory) => (5, [factory.as_slice(), &[], &[], &[]]),
        Key::ProtocolDay(factory, day) => (6, [factory.as_slice(), &day.to_be_bytes(), &[], &[]]),
        Key::TokenFigures(factory, token) => (7, [factory.as_slice(), token.as_slice(), &[], &[]]),
        Key::PoolInterval(pool, kind, period) => {
            (8, [pool.as_slice(), &[interval(*kind)], &period.to_be_bytes(), &[]])
        }
        Key::TokenInterval(factory, token, kind, period) => {
            (9, [factory.as_slice(), token.as_slice(), &[interval(*kind)], &period.to_be_bytes()])
        }
        Key::Account(account) => (10, [account.as_slice(), &[], &[], &[]]),
        Key::LiquidityPosition(pool, account) => {
            (11, [pool.as_slice(), account.as_slice(), &[], &[]])
        }
        Key::NftPosition(manager, id) => {
            (12, [manager.as_slice(), &id.to_be_bytes::<32>(), &[], &[]])
        }
        Key::TickWord(pool, word) => {
            (13, [pool.as_slice(), &(word ^ i32::MIN).to_be_bytes(), &[], &[]])
        }
        Key::TickDay(pool, tick, day) => {
            (14, [pool.as_slice(), &(tick ^ i32::MIN).to_be_bytes(), &day.to_be_bytes(), &[]])
        }
    };
    Tagged { tag, bytes: parts.concat() }
}

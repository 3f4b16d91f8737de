//! Keys of the history, read back.

use alloy_primitives::{Address, U256};
use domain::{figures::Interval, fold::Key, ids::PoolId};

/// Bytes of an address.
const ADDRESS: usize = 20;

/// The key with this tag and these bytes; the inverse of `history::tagged`.
pub(super) fn key(tag: i32, bytes: &[u8]) -> Option<Key> {
    let mut rest = Bytes(bytes);
    let key = match tag {
        1 => Key::Pool(rest.pool(0)?),
        2 => {
            let pool = rest.pool(4)?;
            Key::Tick(pool, i32::from_be_bytes(rest.take()?) ^ i32::MIN)
        }
        3 => Key::Token(rest.address()?),
        4 => Key::Nft(rest.address()?, rest.number()?, rest.address()?),
        5 => Key::Factory(rest.address()?),
        6 => Key::ProtocolDay(rest.address()?, u32::from_be_bytes(rest.take()?)),
        7 => Key::TokenFigures(rest.address()?, rest.address()?),
        8 => {
            let pool = rest.pool(5)?;
            Key::PoolInterval(pool, rest.interval()?, u32::from_be_bytes(rest.take()?))
        }
        9 => Key::TokenInterval(
            rest.address()?,
            rest.address()?,
            rest.interval()?,
            u32::from_be_bytes(rest.take()?),
        ),
        10 => Key::Account(rest.address()?),
        11 => {
            let pool = rest.pool(ADDRESS)?;
            Key::LiquidityPosition(pool, rest.address()?)
        }
        12 => Key::NftPosition(rest.address()?, rest.number()?),
        13 => {
            let pool = rest.pool(4)?;
            Key::TickWord(pool, i32::from_be_bytes(rest.take()?) ^ i32::MIN)
        }
        14 => {
            let pool = rest.pool(8)?;
            let tick = i32::from_be_bytes(rest.take()?) ^ i32::MIN;
            Key::TickDay(pool, tick, u32::from_be_bytes(rest.take()?))
        }
        _ => return None,
    };
    rest.0.is_empty().then_some(key)
}

struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*first)
    }

    fn address(&mut self) -> Option<Address> {
        self.take().map(Address::new)
    }

    fn number(&mut self) -> Option<U256> {
        self.take::<32>().map(U256::from_be_bytes)
    }

    fn interval(&mut self) -> Option<Interval> {
        match self.take()? {
            [0] => Some(Interval::Hour),
            [1] => Some(Interval::Day),
            _ => None,
        }
    }

    /// All but the last bytes: pools have ids of two lengths.
    fn pool(&mut self, behind: usize) -> Option<PoolId> {
        let (pool, rest) = self.0.split_at_checked(self.0.len().checked_sub(behind)?)?;
        self.0 = rest;
        PoolId::from_slice(pool)
    }
}

//! Parts of ids.

use alloy_primitives::Address;
use bson::{Document, doc};
use domain::{
    candle::Resolution,
    market::{Asset, Feed, Millis, Quote, Source},
};
use serde::{Deserialize, Serialize};

use crate::{
    codec::{Addr, Num, chain_id, chain_key},
    error::StoreError,
};

/// A source as stored. Never changed, whatever its rank is.
pub(crate) const fn code(source: Source) -> i32 {
    match source {
        Source::Chainlink => 0,
        Source::Binance => 1,
        Source::Coinbase => 2,
        Source::Pyth => 3,
        Source::DefiLlama => 4,
        Source::CoinGecko => 5,
        Source::Pools => 6,
    }
}

/// The inverse of [`code`].
pub(super) fn source(stored: i32) -> Option<Source> {
    Source::ALL.into_iter().find(|source| code(*source) == stored)
}

/// A feed from its stored parts.
pub(super) fn feed(collection: &'static str, stored: i32, id: &str) -> Result<Feed, StoreError> {
    let source = source(stored).ok_or_else(|| StoreError::Corrupt {
        collection,
        id: id.to_owned(),
        why: format!("{stored} is no price source"),
    })?;
    Ok(Feed { source, id: id.into() })
}

/// The start of the ids of a token.
pub(super) fn of_asset(asset: &Asset) -> Document {
    doc! { "c": chain_key(asset.chain), "a": Addr(asset.address) }
}

/// The start of the ids of a token's feed.
pub(super) fn of_feed(asset: &Asset, feed: &Feed) -> Document {
    with_feed(of_asset(asset), feed)
}

/// The feed appended to an id.
pub(super) fn with_feed(mut id: Document, feed: &Feed) -> Document {
    id.insert("s", code(feed.source));
    id.insert("f", &*feed.id);
    id
}

/// A resolution as stored.
pub(super) fn resolution(resolution: Resolution) -> i64 {
    resolution.seconds().cast_signed()
}

/// A time as a bound of a query.
pub(super) fn millis(time: Millis) -> bson::Bson {
    Num(time).bound()
}

/// A token as a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AssetDoc {
    c: i64,
    a: Addr,
}

impl AssetDoc {
    /// What a value is counted in; `None` for dollars.
    pub(super) fn of_quote(quote: &Quote) -> Option<Self> {
        match quote {
            Quote::Usd => None,
            Quote::Asset(asset) => Some(Self { c: chain_key(asset.chain), a: Addr(asset.address) }),
        }
    }

    /// The inverse.
    pub(super) fn quote(stored: Option<Self>) -> Quote {
        stored.map_or(Quote::Usd, |asset| Quote::Asset(asset.asset()))
    }

    /// As a field of a document.
    pub(super) fn bson(self) -> Document {
        doc! { "c": self.c, "a": self.a }
    }

    fn asset(self) -> Asset {
        token(self.c, self.a.0)
    }
}

/// A token from its stored parts.
pub(super) const fn token(chain: i64, address: Address) -> Asset {
    Asset { chain: chain_id(chain), address }
}

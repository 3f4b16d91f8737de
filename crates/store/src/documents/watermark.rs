//! Collection `watermarks`: `_id {c}`, the newest block whose changes are stored, and the running counts as of it.

use bson::{Document, RawDocument, doc};
use domain::{block::BlockRef, entity::Counters};
use serde::{Deserialize, Serialize};

use super::{Stored, by_serde};
use crate::{
    codec::{Hash, Num},
    watermark::Watermark,
};

/// Identity.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Id {
    c: i64,
}

/// The `_id` of a chain's watermark.
pub(crate) fn id(chain: i64) -> Document {
    doc! { "c": chain }
}

/// A block.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Block {
    n: Num,
    h: Hash,
    p: Hash,
    t: Num,
}

impl Block {
    pub(crate) const fn new(block: &BlockRef) -> Self {
        Self {
            n: Num(block.number),
            h: Hash(block.hash),
            p: Hash(block.parent_hash),
            t: Num(block.timestamp),
        }
    }

    pub(crate) const fn domain(self) -> BlockRef {
        BlockRef { number: self.n.0, hash: self.h.0, parent_hash: self.p.0, timestamp: self.t.0 }
    }
}

/// Running counts.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Counts {
    events: Num,
    pools: Num,
    tokens: Num,
    swaps: Num,
    liquidity_events: Num,
    nft_transfers: Num,
}

/// A watermark as stored, also inside an undo record.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Doc {
    _id: Id,
    block: Block,
    counters: Counts,
}

impl Doc {
    /// The key of the generation it belongs to.
    pub(crate) const fn key(&self) -> i64 {
        self._id.c
    }
}

impl Stored for Doc {
    const COLLECTION: &'static str = "watermarks";
    type Domain = Watermark;

    fn from_domain(c: i64, watermark: &Watermark) -> Self {
        let Counters { events, pools, tokens, swaps, liquidity_events, nft_transfers } =
            watermark.counters;
        Self {
            _id: Id { c },
            block: Block::new(&watermark.block),
            counters: Counts {
                events: Num(events),
                pools: Num(pools),
                tokens: Num(tokens),
                swaps: Num(swaps),
                liquidity_events: Num(liquidity_events),
                nft_transfers: Num(nft_transfers),
            },
        }
    }

    fn into_domain(self) -> Watermark {
        let Counts { events, pools, tokens, swaps, liquidity_events, nft_transfers } =
            self.counters;
        Watermark {
            block: self.block.domain(),
            counters: Counters {
                events: events.0,
                pools: pools.0,
                tokens: tokens.0,
                swaps: swaps.0,
                liquidity_events: liquidity_events.0,
                nft_transfers: nft_transfers.0,
            },
        }
    }

    fn read(raw: &RawDocument) -> Result<Self, String> {
        by_serde(raw)
    }
}

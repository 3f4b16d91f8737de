//! What trades are computed from: of every pool its price, liquidity and ticks, and what of it changed since a block.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::Address;
use bson::{Document, RawDocumentBuf, doc};
use domain::{
    amm::tick_map::TickLiquidity,
    block::BlockRef,
    entity::{PoolState, Protocol},
    ids::PoolId,
};
use futures::TryStreamExt as _;
use mongodb::options::Hint;
use serde::Deserialize;

use super::{
    Snapshot,
    audit::since,
    plan::{ID, range},
};
use crate::{
    codec::Pid,
    documents::{Stored, decode_doc, pool, tick, undo, walk_doc},
    error::StoreError,
};

/// A pool without its figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TradingPool {
    /// Identity.
    pub id: PoolId,
    /// Configured name of its DEX.
    pub dex: String,
    /// Rules.
    pub protocol: Protocol,
    /// Token0 and token1; the zero address is the native currency.
    pub tokens: [Address; 2],
    /// Fee in pips; 0x800000 marks a dynamic fee of V4.
    pub fee_pips: u32,
    /// Distance between usable ticks; 0 for V2.
    pub tick_spacing: i32,
    /// V4 hooks; zero when there are none.
    pub hooks: Address,
    /// Price and liquidity.
    pub state: PoolState,
    /// The protocol's part of fees, packed as the pool stores it.
    pub fee_protocol: u32,
}

/// The pools that a block changed: their state, or one of their ticks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockTrading {
    /// The block.
    pub block: BlockRef,
    /// Pools whose price, reserves or liquidity changed.
    pub pools: BTreeSet<PoolId>,
    /// Pools of whose ticks some changed.
    pub ticks: BTreeSet<PoolId>,
}

/// A part of an undo record with the names of what it holds alone.
#[derive(Debug, Deserialize)]
struct Part {
    head: Option<PartHead>,
    #[serde(default)]
    images: Vec<Name>,
}

#[derive(Debug, Deserialize)]
struct PartHead {
    block: crate::documents::watermark::Block,
}

#[derive(Debug, Deserialize)]
struct Name {
    /// Collection.
    k: String,
    i: NameId,
}

#[derive(Debug, Deserialize)]
struct NameId {
    p: Option<Pid>,
}

impl Snapshot {
    /// Every pool, in no order that means anything.
    pub async fn trading_pools(&self, mut each: impl FnMut(TradingPool)) -> Result<(), StoreError> {
        let filter = doc! { "_id": range(self.key(), true, None) };
        self.stream(pool::Doc::COLLECTION, filter, Some(pool::trading()), |raw| {
            each(walk_doc::<pool::Trading>(pool::Doc::COLLECTION, raw)?.into_pool());
            Ok(())
        })
        .await
    }

    /// The pools with these ids that exist.
    pub async fn trading_pools_by_ids(
        &self,
        ids: &[PoolId],
    ) -> Result<Vec<TradingPool>, StoreError> {
        let wanted: Vec<_> = ids.iter().map(|id| pool::id(self.key(), *id)).collect();
        let mut found = Vec::with_capacity(ids.len());
        let filter = doc! { "_id": { "$in": wanted } };
        self.stream(pool::Doc::COLLECTION, filter, Some(pool::trading()), |raw| {
            found.push(walk_doc::<pool::Trading>(pool::Doc::COLLECTION, raw)?.into_pool());
            Ok(())
        })
        .await?;
        Ok(found)
    }

    /// Every tick that carries liquidity, pool by pool and ascending.
    pub async fn trading_ticks(
        &self,
        mut each: impl FnMut(PoolId, TickLiquidity),
    ) -> Result<(), StoreError> {
        let filter = doc! { "_id": range(self.key(), true, None) };
        self.stream(tick::Doc::COLLECTION, filter, Some(tick::liquidity()), |raw| {
            let (pool, tick) = walk_doc::<tick::Trading>(tick::Doc::COLLECTION, raw)?.into_tick();
            if tick.gross > 0 {
                each(pool, tick);
            }
            Ok(())
        })
        .await
    }

    /// The blocks above this one, ascending, with the pools that each changed. `None` where that is not known any more:
    /// blocks that nobody can take back leave no record.
    pub async fn trading_since(&self, block: u64) -> Result<Option<Vec<BlockTrading>>, StoreError> {
        let newest = self.block().number;
        if newest <= block {
            return Ok(Some(Vec::new()));
        }
        let mut found: BTreeMap<u64, BlockTrading> = BTreeMap::new();
        let mut last = None;
        let plan = since(self.key(), block);
        let names = doc! { "head.block": 1, "images.k": 1, "images.i": 1 };
        self.stream(plan.collection, plan.filter, Some(names), |raw| {
            let part: Part = decode_doc(undo::Doc::COLLECTION, raw)?;
            if let Some(head) = part.head {
                let block = head.block.domain();
                let (pools, ticks) = (BTreeSet::new(), BTreeSet::new());
                found.insert(block.number, BlockTrading { block, pools, ticks });
                last = Some(block.number);
            }
            // parts after the first are those of the block before them
            if let Some(changed) = last.and_then(|number| found.get_mut(&number)) {
                for name in part.images {
                    let Some(Pid(id)) = name.i.p else { continue };
                    match name.k.as_str() {
                        pool::Doc::COLLECTION => changed.pools.insert(id),
                        tick::Doc::COLLECTION => changed.ticks.insert(id),
                        _ => continue,
                    };
                }
            }
            Ok(())
        })
        .await?;
        let whole = found.keys().copied().eq(block + 1..=newest);
        Ok(whole.then(|| found.into_values().collect()))
    }

    /// Gives each document to `take` as it comes.
    async fn stream(
        &self,
        collection: &'static str,
        filter: Document,
        projection: Option<Document>,
        mut take: impl FnMut(&RawDocumentBuf) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let (database, mut session) = self.parts().await;
        let collection = database.collection::<RawDocumentBuf>(collection);
        let mut find = collection
            .find(filter)
            .sort(doc! { "_id": 1 })
            .hint(Hint::Name(ID.to_owned()))
            .session(&mut *session);
        if let Some(projection) = projection {
            find = find.projection(projection);
        }
        let mut cursor = find.await?;
        let mut documents = cursor.stream(&mut session);
        while let Some(raw) = documents.try_next().await? {
            take(&raw)?;
        }
        Ok(())
    }
}

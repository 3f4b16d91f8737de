//! Entities as they were at an older block.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use bson::Document;
use domain::{
    block::BlockRef,
    entity::{NftBalance, Pool, Tick},
    ids::PoolId,
};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    codec::{Addr, Pid, Uint},
    documents::{
        Stored, decode, nft_balance, pool, tick,
        undo::{self, Image},
    },
    error::StoreError,
};

/// What changed since a block, as it was then; what is not in here is as it was. Built from undo records.
#[derive(Debug, Clone)]
pub struct Past {
    /// The block.
    pub block: BlockRef,
    started: bool,
    pools: BTreeMap<PoolId, Option<Pool>>,
    ticks: BTreeMap<(PoolId, i32), Option<Tick>>,
    nfts: BTreeMap<(Address, U256, Address), Option<NftBalance>>,
}

#[derive(Deserialize)]
struct PoolKey {
    p: Pid,
}

#[derive(Deserialize)]
struct TickKey {
    p: Pid,
    i: i32,
}

#[derive(Deserialize)]
struct NftKey {
    a: Addr,
    t: Uint,
    o: Addr,
}

impl Past {
    /// Nothing changed since.
    pub(super) const fn at(block: BlockRef) -> Self {
        Self {
            block,
            started: false,
            pools: BTreeMap::new(),
            ticks: BTreeMap::new(),
            nfts: BTreeMap::new(),
        }
    }

    /// Takes in the next record above; the first one says which block is below.
    pub(super) fn learn(&mut self, part: undo::Doc) -> Result<(), StoreError> {
        let (head, images) = part.into_parts();
        if let Some((_, prev)) = head.filter(|_| !self.started) {
            self.started = true;
            if let Some(prev) = prev {
                self.block = prev.block;
            }
        }
        images.into_iter().try_for_each(|image| self.image(image))
    }

    fn image(&mut self, Image { k, i, d, .. }: Image) -> Result<(), StoreError> {
        let then = d.as_deref();
        match k.as_str() {
            pool::Doc::COLLECTION => {
                let id: PoolKey = key(pool::Doc::COLLECTION, i)?;
                let then = then.map(decode::<pool::Doc>).transpose()?;
                self.pools.entry(id.p.0).or_insert(then);
            }
            tick::Doc::COLLECTION => {
                let id: TickKey = key(tick::Doc::COLLECTION, i)?;
                let then = then.map(decode::<tick::Doc>).transpose()?;
                self.ticks.entry((id.p.0, id.i)).or_insert(then);
            }
            nft_balance::Doc::COLLECTION => {
                let id: NftKey = key(nft_balance::Doc::COLLECTION, i)?;
                let then = then.map(decode::<nft_balance::Doc>).transpose()?;
                self.nfts.entry((id.a.0, id.t.0, id.o.0)).or_insert(then);
            }
            _ => {}
        }
        Ok(())
    }

    /// The pool as it was; `None` when there was none.
    #[must_use]
    pub fn pool(&self, now: Pool) -> Option<Pool> {
        self.pools.get(&now.id).cloned().unwrap_or(Some(now))
    }

    /// The ticks of a pool as they were, by index.
    #[must_use]
    pub fn ticks(&self, pool: PoolId, now: Vec<Tick>) -> Vec<Tick> {
        let mut then: BTreeMap<i32, Tick> =
            now.into_iter().map(|tick| (tick.index, tick)).collect();
        for ((_, index), tick) in self.ticks.range((pool, i32::MIN)..=(pool, i32::MAX)) {
            match tick {
                Some(tick) => then.insert(*index, tick.clone()),
                None => then.remove(index),
            };
        }
        then.into_values().collect()
    }

    /// The balance with this key as it was.
    #[must_use]
    pub fn nft(
        &self,
        key: (Address, U256, Address),
        now: Option<NftBalance>,
    ) -> Option<NftBalance> {
        self.nfts.get(&key).cloned().unwrap_or(now)
    }

    /// The balances of a token id as they were, by owner.
    #[must_use]
    pub fn owners(&self, collection: Address, id: U256, now: Vec<NftBalance>) -> Vec<NftBalance> {
        let mut then: BTreeMap<Address, NftBalance> =
            now.into_iter().map(|nft| (nft.owner, nft)).collect();
        let all = (collection, id, Address::ZERO)..=(collection, id, Address::repeat_byte(0xff));
        for ((_, _, owner), nft) in self.nfts.range(all) {
            match nft {
                Some(nft) => then.insert(*owner, nft.clone()),
                None => then.remove(owner),
            };
        }
        then.into_values().collect()
    }
}

/// The fields of an `_id`.
fn key<T: DeserializeOwned>(collection: &'static str, id: Document) -> Result<T, StoreError> {
    let text = id.to_string();
    bson::deserialize_from_document(id).map_err(|error| StoreError::Corrupt {
        collection,
        id: text,
        why: error.to_string(),
    })
}

//! That pools came to be, and by whom.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use api_kit::problem::Problem;
use domain::{entity::Pool, ids::PoolId};

use super::{
    Blocks, Feed,
    event::{Event, Kind},
    express::Row,
    pools::Listed,
    skip::Skip,
};
use crate::{failure, feeds::view::View};

impl Blocks {
    /// That pools came to be. Who sent the transactions, and their places, are in rows of the same transaction, else known
    /// to the node alone.
    pub(super) async fn creations(
        &self,
        view: &View,
        feed: Feed,
        listed: &BTreeMap<PoolId, Arc<Listed>>,
        created: &[Pool],
        rows: &[Row],
        events: &mut Vec<Event>,
    ) -> Result<(), Problem> {
        let hashes: BTreeSet<_> = created
            .iter()
            .filter(|pool| listed.contains_key(&pool.id))
            .map(|pool| pool.created.tx_hash)
            .collect();
        let mut senders = BTreeMap::new();
        for meta in rows.iter().map(Row::meta).filter(|meta| hashes.contains(&meta.tx_hash)) {
            if let Some(origin) = meta.origin {
                senders.insert(meta.tx_hash, (origin, meta.tx_index));
            }
        }
        let asked: Vec<_> = hashes.into_iter().filter(|hash| !senders.contains_key(hash)).collect();
        if !asked.is_empty() {
            let found =
                view.chain()?.client.transactions(&asked).await.map_err(failure::of_chain)?;
            senders.extend(found.iter().map(|found| (found.hash, (found.from, found.index))));
        }
        for pool in created {
            let Some(pair) = listed.get(&pool.id) else {
                self.skipped(feed, Skip::LeftOut);
                continue;
            };
            let created = &pool.created;
            let Some((maker, tx_index)) = senders.get(&created.tx_hash).copied() else { continue };
            events.push(Event {
                block: created.block,
                timestamp: created.timestamp,
                tx_hash: created.tx_hash,
                tx_index,
                log_index: created.log_index,
                maker,
                pair: Arc::clone(pair),
                kind: Kind::Creation,
                reserves: None,
            });
        }
        Ok(())
    }
}

//! That pools came to be, and by whom.

use std::{collections::BTreeMap, sync::Arc};

use alloy_primitives::B256;
use api_kit::problem::Problem;
use domain::{entity::Pool, ids::PoolId};

use super::{
    Blocks, Feed,
    event::{Event, Kind},
    express::Row,
    pools::Listed,
    skip::Skip,
};
use crate::feeds::view::View;

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
        let shown = created.iter().filter(|pool| listed.contains_key(&pool.id));
        let mut unknown: BTreeMap<B256, u64> =
            shown.map(|pool| (pool.created.tx_hash, pool.created.block)).collect();
        let mut senders = BTreeMap::new();
        for meta in rows.iter().map(Row::meta) {
            if let Some(origin) = meta.origin.filter(|_| unknown.contains_key(&meta.tx_hash)) {
                senders.insert(meta.tx_hash, (origin, meta.tx_index));
            }
        }
        unknown.retain(|hash, _| !senders.contains_key(hash));
        senders.extend(self.senders.of(view, &unknown).await?);
        for pool in created {
            let Some(pair) = listed.get(&pool.id) else {
                self.skipped(feed, Skip::LeftOut);
                continue;
            };
            let created = &pool.created;
            let sent = senders.get(&created.tx_hash).copied();
            let (maker, tx_index) = sent.ok_or_else(Problem::internal)?;
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

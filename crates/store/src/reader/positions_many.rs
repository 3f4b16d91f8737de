//! Many positions, and many lists of them, at once.

use alloy_primitives::Address;
use bson::{Bson, Document, doc};
use domain::figures::NftPosition;

use super::{
    PositionId, PositionQuery, PositionsOf, Snapshot,
    lists::{By, Lists, Part},
    plan::{ID, Plan},
    positions::positions,
};
use crate::{
    codec::{Addr, Pid},
    documents::{
        end_of,
        figures::{NFT_POSITIONS, nft_position},
    },
    error::StoreError,
};

/// Positions of one list.
type Positions = Vec<(PositionId, NftPosition)>;

impl Snapshot {
    /// Those of these positions that exist: one command.
    pub async fn positions_by_ids(&self, ids: &[PositionId]) -> Result<Positions, StoreError> {
        let id = |id: &PositionId| nft_position(self.key(), id.manager, id.token_id);
        let ids: Vec<Document> = ids.iter().map(id).collect();
        let (filter, sort) = (doc! { "_id": { "$in": ids } }, doc! { "_id": 1 });
        let plan = Plan { collection: NFT_POSITIONS, filter, sort, index: ID, limit: None };
        positions(&self.raw(plan, None).await?)
    }

    /// A manager's positions, of many owners or pools: one command for the owners and one for the pools. What is said of managers
    /// in the queries is not looked at.
    pub async fn positions_many(
        &self,
        manager: Address,
        queries: &[PositionQuery],
    ) -> Result<Vec<Positions>, StoreError> {
        if let [query] = queries {
            let query = PositionQuery { manager: Some(manager), ..*query };
            return Ok(vec![self.positions(&query).await?]);
        }
        let limit = queries.iter().map(|query| query.limit).max().unwrap_or(0);
        let (collection, by) = (NFT_POSITIONS, By::Path("_id", false));
        let mut all: Vec<Positions> = queries.iter().map(|_| Vec::new()).collect();
        for path in [None, Some("owner"), Some("pool")] {
            let (places, parts): (Vec<usize>, Vec<Part>) = queries
                .iter()
                .enumerate()
                .map(|(place, query)| (place, self.part(manager, query)))
                .filter(|(_, (own, _))| *own == path)
                .map(|(place, (_, part))| (place, part))
                .unzip();
            if parts.is_empty() {
                continue;
            }
            let found = self.lists(&Lists { collection, of: path, by, limit }, &parts).await?;
            for (place, list) in places.into_iter().zip(found) {
                if let Some(all) = all.get_mut(place) {
                    *all = positions(&list)?;
                }
            }
        }
        Ok(all)
    }

    /// Which path says whose they are, and the part of the list.
    fn part(&self, manager: Address, query: &PositionQuery) -> (Option<&'static str>, Part) {
        let (path, of) = match query.of {
            PositionsOf::All => (None, Bson::Null),
            PositionsOf::Owner(owner) => (Some("owner"), Addr(owner).into()),
            PositionsOf::Pool(pool) => (Some("pool"), Pid(pool).into()),
        };
        let prefix = doc! { "c": self.key(), "f": Addr(manager) };
        let after = query.after.map(|last| nft_position(self.key(), last.manager, last.token_id));
        let below = end_of(&prefix).into();
        (path, Part { of, above: after.unwrap_or(prefix).into(), below })
    }
}

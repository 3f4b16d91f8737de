//! Entities as of a block.

use bson::{RawDocumentBuf, doc};
use domain::fold::{Entity, Key};
use mongodb::options::Hint;

use super::{
    Snapshot,
    plan::{ID, Plan},
};
use crate::{
    error::StoreError,
    history::{self, Chunk, Image, tagged},
};

impl Snapshot {
    /// An entity as it was after a block; `None` when it did not exist. Reads one document, and for a pool its own
    /// beside it. Blocks above the snapshot's answer what is newest.
    pub async fn entity_at(&self, key: &Key, block: u64) -> Result<Option<Entity>, StoreError> {
        let plan = version(self.key(), key, block);
        let (database, mut session) = self.parts().await;
        let found = database
            .collection::<RawDocumentBuf>(plan.collection)
            .find_one(plan.filter)
            .sort(plan.sort)
            .hint(Hint::Name(plan.index.to_owned()))
            .session(&mut *session)
            .await?;
        drop(session);
        let Some(raw) = found else { return Ok(None) };
        match (Chunk::new(&raw)?.at(key, block)?, key) {
            (Some(Image::Entity(entity)), _) => Ok(Some(entity)),
            // a pool is never removed: what never changes about it is in its document
            (Some(Image::Pool(version)), Key::Pool(id)) => {
                Ok(self.pool(*id).await?.map(|pool| version.restore(&pool).into()))
            }
            _ => Ok(None),
        }
    }
}

/// The chunk that holds what was valid at a block.
pub(super) fn version(chain: i64, key: &Key, block: u64) -> Plan {
    Plan {
        collection: history::COLLECTION,
        filter: history::up_to(chain, &tagged(key), block),
        sort: doc! { "_id": -1 },
        index: ID,
        limit: Some(1),
    }
}

//! Entities as of a block.

use bson::{RawDocumentBuf, doc};
use domain::{
    entity::Pool,
    fold::{Entity, Key},
};
use futures::TryStreamExt as _;
use mongodb::options::Hint;

use super::{
    Snapshot,
    plan::{ID, Plan},
};
use crate::{
    documents::{decode_doc, kept},
    error::StoreError,
    history::{self, Chunk, Image, tagged},
};

/// Chunks of an entity that are read at once.
const CHUNKS: u32 = 16;

impl Snapshot {
    /// The lowest block as of which entities can be read; 0: any.
    pub async fn history_from(&self) -> Result<u64, StoreError> {
        let find = || async {
            let (database, mut session) = self.parts().await;
            let found = database
                .collection::<RawDocumentBuf>(kept::COLLECTION)
                .find_one(doc! { "_id": kept::id(self.key()) })
                .session(&mut *session)
                .await?;
            let found = found.map(|raw| decode_doc::<kept::Doc>(kept::COLLECTION, &raw));
            Ok(found.transpose()?.unwrap_or_default().from.cast_unsigned())
        };
        self.kept.get_or_try_init(find).await.copied()
    }

    /// An entity as it was after a block; `None` when it did not exist. Reads one document, and for a pool its own
    /// beside it; the first read of a snapshot also looks how far the history goes. Blocks above the snapshot's answer
    /// what is newest, those below [`Snapshot::history_from`] are [`StoreError::HistoryGone`].
    pub async fn entity_at(&self, key: &Key, block: u64) -> Result<Option<Entity>, StoreError> {
        let from = self.history_from().await?;
        if block < from {
            return Err(StoreError::HistoryGone { chain: self.chain(), block, from });
        }
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

impl Snapshot {
    /// A pool after every block that changed it from `from` on, ascending, with those blocks; before them as it was at
    /// `from`. Where the history is not kept so far back it begins later.
    pub async fn pool_versions(
        &self,
        pool: &Pool,
        from: u64,
    ) -> Result<Vec<(u64, Pool)>, StoreError> {
        let plan = version(self.key(), &Key::Pool(pool.id), self.block().number);
        let (database, mut session) = self.parts().await;
        let mut cursor = database
            .collection::<RawDocumentBuf>(plan.collection)
            .find(plan.filter)
            .sort(plan.sort)
            .hint(Hint::Name(plan.index.to_owned()))
            .batch_size(CHUNKS)
            .session(&mut *session)
            .await?;
        let mut chunks = cursor.stream(&mut session);
        let mut found = Vec::new();
        while let Some(raw) = chunks.try_next().await? {
            let chunk = Chunk::new(&raw)?;
            found.extend(chunk.pools()?.into_iter().rev());
            if chunk.first() <= from {
                break;
            }
        }
        // newest first: all above `from`, and the one below
        let older = found.iter().position(|(block, _)| *block <= from);
        found.truncate(older.map_or(found.len(), |at| at + 1));
        found.reverse();
        Ok(found.into_iter().map(|(block, version)| (block, version.restore(pool))).collect())
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

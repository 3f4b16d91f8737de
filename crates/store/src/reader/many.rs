//! Many entities as of a block, by few commands.

use bson::{Bson, Document, RawDocumentBuf, doc};
use domain::{
    entity::Pool,
    fold::{Entity, Key},
    ids::PoolId,
};
use futures::TryStreamExt as _;
use serde::Deserialize;

use super::{Snapshot, lists::BATCH};
use crate::{
    documents::{decode_doc, id_prefix},
    error::StoreError,
    history::{self, Chunk, Image, id_document, tagged},
};

/// Entities that are asked for by one command.
const AT_ONCE: usize = 10_000;

/// One key's answer: its place in the list, and the chunk if there is one.
#[derive(Deserialize)]
struct Found {
    i: i64,
    s: Vec<RawDocumentBuf>,
}

impl Snapshot {
    /// Entities as they were after a block, in the order of the keys; `None` for those that did not exist. Pools are not
    /// among the kinds that can be asked for: see [`Snapshot::pools_at`]. As for blocks, see [`Snapshot::entity_at`].
    pub async fn entities_at(
        &self,
        keys: &[Key],
        block: u64,
    ) -> Result<Vec<Option<Entity>>, StoreError> {
        let images = self.images_at(keys, block).await?;
        let entities = images.into_iter().map(|image| match image {
            Some(Image::Entity(entity)) => Some(entity),
            _ => None,
        });
        Ok(entities.collect())
    }

    /// These pools as they were after a block; those that existed, in their order.
    pub async fn pools_at(&self, pools: Vec<Pool>, block: u64) -> Result<Vec<Pool>, StoreError> {
        let keys: Vec<Key> = pools.iter().map(|pool| Key::Pool(pool.id)).collect();
        let images = self.images_at(&keys, block).await?;
        let then = pools.into_iter().zip(images).filter_map(|(pool, image)| match image {
            Some(Image::Pool(version)) => Some(version.restore(&pool)),
            _ => None,
        });
        Ok(then.collect())
    }

    /// The pools with these ids as they were after a block, those that existed.
    pub async fn pools_by_ids_at(
        &self,
        ids: &[PoolId],
        block: u64,
    ) -> Result<Vec<Pool>, StoreError> {
        let pools = self.pools_by_ids(ids).await?;
        self.pools_at(pools, block).await
    }

    async fn images_at(&self, keys: &[Key], block: u64) -> Result<Vec<Option<Image>>, StoreError> {
        let from = self.history_from().await?;
        if block < from {
            return Err(StoreError::HistoryGone { chain: self.chain(), block, from });
        }
        let mut images: Vec<Option<Image>> = keys.iter().map(|_| None).collect();
        if keys.is_empty() {
            return Ok(images);
        }
        for (some, images) in keys.chunks(AT_ONCE).zip(images.chunks_mut(AT_ONCE)) {
            let (database, mut session) = self.parts().await;
            let mut cursor = database
                .collection::<RawDocumentBuf>(history::COLLECTION)
                .aggregate(pipeline(self.key(), some, block))
                .batch_size(BATCH)
                .session(&mut *session)
                .with_type::<RawDocumentBuf>()
                .await?;
            let mut found = cursor.stream(&mut session);
            while let Some(raw) = found.try_next().await? {
                let Found { i, s } = decode_doc(history::COLLECTION, &raw)?;
                let place = usize::try_from(i).unwrap_or(usize::MAX);
                if let (Some(chunk), Some(image), Some(key)) =
                    (s.first(), images.get_mut(place), some.get(place))
                {
                    *image = Chunk::new(chunk)?.at(key, block)?;
                }
            }
        }
        Ok(images)
    }
}

/// Looks each key up: the chunk with the greatest first block at or below the block.
fn pipeline(chain: i64, keys: &[Key], block: u64) -> Vec<Document> {
    let questions: Vec<Bson> = (0_i64..)
        .zip(keys)
        .map(|(place, key)| {
            let key = tagged(key);
            let [from, to] = [0, block].map(|first| id_document(chain, &key, first));
            doc! { "i": place, "from": from, "to": to }.into()
        })
        .collect();
    let holds = doc! { "$and": [{ "$gte": ["$_id", "$$from"] }, { "$lte": ["$_id", "$$to"] }] };
    vec![
        // any document of the chain: the questions need one to come from
        doc! { "$match": { "_id": id_prefix(&doc! { "c": chain }) } },
        doc! { "$sort": { "_id": 1 } },
        doc! { "$limit": 1 },
        doc! { "$project": { "_id": 0, "q": { "$literal": questions } } },
        doc! { "$unwind": "$q" },
        doc! { "$lookup": {
            "from": history::COLLECTION,
            "let": { "from": "$q.from", "to": "$q.to" },
            "pipeline": [
                { "$match": { "$expr": holds } },
                { "$sort": { "_id": -1 } },
                { "$limit": 1 },
            ],
            "as": "s",
        } },
        doc! { "$project": { "i": "$q.i", "s": 1 } },
    ]
}

//! The newest version of every entity of a kind, and nothing else of how the history is packed.

use bson::{RawDocumentBuf, doc};
use domain::{fold::Key, ids::PoolId, map::Map, version::PoolIdentity};
use futures::TryStreamExt as _;
use mongodb::{Cursor, options::Hint};

use super::{key::key, part::Part};
use crate::{
    error::StoreError,
    history::{self, Chunk, Image},
    reader::plan::ID,
    writer::Writer,
};

/// Goes through the entities of a kind, in the order of their keys backwards.
pub(super) struct Newest {
    chunks: Cursor<RawDocumentBuf>,
    tag: i32,
    /// Key of the entity whose newest chunk was seen last.
    last: Option<Vec<u8>>,
}

impl Newest {
    pub(super) async fn begin(writer: &Writer, part: &Part) -> Result<Self, StoreError> {
        let chunks = writer
            .documents(history::COLLECTION)
            .find(doc! { "_id": part.history(writer.key()) })
            .sort(doc! { "_id": -1 })
            .hint(Hint::Name(ID.to_owned()))
            .await?;
        Ok(Self { chunks, tag: part.kind, last: None })
    }

    /// The next entities with their newest version; `None` where that says that there is none any more. Nothing at the end.
    pub(super) async fn next(
        &mut self,
        most: usize,
    ) -> Result<Vec<(Key, Option<Image>)>, StoreError> {
        let mut found = Vec::new();
        while found.len() < most
            && let Some(raw) = self.chunks.try_next().await?
        {
            let corrupt = |why: String| StoreError::Corrupt {
                collection: history::COLLECTION,
                id: format!("{:?}", raw.get("_id")),
                why,
            };
            let bytes = raw.get_document("_id").and_then(|id| Ok(id.get_binary("k")?.bytes));
            let bytes = bytes.map_err(|error| corrupt(error.to_string()))?;
            // an older chunk of the same one
            if self.last.as_deref() == Some(bytes) {
                continue;
            }
            let key = key(self.tag, bytes).ok_or_else(|| corrupt("its key is none".to_owned()))?;
            found.push((key, Chunk::new(&raw)?.at(&key, u64::MAX)?));
            self.last = Some(bytes.to_vec());
        }
        Ok(found)
    }
}

/// What never changes about these pools, which descend; nothing for other entities.
pub(super) async fn identities(
    writer: &Writer,
    entities: &[(Key, Option<Image>)],
) -> Result<Map<PoolId, PoolIdentity>, StoreError> {
    let mut found = Map::default();
    let pool = |at: Option<&(Key, Option<Image>)>| match at {
        Some((Key::Pool(pool), _)) => Some(history::identity(*pool)),
        _ => None,
    };
    let (Some(last), Some(first)) = (pool(entities.first()), pool(entities.last())) else {
        return Ok(found);
    };
    let least = history::id_document(writer.key(), &first, 0);
    let most = history::id_document(writer.key(), &last, u64::MAX);
    let mut chunks = writer
        .documents(history::COLLECTION)
        .find(doc! { "_id": { "$gte": least, "$lte": most } })
        .sort(doc! { "_id": -1 })
        .hint(Hint::Name(ID.to_owned()))
        .await?;
    while let Some(raw) = chunks.try_next().await? {
        let bytes = raw.get_document("_id").and_then(|id| Ok(id.get_binary("k")?.bytes));
        let pool = bytes.ok().and_then(PoolId::from_slice);
        if let (Some(pool), Some(identity)) = (pool, Chunk::new(&raw)?.identity()?) {
            found.insert(pool, identity);
        }
    }
    Ok(found)
}

//! Reading the entities a batch is going to touch.

use std::collections::{BTreeMap, HashMap};

use bson::{Document, RawDocumentBuf, doc};
use domain::fold::{Entity, Key};
use futures::TryStreamExt as _;

use super::{Writer, entity_id};
use crate::{
    documents::{Stored, decode, nft_balance, pool, tick, token},
    error::StoreError,
};

/// Ids per query.
const CHUNK: usize = 2_000;

pub(super) async fn load(
    writer: &Writer,
    keys: &[Key],
) -> Result<Vec<(Key, Option<Entity>)>, StoreError> {
    let mut wanted: BTreeMap<&'static str, Vec<Document>> = BTreeMap::new();
    let mut found: HashMap<Key, Option<Entity>> = HashMap::with_capacity(keys.len());
    for key in keys {
        if found.insert(*key, None).is_none() {
            let (collection, id) = entity_id(writer.key, key);
            wanted.entry(collection).or_default().push(id);
        }
    }
    for (collection, ids) in wanted {
        for ids in ids.chunks(CHUNK) {
            let filter = doc! { "_id": { "$in": ids } };
            let documents: Vec<RawDocumentBuf> =
                writer.documents(collection).find(filter).await?.try_collect().await?;
            for raw in &documents {
                let entity = entity(collection, raw)?;
                found.insert(entity.key(), Some(entity));
            }
        }
    }
    Ok(found.into_iter().collect())
}

fn entity(collection: &str, raw: &RawDocumentBuf) -> Result<Entity, StoreError> {
    match collection {
        pool::Doc::COLLECTION => decode::<pool::Doc>(raw).map(Entity::Pool),
        tick::Doc::COLLECTION => decode::<tick::Doc>(raw).map(Entity::Tick),
        token::Doc::COLLECTION => decode::<token::Doc>(raw).map(Entity::Token),
        _ => decode::<nft_balance::Doc>(raw).map(Entity::Nft),
    }
}

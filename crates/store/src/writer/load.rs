//! Reading the entities a batch is going to touch.

use std::collections::{BTreeMap, HashMap};

use bson::{Document, RawDocumentBuf, doc};
use domain::fold::{Entity, Key};
use futures::TryStreamExt as _;

use super::{Writer, entity_id};
use crate::{
    documents::{Stored, decode, figures, nft_balance, pool, tick, token},
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
                let (key, entity) = entity(collection, raw)?;
                found.insert(key, Some(entity));
            }
        }
    }
    Ok(found.into_iter().collect())
}

/// Reads a document of any collection of entities.
pub(super) fn entity(
    collection: &'static str,
    raw: &RawDocumentBuf,
) -> Result<(Key, Entity), StoreError> {
    Ok(match collection {
        pool::Doc::COLLECTION => {
            let pool = decode::<pool::Doc>(raw)?;
            (Key::Pool(pool.id), pool.into())
        }
        tick::Doc::COLLECTION => {
            let tick = decode::<tick::Doc>(raw)?;
            (Key::Tick(tick.pool, tick.index), tick.into())
        }
        token::Doc::COLLECTION => {
            let token = decode::<token::Doc>(raw)?;
            (Key::Token(token.address), token.into())
        }
        nft_balance::Doc::COLLECTION => {
            let nft = decode::<nft_balance::Doc>(raw)?;
            (Key::Nft(nft.collection, nft.token_id, nft.owner), nft.into())
        }
        figures => figures::decode(figures, raw)?,
    })
}

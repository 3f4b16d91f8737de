//! Putting documents right, some in a transaction.

use std::collections::BTreeMap;

use alloy_primitives::U256;
use bson::{Bson, Document, RawDocumentBuf, doc};
use domain::{
    fold::{Entity, Key},
    ids::PoolId,
    map::Map,
    version::PoolIdentity,
};
use futures::TryStreamExt as _;
use mongodb::ClientSession;

use crate::{
    codec::{Liquidity, Uint},
    documents::{Stored as _, decode, decode_doc, encode_doc, pool},
    error::StoreError,
    history::Image,
    lease::fence::Purpose,
    writer::{
        Writer, entity_id,
        prepare::{Images, encode_entity},
        transaction::Work,
        write::{images, raw},
    },
};

/// Documents of some entities.
pub(super) struct Heal<'a> {
    pub(super) writer: &'a Writer,
    pub(super) collection: &'static str,
    pub(super) entities: &'a [(Key, Option<Image>)],
    /// Of pools what never changes about them, as far as the history knows it.
    pub(super) identities: &'a Map<PoolId, PoolIdentity>,
}

/// What became of them.
#[derive(Debug, Default)]
pub(super) struct Healed {
    /// Ids that belong into the collection.
    pub(super) right: Vec<Document>,
    pub(super) altered: u64,
    pub(super) missing: u64,
    /// Pools of which too little is left.
    pub(super) lost: Vec<PoolId>,
}

impl Work for Heal<'_> {
    type Output = Healed;

    async fn run(&self, session: &mut ClientSession) -> Result<Healed, StoreError> {
        let Self { writer, collection, entities, identities } = *self;
        writer.grant().check(session, Purpose::Write).await?;
        let ids: Vec<Document> =
            entities.iter().map(|(key, _)| entity_id(writer.key(), key).1).collect();
        let mut found = writer
            .documents(collection)
            .find(doc! { "_id": { "$in": &ids } })
            .session(&mut *session)
            .await?;
        let found: Vec<RawDocumentBuf> = found.stream(session).try_collect().await?;
        let mut stored = BTreeMap::new();
        for raw in found {
            let id = raw.get_document("_id").map(|id| id.as_bytes().to_vec());
            stored.extend(id.ok().map(|id| (id, raw)));
        }
        let (mut healed, mut new) = (Healed::default(), Images::default());
        for ((key, image), id) in entities.iter().zip(ids) {
            let now = stored.get(raw(&id)?.as_bytes());
            // what was removed stands in the history as such: a document of it is a foreign one
            let Some(image) = image else { continue };
            healed.right.push(id.clone());
            let entity = match image {
                Image::Entity(entity) => entity.clone(),
                Image::Pool(version) => {
                    let Key::Pool(pool) = *key else { continue };
                    // a version that did not keep it has it in the document only
                    let known = identities.get(&pool).cloned();
                    let known = known.or_else(|| now.and_then(identity));
                    let whole = known.and_then(|known| known.pool(pool, version.as_ref().clone()));
                    let Some(whole) = whole else {
                        healed.lost.push(pool);
                        continue;
                    };
                    Entity::from(whole)
                }
            };
            let right = encode_entity(writer.key(), collection, &id, &entity)?;
            match now {
                Some(now) if now.as_bytes() == right.as_bytes() => continue,
                Some(_) => healed.altered += 1,
                None => healed.missing += 1,
            }
            new.upserts.push((id, right));
        }
        images(writer.database(), session, collection, &new).await?;
        Ok(healed)
    }
}

/// What never changes about a pool, from what is left of its document: everything else may be damaged.
fn identity(raw: &RawDocumentBuf) -> Option<PoolIdentity> {
    let mut document: Document = decode_doc(pool::Doc::COLLECTION, raw).ok()?;
    let id = document.get_document("_id").ok()?.clone();
    let (zero, none) = (Bson::from(Uint(U256::ZERO)), Bson::from(Liquidity(0)));
    let state = match document.get_str("protocol") {
        Ok("v2") => doc! { "r": { "r0": zero.clone(), "r1": zero } },
        _ => doc! { "q": { "s": zero, "t": 0, "l": none } },
    };
    let swaps = doc! { "c": id.get("c")?, "n": 0_i64, "p": id.get("p")? };
    document.extend([
        ("state".to_owned(), state.into()),
        ("swaps".to_owned(), swaps.into()),
        ("liquidity_events".to_owned(), Bson::Int64(0)),
        ("updated".to_owned(), Bson::Int64(0)),
        ("figures".to_owned(), Document::new().into()),
    ]);
    let raw = encode_doc(pool::Doc::COLLECTION, &document).ok()?;
    decode::<pool::Doc>(&raw).ok().as_ref().map(PoolIdentity::of)
}

/// Removes documents.
pub(super) struct Remove<'a> {
    pub(super) writer: &'a Writer,
    pub(super) collection: &'static str,
    pub(super) ids: &'a [RawDocumentBuf],
}

impl Work for Remove<'_> {
    type Output = ();

    async fn run(&self, session: &mut ClientSession) -> Result<(), StoreError> {
        self.writer.grant().check(session, Purpose::Write).await?;
        let mut deletes = Vec::with_capacity(self.ids.len());
        for id in self.ids {
            deletes.push(decode_doc(self.collection, id)?);
        }
        let gone = Images { upserts: Vec::new(), deletes };
        images(self.writer.database(), session, self.collection, &gone).await
    }
}

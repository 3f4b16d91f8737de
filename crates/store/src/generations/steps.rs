//! The steps from one generation to the next, each one transaction under the chain's lease.

use bson::{Document, doc};
use mongodb::{ClientSession, options::ReturnDocument};

use super::{
    Generation,
    documents::{CHAINS, COUNTER, Key, Mapping, id, sources, sources_id},
    mapping,
};
use crate::{
    documents::{
        META, Stored as _, decode,
        lease::{FENCES, LEASES},
        watermark,
    },
    error::StoreError,
    lease::{Lease, fence::Purpose},
    watermark::Watermark,
    writer::transaction::Work,
};

/// Says what the active generation is made of.
pub(super) struct Adopt<'a> {
    pub(super) lease: &'a Lease,
    pub(super) sources: &'a str,
}

impl Work for Adopt<'_> {
    type Output = ();

    async fn run(&self, session: &mut ClientSession) -> Result<(), StoreError> {
        self.lease.grant().check(session, Purpose::Write).await?;
        let found = mapping(self.lease, session).await?;
        put_sources(self.lease, session, found.active.c, self.sources).await?;
        put(self.lease, session, &found).await
    }
}

/// Begins a new generation.
pub(super) struct Begin<'a> {
    pub(super) lease: &'a Lease,
    pub(super) sources: &'a str,
}

impl Work for Begin<'_> {
    type Output = Generation;

    async fn run(&self, session: &mut ClientSession) -> Result<Generation, StoreError> {
        let grant = self.lease.grant();
        grant.check(session, Purpose::Write).await?;
        let mut found = mapping(self.lease, session).await?;
        retire_building(self.lease, session, &mut found).await?;
        let counted = grant
            .database
            .collection::<Document>(META)
            .find_one_and_update(doc! { "_id": COUNTER }, doc! { "$inc": { "last": -1_i64 } })
            .upsert(true)
            .return_document(ReturnDocument::After)
            .session(&mut *session)
            .await?;
        let counted = counted.and_then(|counted| counted.get_i64("last").ok());
        let key = counted.ok_or_else(|| StoreError::Corrupt {
            collection: META,
            id: COUNTER.to_owned(),
            why: "it is no count".to_owned(),
        })?;
        put_sources(self.lease, session, key, self.sources).await?;
        found.building = Some(Key { c: key });
        put(self.lease, session, &found).await?;
        Ok(Generation(key))
    }
}

/// Gives up what is under way.
pub(super) struct Abandon<'a> {
    pub(super) lease: &'a Lease,
}

impl Work for Abandon<'_> {
    type Output = ();

    async fn run(&self, session: &mut ClientSession) -> Result<(), StoreError> {
        self.lease.grant().check(session, Purpose::Write).await?;
        let mut found = mapping(self.lease, session).await?;
        retire_building(self.lease, session, &mut found).await?;
        put(self.lease, session, &found).await
    }
}

/// Makes what is under way the active generation. Gives its key, or `None` when it is not as far.
pub(super) struct Switch<'a> {
    pub(super) lease: &'a Lease,
}

impl Work for Switch<'_> {
    type Output = Option<i64>;

    async fn run(&self, session: &mut ClientSession) -> Result<Option<i64>, StoreError> {
        self.lease.grant().check(session, Purpose::Write).await?;
        let mut found = mapping(self.lease, session).await?;
        let Some(building) = found.building.take() else { return Ok(None) };
        let height = |mark: Option<Watermark>| mark.map(|mark| mark.block.number);
        let old = height(mark(self.lease, session, found.active.c).await?);
        let new = height(mark(self.lease, session, building.c).await?);
        // nothing is less than any height
        if new < old {
            return Ok(None);
        }
        found.retired.push(found.active);
        found.active = building;
        put(self.lease, session, &found).await?;
        Ok(Some(building.c))
    }
}

/// The watermark under a key.
async fn mark(
    lease: &Lease,
    session: &mut ClientSession,
    key: i64,
) -> Result<Option<Watermark>, StoreError> {
    let found = lease
        .grant()
        .database
        .collection::<bson::RawDocumentBuf>(watermark::Doc::COLLECTION)
        .find_one(doc! { "_id": watermark::id(key) })
        .session(session)
        .await?;
    found.as_deref().map(decode::<watermark::Doc>).transpose()
}

/// From here on nobody writes under the key: a holder of its lease who slept until now is refused.
async fn retire_building(
    lease: &Lease,
    session: &mut ClientSession,
    mapping: &mut Mapping,
) -> Result<(), StoreError> {
    let Some(building) = mapping.building.take() else { return Ok(()) };
    forget_lease(lease, session, building.c).await?;
    mapping.retired.push(building);
    Ok(())
}

/// Removes the lease of a generation; the chain's own is never touched.
pub(crate) async fn forget_lease(
    lease: &Lease,
    session: &mut ClientSession,
    key: i64,
) -> Result<(), StoreError> {
    let grant = lease.grant();
    if key == grant.key {
        return Ok(());
    }
    for collection in [LEASES, FENCES] {
        let documents = grant.database.collection::<Document>(collection);
        documents.delete_one(doc! { "_id": { "c": key } }).session(&mut *session).await?;
    }
    Ok(())
}

pub(super) async fn put(
    lease: &Lease,
    session: &mut ClientSession,
    mapping: &Mapping,
) -> Result<(), StoreError> {
    let grant = lease.grant();
    let documents = grant.database.collection::<Mapping>(CHAINS);
    documents.replace_one(id(grant.chain), mapping).upsert(true).session(session).await?;
    Ok(())
}

pub(crate) async fn put_sources(
    lease: &Lease,
    session: &mut ClientSession,
    key: i64,
    text: &str,
) -> Result<(), StoreError> {
    let grant = lease.grant();
    let documents = grant.database.collection::<Document>(CHAINS);
    let set = doc! { "$set": sources(text) };
    documents.update_one(sources_id(grant.chain, key), set).upsert(true).session(session).await?;
    Ok(())
}

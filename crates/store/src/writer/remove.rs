//! Removing all of a chain, in transactions of bounded size.

use bson::{Document, doc};
use mongodb::ClientSession;

use super::{Writer, contracts, transaction::Work};
use crate::{
    documents::{COLLECTIONS, Stored as _, watermark},
    error::StoreError,
    generations::{
        documents::{CHAINS, Key, Mapping, all_of, id},
        remove::Part,
        steps::forget_lease,
    },
    lease::fence::Purpose,
};

pub(super) async fn remove_chain(
    writer: &Writer,
    progress: &(dyn Fn(u64) + Send + Sync),
) -> Result<u64, StoreError> {
    // first the watermarks: nobody reads half a chain, and the mark beside them lets nobody continue one
    let (keys, tables) = writer.lease.grant().transact(&Begin { writer }).await?;
    let mut removed = 0;
    for collection in COLLECTIONS.into_iter().chain(tables.iter().map(String::as_str)) {
        for key in keys.iter().copied() {
            loop {
                let (lease, purpose) = (&writer.lease, Purpose::Remove);
                let part = Part { lease, key, collection, purpose };
                let part = writer.lease.grant().transact(&part).await?;
                if part == 0 {
                    break;
                }
                removed += part;
                progress(removed);
            }
        }
    }
    writer.lease.grant().transact(&Finish { writer }).await?;
    Ok(removed)
}

struct Begin<'a> {
    writer: &'a Writer,
}

impl Work for Begin<'_> {
    type Output = (Vec<i64>, Vec<String>);

    /// Gives the keys of all generations, and the collections of contracts that are known by their ABI only.
    async fn run(&self, session: &mut ClientSession) -> Result<Self::Output, StoreError> {
        let Writer { database, key, chain, lease, .. } = self.writer;
        lease.grant().check(session, Purpose::Remove).await?;
        let chains = database.collection::<Mapping>(CHAINS);
        let found = chains.find_one(id(*chain)).session(&mut *session).await?;
        let mut keys = vec![*key];
        keys.extend(found.iter().flat_map(Mapping::keys).filter(|other| other != key));
        let watermarks = database.collection::<Document>(watermark::Doc::COLLECTION);
        for key in &keys {
            let id = doc! { "_id": watermark::id(*key) };
            watermarks.delete_one(id).session(&mut *session).await?;
            // who builds a generation has a lease of its own: it is refused from now on
            forget_lease(lease, session, *key).await?;
        }
        Ok((keys, contracts::collections(self.writer, session).await?))
    }
}

struct Finish<'a> {
    writer: &'a Writer,
}

impl Work for Finish<'_> {
    type Output = ();

    /// What this writer writes next is the first of the chain.
    async fn run(&self, session: &mut ClientSession) -> Result<(), StoreError> {
        let Writer { database, key, chain, lease, .. } = self.writer;
        lease.grant().check(session, Purpose::Finish).await?;
        let chains = database.collection::<Mapping>(CHAINS);
        chains.delete_many(all_of(*chain)).session(&mut *session).await?;
        let first = Mapping::first(*chain);
        if first.active.c != *key {
            let first = Mapping { active: Key { c: *key }, ..first };
            chains.replace_one(id(*chain), first).upsert(true).session(session).await?;
        }
        Ok(())
    }
}

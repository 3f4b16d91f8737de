//! Taking a lease: its document and the fence change together.

use std::time::Duration;

use bson::{Bson, Document, doc, oid::ObjectId};
use domain::ids::ChainId;
use futures::TryStreamExt as _;
use mongodb::{Client, ClientSession, Database, options::ReturnDocument};
use tokio::sync::Mutex;
use tracing::{info, warn};

use super::{Grant, expiry, process::Process};
use crate::{
    codec::chain_key,
    documents::lease::{FENCES, LEASES, Lease},
    error::{StoreError, code},
    writer::transaction::{Work, transact},
};

/// `DuplicateKey`: two took the first lease of a chain at once.
const DUPLICATE: i32 = 11_000;

/// From whom it may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// Nobody holds it, or the holder's time has run out.
    Free,
    /// Like [`From::Free`], or the holder with this token, which is known to be gone.
    Gone(i64),
    /// Whoever holds it.
    Anybody,
}

pub(super) async fn take(
    client: Client,
    database: Database,
    chain: ChainId,
    ttl: Duration,
    from: From,
) -> Result<Grant, StoreError> {
    let process = Process::this();
    let session = client.start_session().await?;
    let lsid = session.id().clone();
    let mut take = Take { database, chain, ttl, id: ObjectId::new(), lsid, process, from };
    take.end_leftovers().await?;
    let mut found = first_or_second(&client, &take).await?;
    if found.id != Some(take.id) && Process::saw_end_of(&found.process) {
        info!(chain, holder = found.holder, "the process that wrote this chain has ended");
        take.from = From::Gone(found.token);
        found = first_or_second(&client, &take).await?;
    }
    if found.id != Some(take.id) {
        return Err(StoreError::LeaseHeld { chain, holder: found.holder });
    }
    let Take { database, id, .. } = take;
    let session = Mutex::new(session);
    Ok(Grant { database, chain, id, token: found.token, holder: found.holder, ttl, session })
}

async fn first_or_second(client: &Client, take: &Take) -> Result<Lease, StoreError> {
    match transact(client, take).await {
        // the other one's document is there now: this time it is found
        Err(StoreError::Database { source, .. })
            if source.downcast_ref().and_then(code) == Some(DUPLICATE) =>
        {
            transact(client, take).await
        }
        outcome => outcome,
    }
}

struct Take {
    database: Database,
    chain: ChainId,
    ttl: Duration,
    id: ObjectId,
    lsid: Document,
    process: Process,
    from: From,
}

impl Take {
    /// Ends the transaction that a holder left open who is gone or whose time has run out. It holds the fence, and the
    /// server itself would end it after a minute only. Of a holder that still lives nothing is lost: it is refused at its
    /// commit, as it is at its next write.
    async fn end_leftovers(&self) -> Result<(), StoreError> {
        let key = doc! { "_id": { "c": chain_key(self.chain) } };
        let over = vec![
            doc! { "$match": key },
            doc! { "$set": { "over": { "$lte": ["$expires", "$$NOW"] } } },
        ];
        let leases = self.database.collection::<Document>(LEASES);
        let found: Option<Document> = leases.aggregate(over).await?.try_next().await?;
        let Some(found) = found else { return Ok(()) };
        let over = found.get_bool("over").unwrap_or_default()
            || found.get_str("process").is_ok_and(Process::saw_end_of);
        let (true, Ok(session)) = (over, found.get_document("session")) else { return Ok(()) };
        let admin = self.database.client().database("admin");
        if let Err(error) = admin.run_command(doc! { "killSessions": [session] }).await {
            // without that right one waits until the server ends it
            warn!(chain = self.chain, %error, "an open transaction of the last holder could not be ended");
        }
        Ok(())
    }

    /// Changes the document if the lease is to be had, and leaves it as it is otherwise.
    fn update(&self) -> Vec<Document> {
        let free = match self.from {
            From::Anybody => doc! { "$literal": true },
            From::Free => {
                doc! { "$or": [{ "$not": ["$token"] }, { "$lte": ["$expires", "$$NOW"] }] }
            }
            From::Gone(token) => doc! { "$or": [
                { "$not": ["$token"] }, { "$lte": ["$expires", "$$NOW"] }, { "$eq": ["$token", token] },
            ] },
        };
        // a take whose answer was lost and that is tried again has what it wanted
        let free = doc! { "$and": [free, { "$ne": ["$id", self.id] }] };
        let pick = |ours: Bson, field: &str| doc! { "$cond": ["$free", ours, field] };
        let next = doc! { "$add": [{ "$ifNull": ["$token", 0_i64] }, 1_i64] };
        let literal = |text: &str| Bson::from(doc! { "$literal": text });
        vec![
            doc! { "$set": { "free": free } },
            doc! { "$set": {
                "id": pick(self.id.into(), "$id"),
                "holder": pick(literal(&self.process.name), "$holder"),
                "process": pick(literal(&self.process.identity), "$process"),
                "token": pick(next.into(), "$token"),
                "expires": pick(expiry(self.ttl).into(), "$expires"),
                "session": pick(doc! { "$literal": &self.lsid }.into(), "$session"),
            } },
            doc! { "$unset": "free" },
        ]
    }
}

impl Work for Take {
    type Output = Lease;

    async fn run(&self, session: &mut ClientSession) -> Result<Lease, StoreError> {
        let key = doc! { "_id": { "c": chain_key(self.chain) } };
        let found = self
            .database
            .collection::<Lease>(LEASES)
            .find_one_and_update(key.clone(), self.update())
            .upsert(true)
            .return_document(ReturnDocument::After)
            .session(&mut *session)
            .await?;
        let Some(found) = found else {
            let why = "it vanished while it was written".to_owned();
            return Err(StoreError::Corrupt { collection: LEASES, id: key.to_string(), why });
        };
        if found.id == Some(self.id) {
            self.database
                .collection::<Document>(FENCES)
                .update_one(key, doc! { "$set": { "token": found.token } })
                .upsert(true)
                .session(session)
                .await?;
        }
        Ok(found)
    }
}

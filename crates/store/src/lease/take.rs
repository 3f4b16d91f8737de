//! Taking a lease: its document and the fence change together.

use std::{sync::atomic::AtomicI64, time::Duration};

use bson::{Bson, Document, doc, oid::ObjectId};
use domain::ids::ChainId;
use futures::TryStreamExt as _;
use mongodb::{Client, ClientSession, Database, options::ReturnDocument};
use tokio::sync::Mutex;
use tracing::{info, warn};

use super::{Grant, expiry, fence::Purpose, process::Process};
use crate::{
    codec::chain_key,
    documents::lease::{FENCES, LEASES, Lease},
    error::{StoreError, code},
    generations::documents::{self as generations, CHAINS, Mapping},
    writer::transaction::{Work, transact},
};

/// `DuplicateKey`: two took the first lease of a chain at once.
const DUPLICATE: i32 = 11_000;

/// What it is a lease of.
#[derive(Debug)]
pub(super) enum Of {
    /// A chain.
    Chain(ChainId),
    /// A generation that is being built, by the holder of its chain's lease.
    Generation(super::Lease, i64),
}

impl Of {
    fn key(&self) -> (ChainId, i64) {
        match self {
            Self::Chain(chain) => (*chain, chain_key(*chain)),
            Self::Generation(chain, key) => (chain.chain(), *key),
        }
    }
}

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
    of: Of,
    ttl: Duration,
    from: From,
) -> Result<Grant, StoreError> {
    let (chain, key) = of.key();
    let process = Process::this();
    let session = client.start_session().await?;
    let lsid = session.id().clone();
    let mut take = Take { database, of, chain, key, ttl, id: ObjectId::new(), lsid, process, from };
    take.end_leftovers().await?;
    let (mut found, mut active) = first_or_second(&client, &take).await?;
    if found.id != Some(take.id) && Process::saw_end_of(&found.process) {
        info!(chain, holder = found.holder, "the process that wrote this chain has ended");
        take.from = From::Gone(found.token);
        (found, active) = first_or_second(&client, &take).await?;
    }
    if found.id != Some(take.id) {
        return Err(StoreError::LeaseHeld { chain, holder: found.holder });
    }
    let Take { database, id, .. } = take;
    let (session, active) = (Mutex::new(session), AtomicI64::new(active));
    let Lease { token, holder, .. } = found;
    Ok(Grant { database, chain, key, active, id, token, holder, ttl, session })
}

async fn first_or_second(client: &Client, take: &Take) -> Result<(Lease, i64), StoreError> {
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
    of: Of,
    chain: ChainId,
    key: i64,
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
        let key = doc! { "_id": { "c": self.key } };
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
    /// What stands there now, and the generation that is written under it.
    type Output = (Lease, i64);

    async fn run(&self, session: &mut ClientSession) -> Result<(Lease, i64), StoreError> {
        if let Of::Generation(chain, _) = &self.of {
            // who lost the chain must not come back through one of its generations
            chain.grant().check(session, Purpose::Write).await?;
        }
        let key = doc! { "_id": { "c": self.key } };
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
                .session(&mut *session)
                .await?;
        }
        let active = match self.of {
            Of::Chain(chain) => {
                let mapping = self.database.collection::<Mapping>(CHAINS);
                let found = mapping.find_one(generations::id(chain)).session(session).await?;
                found.map_or(self.key, |mapping| mapping.active.c)
            }
            Of::Generation(..) => self.key,
        };
        Ok((found, active))
    }
}

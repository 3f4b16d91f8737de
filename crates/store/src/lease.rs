//! The right to write a chain: one holder at a time, with a number that grows at every take-over.
//!
//! A lease runs out unless it is renewed, by the server's clock alone. That keeps two live writers apart most of the
//! time. What keeps them apart always is the number: every transaction of a [`crate::Writer`] touches the fence that
//! carries it, and a take-over raises it. So the two conflict, whichever is first, and a writer that slept through its
//! lease is refused.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use bson::{Document, doc, oid::ObjectId};
use domain::ids::ChainId;
use mongodb::{Client, ClientSession, Database};
use tokio::{sync::Mutex, time::sleep};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};
use tracing::{debug, warn};

use crate::{
    documents::lease::LEASES,
    error::StoreError,
    generations::Generation,
    writer::transaction::{Work, transact_in},
};

pub(crate) mod fence;
pub(crate) mod process;
mod take;
#[cfg(test)]
mod tests;

/// How long a lease lasts unless the configuration says otherwise.
pub const DEFAULT_TTL: Duration = Duration::from_secs(10);
/// Shorter ones would run out between two heartbeats of a busy server.
const SHORTEST_TTL: Duration = Duration::from_millis(300);
/// Renewals per lifetime.
const RENEWALS: u32 = 3;

/// The right to write a chain. Clones are the same lease; it is renewed while one of them lives. Give it back with
/// [`Lease::release`], otherwise the next holder waits until it has run out.
#[derive(Debug, Clone)]
pub struct Lease {
    grant: Arc<Grant>,
    lost: CancellationToken,
    heartbeat: Arc<AbortOnDropHandle<()>>,
}

/// What was granted.
#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) database: Database,
    pub(crate) chain: ChainId,
    /// What the lease is of: the chain itself, or a generation of it that is being built.
    pub(crate) key: i64,
    /// The generation that its writers write to.
    active: AtomicI64,
    id: ObjectId,
    token: i64,
    holder: String,
    ttl: Duration,
    /// All transactions of the holder run in this one: its successor knows what to end.
    session: Mutex<ClientSession>,
}

/// Takes the lease if it is free.
pub(crate) async fn acquire(
    client: Client,
    database: Database,
    chain: ChainId,
    ttl: Duration,
) -> Result<Lease, StoreError> {
    let ttl = ttl.max(SHORTEST_TTL);
    let of = take::Of::Chain(chain);
    let grant = take::take(client, database, of, ttl, take::From::Free).await?;
    Ok(Lease::start(grant))
}

/// Takes the lease of a generation that is being built, for who holds that of its chain.
pub(crate) async fn acquire_generation(
    chain: &Lease,
    generation: Generation,
    ttl: Duration,
) -> Result<Lease, StoreError> {
    let ttl = ttl.max(SHORTEST_TTL);
    let database = chain.grant().database.clone();
    let of = take::Of::Generation(chain.clone(), generation.0);
    let client = database.client().clone();
    let grant = take::take(client, database, of, ttl, take::From::Free).await?;
    Ok(Lease::start(grant))
}

/// Takes the lease from whoever has it.
pub(crate) async fn seize(
    client: Client,
    database: Database,
    chain: ChainId,
) -> Result<Lease, StoreError> {
    let of = take::Of::Chain(chain);
    let grant = take::take(client, database, of, DEFAULT_TTL, take::From::Anybody).await?;
    Ok(Lease::start(grant))
}

impl Lease {
    fn start(grant: Grant) -> Self {
        let (grant, lost) = (Arc::new(grant), CancellationToken::new());
        let heartbeat = tokio::spawn(renew(Arc::clone(&grant), lost.clone()));
        Self { grant, lost, heartbeat: Arc::new(AbortOnDropHandle::new(heartbeat)) }
    }

    /// The chain.
    #[must_use]
    pub fn chain(&self) -> ChainId {
        self.grant.chain
    }

    /// Who holds it, for people: host and process id.
    #[must_use]
    pub fn holder(&self) -> &str {
        &self.grant.holder
    }

    /// One higher than that of the holder before.
    #[must_use]
    pub fn token(&self) -> i64 {
        self.grant.token
    }

    /// Ends when a renewal finds that somebody else holds the lease. Writes are refused from the take-over on, whether
    /// or not this has ended yet.
    pub async fn lost(&self) {
        self.lost.cancelled().await;
    }

    /// Asks the server whether it is still this holder's, and renews it if so.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn is_held(&self) -> Result<bool, StoreError> {
        Ok(!self.lost.is_cancelled() && self.grant.renew().await?)
    }

    /// Gives it back, so that the next holder need not wait. Does nothing when it is lost.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers; the lease then runs out by itself.
    pub async fn release(self) -> Result<(), StoreError> {
        self.heartbeat.abort();
        // a commit that was cancelled must not keep the next holder waiting
        drop(self.grant.session.lock().await.abort_transaction().await);
        let free = doc! { "$set": { "id": null, "expires": bson::DateTime::from_millis(0) } };
        self.grant.leases().update_one(self.grant.filter(), free).await?;
        Ok(())
    }

    pub(crate) fn grant(&self) -> &Grant {
        &self.grant
    }
}

impl Grant {
    /// The generation that its writers write to.
    pub(crate) fn active(&self) -> i64 {
        self.active.load(Ordering::Acquire)
    }

    pub(crate) fn set_active(&self, key: i64) {
        self.active.store(key, Ordering::Release);
    }

    fn filter(&self) -> Document {
        doc! { "_id": { "c": self.key }, "id": self.id, "token": self.token }
    }

    fn leases(&self) -> mongodb::Collection<Document> {
        self.database.collection(LEASES)
    }

    /// Runs the work in one transaction of this holder.
    pub(crate) async fn transact<W: Work>(&self, work: &W) -> Result<W::Output, StoreError> {
        transact_in(&mut *self.session.lock().await, work).await
    }

    /// Whether it is still ours. One that ran out but that nobody took is.
    async fn renew(&self) -> Result<bool, StoreError> {
        let later = vec![doc! { "$set": { "expires": expiry(self.ttl) } }];
        let answer = self.leases().update_one(self.filter(), later).await?;
        Ok(answer.matched_count > 0)
    }
}

/// So long from now, by the server's clock.
pub(crate) fn expiry(ttl: Duration) -> Document {
    let millis = i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX);
    doc! { "$add": ["$$NOW", millis] }
}

/// Renews until the lease is lost.
async fn renew(grant: Arc<Grant>, lost: CancellationToken) {
    loop {
        sleep(grant.ttl / RENEWALS).await;
        match grant.renew().await {
            Ok(true) => debug!(chain = grant.chain, token = grant.token, "lease renewed"),
            Ok(false) => {
                warn!(chain = grant.chain, token = grant.token, "the lease was taken over");
                lost.cancel();
                return;
            }
            // if it runs out meanwhile, the fence still keeps the data safe
            Err(error) => {
                warn!(chain = grant.chain, %error, "the lease could not be renewed, it is tried again");
            }
        }
    }
}

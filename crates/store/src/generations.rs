//! Generations: under which key the data of a chain stands, and how a new one takes the place of the old one.
//!
//! The first field of every stored `_id` is a key. A chain begins with its own id as the key. When what is indexed of it
//! changes, everything is indexed a second time under a new key, beside what readers see; when that has caught up, one
//! transaction makes it the active one, and what stood under the old key is removed. How far this is stands in the
//! document of the chain and nowhere else, so any process can go on where another one was killed.

use std::fmt;

use mongodb::ClientSession;

use crate::{error::StoreError, lease::Lease, writer::transaction::Work};

pub(crate) mod documents;
pub(crate) mod read;
pub(crate) mod remove;
pub(crate) mod steps;
#[cfg(test)]
mod tests;
pub(crate) mod waiting;

use self::{
    documents::Mapping,
    steps::{Abandon, Adopt, Begin, Switch},
};

/// Names the data of a chain that one configuration led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub(crate) i64);

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Where a chain stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What readers see.
    pub active: Generation,
    /// What it was made of; `None` when nobody said.
    pub sources: Option<String>,
    /// What is under way to take its place, and what that is made of.
    pub building: Option<(Generation, String)>,
    /// What nobody sees any more and has to be removed.
    pub retired: Vec<Generation>,
}

/// Changes the generations of a chain, for as long as the lease is the chain's. Each step is one transaction.
#[derive(Debug, Clone)]
pub struct Generations {
    lease: Lease,
}

impl Generations {
    pub(crate) fn new(lease: &Lease) -> Self {
        Self { lease: lease.clone() }
    }

    /// Where the chain stands. Writers made after this write to the generation that it says is active.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn standing(&self) -> Result<Standing, StoreError> {
        let grant = self.lease.grant();
        let standing = read::standing(&grant.database, grant.chain).await?;
        grant.set_active(standing.active.0);
        Ok(standing)
    }

    /// Says what the active generation is made of: the first time, while nothing is stored, or in other words.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when somebody else writes the chain by now; retryable when no server answers.
    pub async fn adopt(&self, sources: &str) -> Result<(), StoreError> {
        self.run(&Adopt { lease: &self.lease, sources }).await
    }

    /// Begins a new generation beside the active one. One that was under way is given up.
    ///
    /// # Errors
    /// Like [`Generations::adopt`].
    pub async fn begin(&self, sources: &str) -> Result<Generation, StoreError> {
        self.run(&Begin { lease: &self.lease, sources }).await
    }

    /// Gives up the generation that is under way, if there is one.
    ///
    /// # Errors
    /// Like [`Generations::adopt`].
    pub async fn abandon(&self) -> Result<(), StoreError> {
        self.run(&Abandon { lease: &self.lease }).await
    }

    /// Makes the generation under way the active one, if it has reached the block of the active one: readers never go
    /// back. Writers made after this write to it.
    ///
    /// # Errors
    /// Like [`Generations::adopt`].
    pub async fn switch(&self) -> Result<bool, StoreError> {
        let active = self.run(&Switch { lease: &self.lease }).await?;
        if let Some(active) = active {
            self.lease.grant().set_active(active);
        }
        Ok(active.is_some())
    }

    /// Removes what is left of the generation that was retired first, in transactions of bounded size, and says which
    /// one that was; `None` when none is left. If it is interrupted, call it again.
    ///
    /// # Errors
    /// Like [`Generations::adopt`].
    pub async fn remove_retired(
        &self,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Option<Generation>, StoreError> {
        remove::oldest(&self.lease, progress).await
    }

    async fn run<W: Work>(&self, work: &W) -> Result<W::Output, StoreError> {
        self.lease.grant().transact(work).await
    }
}

/// The mapping of a chain that is being changed, as the transaction sees it.
async fn mapping(lease: &Lease, session: &mut ClientSession) -> Result<Mapping, StoreError> {
    let grant = lease.grant();
    let found = grant
        .database
        .collection(documents::CHAINS)
        .find_one(documents::id(grant.chain))
        .session(session)
        .await?;
    Ok(found.unwrap_or_else(|| Mapping::first(grant.chain)))
}

//! The newest of its kind of each chain, and those that are being made.
//!
//! Each is made by a task of its own. Who asked first only began it: that one may leave.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use api_kit::problem::Problem;
use domain::{block::BlockRef, ids::ChainId};
use tokio::sync::watch;

use crate::feeds::view::At;

#[cfg(test)]
mod tests;

/// Something that may be too old.
pub(super) trait Stands {
    /// Whether it still stands, while its block does.
    fn stands(&self) -> bool;
}

/// What a task made; `None` while it is at it.
type Made<T> = Option<Result<Standing<T>, Problem>>;

/// Something with the block that it is of.
#[derive(Debug)]
pub(in crate::feeds) struct Standing<T> {
    pub(in crate::feeds) at: At,
    pub(in crate::feeds) of: Arc<T>,
}

impl<T> Clone for Standing<T> {
    fn clone(&self) -> Self {
        Self { at: self.at, of: Arc::clone(&self.of) }
    }
}

#[derive(Debug)]
struct OfChain<T> {
    newest: Option<Standing<T>>,
    making: Vec<(At, watch::Receiver<Made<T>>)>,
}

impl<T> Default for OfChain<T> {
    fn default() -> Self {
        Self { newest: None, making: Vec::new() }
    }
}

/// Those of all chains; clones are the same.
#[derive(Debug)]
pub(super) struct Newest<T>(Arc<Mutex<BTreeMap<ChainId, OfChain<T>>>>);

impl<T> Clone for Newest<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for Newest<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

/// That a task is at it; when it ends, in whatever way, others may begin.
struct Making<T> {
    all: Newest<T>,
    at: At,
}

impl<T> Drop for Making<T> {
    fn drop(&mut self) {
        let mut chains = self.all.chains();
        if let Some(of_chain) = chains.get_mut(&self.at.chain) {
            of_chain.making.retain(|(at, _)| !at.is_same(&self.at));
        }
    }
}

impl<T> Newest<T> {
    fn chains(&self) -> MutexGuard<'_, BTreeMap<ChainId, OfChain<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets go of what is of another block, unless that came later.
    pub(super) fn forget_older(&self, at: &At) {
        if let Some(of_chain) = self.chains().get_mut(&at.chain) {
            of_chain.newest.take_if(|newest| !newest.at.is_same(at) && newest.at.turn < at.turn);
        }
    }

    fn keep(&self, standing: &Standing<T>) {
        let mut chains = self.chains();
        let newest = &mut chains.entry(standing.at.chain).or_default().newest;
        // one that took longer than the next block must not take its place
        if newest.as_ref().is_none_or(|newest| newest.at.turn <= standing.at.turn) {
            *newest = Some(standing.clone());
        }
    }
}

impl<T: Stands + Send + Sync + 'static> Newest<T> {
    /// That of a block, if it is the newest and not too old.
    pub(super) fn standing(&self, chain: ChainId, block: &BlockRef) -> Option<Standing<T>> {
        let chains = self.chains();
        let newest = chains.get(&chain)?.newest.as_ref()?;
        (newest.at.block.hash == block.hash && newest.of.stands()).then(|| newest.clone())
    }

    /// That of this block, made if there is none.
    pub(super) async fn at(
        &self,
        at: At,
        make: impl Future<Output = Result<T, Problem>> + Send + 'static,
    ) -> Result<Standing<T>, Problem> {
        let mut made = match self.found(at, make) {
            Ok(standing) => return Ok(standing),
            Err(making) => making,
        };
        match made.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(made)) => made.clone(),
            // the task is gone without a word
            _ => Err(Problem::internal()),
        }
    }

    /// It, or where it will be told.
    fn found(
        &self,
        at: At,
        make: impl Future<Output = Result<T, Problem>> + Send + 'static,
    ) -> Result<Standing<T>, watch::Receiver<Made<T>>> {
        let mut chains = self.chains();
        let of_chain = chains.entry(at.chain).or_default();
        let known = of_chain.newest.as_ref().filter(|newest| newest.at.is_same(&at));
        if let Some(known) = known.filter(|known| known.of.stands()) {
            return Ok(known.clone());
        }
        if let Some((_, making)) = of_chain.making.iter().find(|(making, _)| making.is_same(&at)) {
            return Err(making.clone());
        }
        let (sender, receiver) = watch::channel(None);
        of_chain.making.push((at, receiver.clone()));
        // a runtime that ends drops the task here and now, and with it what asks for the lock
        drop(chains);
        tokio::spawn(run(Making { all: self.clone(), at }, make, sender));
        Err(receiver)
    }
}

async fn run<T>(
    making: Making<T>,
    make: impl Future<Output = Result<T, Problem>>,
    sender: watch::Sender<Made<T>>,
) {
    let made = make.await.map(|of| Standing { at: making.at, of: Arc::new(of) });
    if let Ok(standing) = &made {
        making.all.keep(standing);
    }
    drop(making);
    sender.send_replace(Some(made));
}

//! The newest listing of each chain, and those that are being made.
//!
//! Each is made by a task of its own. Who asked first only began it: that one may leave.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use api_kit::problem::Problem;
use domain::{block::BlockRef, ids::ChainId};
use tokio::sync::watch;

use super::{Key, Listing, Rows};
use crate::feeds::view::View;

/// What a task made; `None` while it is at it.
type Made = Option<Result<Standing, Problem>>;

/// A listing with the block that it is of.
#[derive(Debug, Clone)]
pub(in crate::feeds) struct Standing {
    pub(in crate::feeds) block: BlockRef,
    pub(in crate::feeds) generation: i64,
    pub(in crate::feeds) listing: Arc<Listing>,
    /// When its block was the newest: blocks can go back, turns cannot.
    turn: u64,
}

impl Standing {
    const fn key(&self) -> Key {
        (self.block.hash, self.generation)
    }
}

#[derive(Debug, Default)]
struct OfChain {
    newest: Option<Standing>,
    making: Vec<(Key, watch::Receiver<Made>)>,
}

/// The listings of all chains; clones are the same.
#[derive(Debug, Clone, Default)]
pub(in crate::feeds) struct Listings(Arc<Mutex<BTreeMap<ChainId, OfChain>>>);

/// That a task is at a listing; when it ends, in whatever way, others may begin.
struct Making {
    listings: Listings,
    chain: ChainId,
    key: Key,
}

impl Drop for Making {
    fn drop(&mut self) {
        let mut chains = self.listings.chains();
        if let Some(of_chain) = chains.get_mut(&self.chain) {
            of_chain.making.retain(|(key, _)| *key != self.key);
        }
    }
}

impl Listings {
    fn chains(&self) -> MutexGuard<'_, BTreeMap<ChainId, OfChain>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// That of a block, if it is the newest and nothing of it is too old.
    pub(in crate::feeds) fn standing(&self, chain: ChainId, block: &BlockRef) -> Option<Standing> {
        let chains = self.chains();
        let newest = chains.get(&chain)?.newest.as_ref()?;
        (newest.block.hash == block.hash && newest.listing.is_fresh()).then(|| newest.clone())
    }

    /// That of the request's block, made if there is none.
    pub(in crate::feeds) async fn at(&self, view: &View) -> Result<Standing, Problem> {
        let mut made = match self.found(view) {
            Ok(standing) => return Ok(standing),
            Err(making) => making,
        };
        match made.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(made)) => made.clone(),
            // the task is gone without a word
            _ => Err(Problem::internal()),
        }
    }

    /// The listing, or where it will be told.
    fn found(&self, view: &View) -> Result<Standing, watch::Receiver<Made>> {
        let key = (view.block().hash, view.snapshot.generation());
        let mut chains = self.chains();
        let of_chain = chains.entry(view.chain_id).or_default();
        let known = of_chain.newest.as_ref().filter(|newest| newest.key() == key);
        if let Some(fresh) = known.filter(|known| known.listing.is_fresh()) {
            return Ok(fresh.clone());
        }
        if let Some((_, making)) = of_chain.making.iter().find(|(making, _)| *making == key) {
            return Err(making.clone());
        }
        let rows = known.map(|known| Arc::clone(&known.listing.rows));
        let (sender, receiver) = watch::channel(None);
        of_chain.making.push((key, receiver.clone()));
        let making = Making { listings: self.clone(), chain: view.chain_id, key };
        tokio::spawn(make(making, view.clone(), rows, sender));
        Err(receiver)
    }

    fn keep(&self, chain: ChainId, standing: &Standing) {
        let mut chains = self.chains();
        let newest = &mut chains.entry(chain).or_default().newest;
        // one that took longer than the next block must not take its place
        if newest.as_ref().is_none_or(|newest| newest.turn <= standing.turn) {
            *newest = Some(standing.clone());
        }
    }
}

async fn make(making: Making, view: View, rows: Option<Arc<Rows>>, sender: watch::Sender<Made>) {
    let made = Listing::read(&view, rows).await.map(|listing| Standing {
        block: view.block(),
        generation: view.snapshot.generation(),
        listing: Arc::new(listing),
        turn: view.turn,
    });
    if let Ok(standing) = &made {
        making.listings.keep(view.chain_id, standing);
    }
    drop(making);
    sender.send_replace(Some(made));
}

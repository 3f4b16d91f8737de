//! What requests ask of the chain itself, in one place: together, once for all who ask the same, of one block by its hash,
//! with a deadline. What a block says is remembered as long as that block is of interest; a failure never is.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use abis::{dynamic::Contracts, receipt::Glossary};
use alloy_primitives::{Address, B256, Bytes, U256};
use api_kit::problem::Problem;
use chain::Client;
use domain::block::BlockRef;
use tokio::{sync::Semaphore, time::Instant};

mod account;
mod at;
mod flights;
mod head;
mod kept;
mod lookup;
mod pool;
mod price;
mod silent;
#[cfg(test)]
mod tests;
mod token;
mod trip;
mod view;

pub(crate) use self::{
    account::{AccountBalances, balances, balances_or_problem, wanted_tokens},
    at::At,
    flights::too_late,
    head::{Head, Heads},
    lookup::Found,
    pool::pool,
    price::LivePrice,
    token::{LiveToken, token},
    view::{LivePool, LiveProblem},
};
use self::{flights::Flights, head::Newest, kept::Blocks};

/// A request waits so long for the chain.
const PATIENCE: Duration = Duration::from_secs(3);
/// Transactions of a chain that are tried out at once.
const REHEARSALS: usize = 8;
/// Trips under way at once that contracts of the clients' choice may hold up.
const WILD_TRIPS: usize = 12;
/// Of their questions so many are asked on their own at once, where one held the others up.
const ALONE: usize = 10;
/// The same of contracts that were not heard lately. An endpoint takes some dozens of questions at once, and there are others
/// who ask.
const SLOW: usize = 4;

/// A question about the state after a block.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Ask {
    /// A call of a pool, or of the manager that keeps it: code that is known to answer.
    Pool(Address, Bytes),
    /// A call of any contract, which may do what it likes.
    Call(Address, Bytes),
    /// What an account has of the native currency.
    Native(Address),
}

impl Ask {
    /// Whether it may hold others up: such questions travel on their own.
    const fn is_wild(&self) -> bool {
        matches!(self, Self::Call(..))
    }
}

/// What a contract answers; `None` where it reverts.
pub(crate) type Told = Option<Bytes>;

/// A chain that can be asked. Clones share what is known and what is under way.
#[derive(Debug, Clone)]
pub struct LiveNode {
    pub(crate) client: Client,
    /// Contracts that are known by their ABI only.
    pub(crate) contracts: Arc<Contracts>,
    /// The words of all others.
    pub(crate) glossary: Arc<Glossary>,
    blocks: Arc<Mutex<Blocks>>,
    heads: Arc<Flights<(), BlockRef>>,
    newest: Arc<Mutex<Newest>>,
    transactions: Arc<Flights<B256, Found>>,
    /// Room for transactions that are tried out.
    pub(crate) rehearsals: Arc<Semaphore>,
    /// Room for trips that may be held up.
    wild: Arc<Semaphore>,
    /// Room for what is asked on its own after one was held up.
    alone: Arc<Semaphore>,
    /// Room for contracts that were not heard lately.
    slow: Arc<Semaphore>,
}

impl LiveNode {
    /// The chain of these endpoints, with the contracts whose events are told by their ABI; nothing is asked yet.
    #[must_use]
    pub fn new(client: Client, contracts: Arc<Contracts>) -> Self {
        Self {
            client,
            contracts,
            glossary: Arc::new(Glossary::new()),
            blocks: Arc::default(),
            heads: Arc::default(),
            newest: Arc::default(),
            transactions: Arc::default(),
            rehearsals: Arc::new(Semaphore::new(REHEARSALS)),
            wild: Arc::new(Semaphore::new(WILD_TRIPS)),
            alone: Arc::new(Semaphore::new(ALONE)),
            slow: Arc::new(Semaphore::new(SLOW)),
        }
    }

    /// When a question that is asked now is given up.
    pub(crate) fn deadline() -> Instant {
        Instant::now() + PATIENCE
    }

    /// The newest block that the chain's nodes know.
    ///
    /// # Errors
    /// `CHAIN_UNAVAILABLE`, `CHAIN_TIMEOUT`.
    pub(crate) async fn head(&self, deadline: Instant) -> Result<BlockRef, Problem> {
        if let Some(block) = lock(&self.newest).held(Instant::now()) {
            return Ok(block);
        }
        let (client, newest) = (self.client.clone(), Arc::clone(&self.newest));
        let asked = async move {
            let head = client.latest_block().await?;
            Ok(lock(&newest).learn(head, Instant::now()))
        };
        self.heads.join((), Box::pin(asked), deadline).await
    }

    /// Forgets which block is the newest.
    pub(crate) fn look_again(&self) {
        lock(&self.newest).forget();
    }

    /// What became of a transaction, as far as the nodes know; whoever asks for the same meanwhile gets the same.
    ///
    /// # Errors
    /// As [`LiveNode::head`].
    pub(crate) async fn transaction(
        &self,
        hash: B256,
        deadline: Instant,
    ) -> Result<Found, Problem> {
        let found = Box::pin(lookup::find(self.client.clone(), hash));
        self.transactions.join(hash, found, deadline).await
    }
}

/// The code of a node that does not have the block.
pub(crate) const LAGS: &str = "CHAIN_LAGS";

/// A number of 256 bits in an answer; `None` where it is none.
pub(crate) fn number(told: &Told) -> Option<U256> {
    told.as_ref()?.get(..32).map(U256::from_be_slice)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

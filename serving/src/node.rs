//! What requests ask of the chain itself, in one place: together, once for all who ask the same, of one block by its hash,
//! with a deadline. What a block says is remembered as long as that block is of interest; a failure never is.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use abis::{dynamic::Contracts, receipt::Glossary};
use alloy_primitives::{Address, B256, Bytes, U256};
use api_kit::problem::Problem;
use chain::Client;
use domain::block::BlockRef;
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout_at},
};

mod account;
mod flights;
mod head;
mod kept;
mod lookup;
mod pool;
mod price;
#[cfg(test)]
mod tests;
mod token;
mod trip;
mod view;

pub(crate) use self::{
    account::{AccountBalances, balances, balances_or_problem, wanted_tokens},
    flights::too_late,
    head::{Head, Heads},
    lookup::Found,
    pool::pool,
    price::LivePrice,
    token::{LiveToken, token},
    view::{LivePool, LiveProblem},
};
use self::{flights::Flights, head::Newest, kept::Blocks, trip::Outcome};

/// A request waits so long for the chain.
const PATIENCE: Duration = Duration::from_secs(3);
/// Transactions of a chain that are tried out at once.
const REHEARSALS: usize = 8;
/// Trips under way at once that contracts of the clients' choice may hold up.
const WILD_TRIPS: usize = 16;

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

    /// The answers to questions about the state after the block with this hash, in their order, or why there is none.
    ///
    /// # Errors
    /// `LIVE_BUSY` where too much is asked at once.
    async fn ask_each(
        &self,
        block: B256,
        asks: &[Ask],
        deadline: Instant,
    ) -> Result<Vec<Result<Told, Problem>>, Problem> {
        let (known, trips) = lock(&self.blocks).look(block, asks, |trip| self.depart(trip))?;
        let mut told: BTreeMap<Ask, Result<Told, Problem>> =
            known.into_iter().map(|(ask, told)| (ask, Ok(told))).collect();
        let wanted: BTreeSet<&Ask> = asks.iter().collect();
        let mut failure = None;
        for mut trip in trips {
            let done = timeout_at(deadline, trip.wait_for(Option::is_some)).await;
            let outcome = done.ok().and_then(|done| done.ok().and_then(|outcome| outcome.clone()));
            match outcome {
                Some(Outcome::Answers(answers)) => {
                    let answers = wanted.iter().filter_map(|ask| answers.get_key_value(ask));
                    told.extend(answers.map(|(ask, answer)| (ask.clone(), answer.clone())));
                }
                Some(Outcome::Failed(problem)) => failure = Some(problem),
                // it takes too long, or whoever asked is gone
                None => failure = Some(flights::too_late()),
            }
        }
        let lost = || Err(failure.clone().unwrap_or_else(Problem::internal));
        Ok(asks.iter().map(|ask| told.get(ask).cloned().unwrap_or_else(lost)).collect())
    }

    /// [`LiveNode::ask_each`] of a block, or of the answer's newest one; then of the next one if that left the chain meanwhile.
    async fn ask_each_at(
        &self,
        at: At<'_>,
        asks: &[Ask],
        deadline: Instant,
    ) -> Result<(BlockRef, Vec<Result<Told, Problem>>), Problem> {
        let head = match at {
            At::Block(block) => {
                return Ok((block, self.ask_each(block.hash, asks, deadline).await?));
            }
            At::Head(head) => head,
        };
        let block = head.get(self, deadline).await?;
        let told = self.ask_each(block.hash, asks, deadline).await?;
        let lags = |told: &Result<Told, Problem>| {
            told.as_ref().is_err_and(|problem| problem.code() == LAGS)
        };
        if !told.iter().any(lags) {
            return Ok((block, told));
        }
        let block = head.instead_of(block, self, deadline).await?;
        Ok((block, self.ask_each(block.hash, asks, deadline).await?))
    }

    /// The answers to questions about the state after the newest block of an answer, in their order.
    ///
    /// # Errors
    /// Those of [`LiveNode::head`]; `CHAIN_LAGS` where no node has the block, `LIVE_BUSY` where too much is asked at once.
    pub(crate) async fn ask_head(
        &self,
        head: &Head,
        asks: &[Ask],
        deadline: Instant,
    ) -> Result<(BlockRef, Vec<Told>), Problem> {
        let (block, told) = self.ask_each_at(At::Head(head), asks, deadline).await?;
        Ok((block, told.into_iter().collect::<Result<_, _>>()?))
    }
}

/// Which block is asked about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum At<'a> {
    /// This one.
    Block(BlockRef),
    /// The newest, as an answer has it.
    Head(&'a Head),
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

//! A subscription that makes an answer of each step of a chain.

use std::{future::Future, sync::Arc};

use api_kit::{answer::Block, problem::Problem, scope::Scope};
use async_graphql::{Context, Result};
use domain::{
    entity::Pool,
    ids::{ChainId, PoolId},
};
use futures::{Stream, stream};
use store::{Snapshot, StoreError};
use tokio::sync::Semaphore;

use crate::{
    book::Step,
    deps::Deps,
    failure,
    graphql::prices::Now,
    listen::{Listener, listen},
    read,
};

/// A chain that is followed for a subscriber.
pub(super) struct Following {
    pub(super) deps: Arc<Deps>,
    pub(super) chain: ChainId,
    /// Where it stands when the subscription begins, for this subscriber alone.
    pub(super) begin: Arc<Snapshot>,
    /// The places of those who begin.
    beginners: Arc<Semaphore>,
    /// The same for all who heard of the newest step.
    told: Arc<Snapshot>,
    listener: Listener,
    /// What the fields of the answers read by.
    scope: Scope,
    now: Now,
}

/// What follows.
enum Next<T> {
    /// To be told at once.
    First(T),
    /// Whatever the next step brings.
    Step,
    /// Nothing.
    End,
}

impl Following {
    /// Begins to follow.
    pub(super) async fn begin(ctx: &Context<'_>, chain: Option<u64>) -> Result<Self> {
        let deps = Arc::clone(ctx.data::<Arc<Deps>>()?);
        let (scope, now) = (ctx.data::<Scope>()?.clone(), ctx.data::<Now>()?.clone());
        let (chain_id, chain) = deps.chains.resolve(chain)?;
        let beginners = chain.book.beginners();
        let (told, listener) = listen(&deps, chain_id, chain).await?;
        let begin = Arc::new(told.sibling().await.map_err(Problem::from)?);
        scope.renew(chain_id, Arc::clone(&begin)).await;
        Ok(Self { deps, chain: chain_id, begin, beginners, told, listener, scope, now })
    }

    /// What is read where it begins. Of many who begin at once few read at a time, so that those who follow already, and
    /// whoever else asks the store, come in between.
    pub(super) async fn first<T>(
        &self,
        read: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, Problem> {
        let _place = self.beginners.acquire().await.map_err(|_| Problem::internal())?;
        Ok(read.await?)
    }

    /// `first` at once, if there is one; then of each step what `tell` makes of it, if anything. It ends with an error where
    /// steps were lost, and without one when the service ends. What `tell` fails at ends it, too: the subscriber would miss
    /// something without knowing.
    pub(super) fn tell<T, F, G>(
        self,
        first: Option<T>,
        tell: G,
    ) -> impl Stream<Item = Result<T>> + use<T, F, G>
    where
        T: Send + 'static,
        F: Future<Output = Result<Option<T>, Problem>> + Send + 'static,
        G: Fn(Arc<Step>) -> F + Send + Sync + 'static,
    {
        let next = first.map_or(Next::Step, Next::First);
        stream::unfold((self, next, tell), |(mut following, next, tell)| async move {
            let told = match next {
                Next::First(first) => Ok(first),
                Next::Step => following.next(&tell).await?,
                Next::End => return None,
            };
            let next = if told.is_ok() { Next::Step } else { Next::End };
            Some((told.map_err(Into::into), (following, next, tell)))
        })
    }

    async fn next<T, F>(&mut self, tell: &impl Fn(Arc<Step>) -> F) -> Option<Result<T, Problem>>
    where
        F: Future<Output = Result<Option<T>, Problem>>,
    {
        // the answer before was read to its end: who waits for news holds no session
        self.begin = Arc::clone(&self.told);
        self.scope.renew(self.chain, Arc::clone(&self.told)).await;
        loop {
            let step = match self.listener.next().await? {
                Ok(step) => step,
                Err(problem) => return Some(Err(problem)),
            };
            match tell(Arc::clone(&step)).await {
                Ok(None) => {}
                Ok(Some(told)) => {
                    // the fields of the answer are read after this, of each subscriber's beside those of the others
                    let own = match step.snapshot.sibling().await {
                        Ok(own) => Arc::new(own),
                        Err(error) => return Some(Err(error.into())),
                    };
                    self.scope.renew(self.chain, own).await;
                    self.told = Arc::clone(&step.snapshot);
                    self.now.set(read::prices::now());
                    return Some(Ok(told));
                }
                Err(problem) => return Some(Err(problem)),
            }
        }
    }
}

/// Blocks that left the chain.
pub(super) fn retracted(step: &Step) -> Vec<Block> {
    step.retracted.iter().copied().map(Into::into).collect()
}

/// The pool where the subscription begins.
pub(super) async fn known(following: &Following, id: PoolId) -> Result<Pool, Problem> {
    following.first(following.begin.pool(id)).await?.ok_or_else(|| failure::unknown_pool(id))
}

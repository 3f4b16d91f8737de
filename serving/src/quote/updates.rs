//! The same quote again at every block.

use std::sync::Arc;

use api_kit::problem::Problem;
use domain::ids::ChainId;
use futures::Stream;
use tokio::sync::watch;

use super::{
    answer::Quote,
    in_step, quote_in,
    request::{Request, Trade},
};
use crate::{book::Book, deps::Deps};

/// What is asked again.
struct Asking {
    deps: Arc<Deps>,
    chain: ChainId,
    wanted: Trade,
    versions: watch::Receiver<Option<Arc<Book>>>,
}

/// A quote at the newest block, and one at each newer block, reorgs included; and again where something else became known
/// of its pools that no block tells (a tax, a fee that hooks set). Who takes answers more slowly than blocks come
/// gets that of the newest block, and none in between. It ends when the service ends.
///
/// # Errors
/// A problem for a request that cannot be. What only a block decides is told by the answer for it.
pub fn updates(
    deps: Arc<Deps>,
    request: Request<'_>,
) -> Result<impl Stream<Item = Result<Quote, Problem>> + use<>, Problem> {
    let (chain_id, chain) = deps.chains.resolve(request.chain)?;
    let wanted = request.check()?;
    let mut versions = chain.book.watch();
    versions.mark_changed();
    let asking = Asking { chain: chain_id, wanted, versions, deps: Arc::clone(&deps) };
    Ok(futures::stream::unfold(asking, |mut asking| async move {
        let answer = asking.next().await?;
        Some((answer, asking))
    }))
}

impl Asking {
    async fn next(&mut self) -> Option<Result<Quote, Problem>> {
        loop {
            self.versions.changed().await.ok()?;
            let newest = self.versions.borrow_and_update().clone();
            // none before the pools are loaded
            if let Some(book) = newest {
                return Some(self.answer(&book).await);
            }
        }
    }

    async fn answer(&self, book: &Arc<Book>) -> Result<Quote, Problem> {
        let (_, chain) = self.deps.chains.resolve(Some(self.chain))?;
        in_step(&chain.book)?;
        quote_in(chain, book, &self.wanted).await
    }
}

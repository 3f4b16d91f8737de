//! What is stored of a transaction: the answer where the node cannot be asked.

use alloy_primitives::B256;
use api_kit::problem::Problem;
use domain::row::RowMeta;
use store::Snapshot;

use super::{
    answer::{Place, Source, Status, Stored, Transaction},
    tx::blank,
};
use crate::{
    node::LiveProblem,
    view::{self, liquidity::LiquidityEvent, swap::Swap},
};

/// The rows of a transaction with why there is no more; `None` where there is none.
pub(super) async fn transaction(
    snapshot: &Snapshot,
    hash: B256,
    why: &Problem,
) -> Result<Option<Transaction>, Problem> {
    let swaps = snapshot.swaps_by_tx(hash).await?;
    let liquidity = snapshot.liquidity_by_tx(hash).await?;
    let first = swaps.first().map(|swap| &swap.meta);
    let Some(meta) = first.or_else(|| liquidity.first().map(|event| &event.meta)) else {
        return Ok(None);
    };
    let chain = snapshot.chain();
    let block = place(snapshot, meta).await?;
    let stored = Stored {
        swaps: swaps.iter().map(|swap| Swap::new(chain, swap)).collect(),
        liquidity_events: liquidity.iter().map(|event| LiquidityEvent::new(chain, event)).collect(),
    };
    Ok(Some(Transaction {
        source: Source::Store,
        block: Some(block),
        confirmations: None,
        from: meta.origin.map(view::address),
        indexed_to: Some(snapshot.block().into()),
        stored: Some(stored),
        problem: Some(LiveProblem::new(why, Some(snapshot.block()))),
        // what reverts leaves no rows
        ..blank(chain, hash, Status::Success)
    }))
}

async fn place(snapshot: &Snapshot, meta: &RowMeta) -> Result<Place, Problem> {
    let number = meta.position.block;
    let hash = snapshot.mark_at(number).await?.map(|(block, _)| view::hash(block.hash));
    Ok(Place { number, hash, timestamp: meta.timestamp })
}

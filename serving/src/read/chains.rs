//! The chains that are served.

use api_kit::{problem::Problem, scope::Scope};
use domain::ids::ChainId;
use store::{Snapshot, Watermark};

use crate::{
    deps::{ChainDeps, Deps},
    view::chain::Chain,
};

pub(crate) async fn all(deps: &Deps) -> Result<Vec<Chain>, Problem> {
    let watermarks = deps.reader.watermarks().await?;
    let chains = deps.chains.iter().map(|(chain_id, chain)| {
        let found = watermarks.iter().find(|(id, _)| *id == chain_id);
        view(chain_id, chain, found.map(|(_, watermark)| *watermark))
    });
    Ok(chains.collect())
}

/// All of them, each at the block of a request.
pub(crate) async fn in_scope(deps: &Deps, scope: &Scope) -> Result<Vec<Chain>, Problem> {
    let mut chains = Vec::new();
    for (id, chain) in deps.chains.iter() {
        chains.push(match scope.at(id).await {
            Ok(snapshot) => of(deps, id, &snapshot)?,
            // nothing of it is indexed
            Err(problem) if problem.code() == "NOT_READY" => view(id, chain, None),
            Err(problem) => return Err(problem),
        });
    }
    Ok(chains)
}

/// One of them as of a snapshot.
pub(crate) fn of(deps: &Deps, chain: ChainId, snapshot: &Snapshot) -> Result<Chain, Problem> {
    let (chain_id, chain) = deps.chains.resolve(Some(chain))?;
    let watermark = Watermark { block: snapshot.block(), counters: snapshot.counters() };
    Ok(view(chain_id, chain, Some(watermark)))
}

fn view(chain_id: ChainId, chain: &ChainDeps, watermark: Option<Watermark>) -> Chain {
    let counters = watermark.map(|watermark| watermark.counters).unwrap_or_default();
    Chain {
        chain_id,
        name: chain.name.clone(),
        block: watermark.map(|watermark| watermark.block.into()),
        pool_count: counters.pools,
        token_count: counters.tokens,
        swap_count: counters.swaps,
        liquidity_event_count: counters.liquidity_events,
    }
}

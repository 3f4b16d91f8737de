//! The chains that are served.

use api_kit::problem::Problem;

use crate::{deps::Deps, view::chain::Chain};

pub(crate) async fn all(deps: &Deps) -> Result<Vec<Chain>, Problem> {
    let watermarks = deps.reader.watermarks().await?;
    let chains = deps.chains.iter().map(|(chain_id, chain)| {
        let watermark =
            watermarks.iter().find(|(id, _)| *id == chain_id).map(|(_, watermark)| watermark);
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
    });
    Ok(chains.collect())
}

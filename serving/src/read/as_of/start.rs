//! Where the indexed data of a chain begins.

use api_kit::problem::Problem;
use serde::Deserialize;
use store::Snapshot;

use crate::deps::ChainDeps;

/// What is read of what a generation is made of.
#[derive(Deserialize)]
struct Sources {
    start_block: u64,
}

/// The first block of what is served. An earlier one that is configured by now is that of a generation which is still being
/// built: of what is served nothing is known below its own.
pub(crate) async fn start(snapshot: &Snapshot, deps: &ChainDeps) -> Result<u64, Problem> {
    let Some(text) = snapshot.sources().await? else { return Ok(deps.start_block) };
    let sources = serde_json::from_str::<Sources>(&text);
    sources.map(|sources| sources.start_block).map_err(|error| {
        tracing::error!(chain = deps.name, %error, "what the index is made of cannot be read");
        Problem::internal()
    })
}

//! `asOfBlock` and `asOfTimestamp`: the block that an answer speaks of.

use api_kit::problem::Problem;
use domain::ids::ChainId;

use crate::{
    deps::Deps,
    read::as_of::{AsOf, At},
};

/// The chain that a request means, as of the block it means.
pub(super) async fn open(
    deps: &Deps,
    chain: Option<&str>,
    block: Option<&str>,
    timestamp: Option<&str>,
) -> Result<(ChainId, At), Problem> {
    let chain = deps.chains.parse(chain)?;
    let as_of = AsOf::parse(block, timestamp)?;
    Ok((chain.0, At::of(deps, chain, as_of).await?))
}

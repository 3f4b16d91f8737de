//! Which block an answer says it is of.

use alloy_primitives::B256;
use domain::{block::BlockRef, ids::ChainId};
use serde::Deserialize;

use super::Of;

/// How answers begin to tell it; the first one is that of the whole answer.
const NAME: &[u8] = br#""block":"#;
/// It stands near the beginning.
const NEAR: usize = 4_096;

#[derive(Deserialize)]
struct Named {
    number: u64,
    hash: B256,
    timestamp: u64,
}

/// The list of all chains.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Chains {
    chains: Vec<Chain>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Chain {
    chain_id: ChainId,
    block: Option<Named>,
}

/// Path of the list of all chains.
pub(super) const CHAINS: &str = "/v1/chains";

/// The newest blocks that the answer to a question is of, by chain; `only` is the chain that the question means.
pub(super) fn all(
    body: &[u8],
    question: &str,
    only: impl FnOnce() -> Option<ChainId>,
) -> Vec<(ChainId, BlockRef)> {
    if question.split('?').next() == Some(CHAINS) {
        let Ok(Chains { chains }) = serde_json::from_slice(body) else { return Vec::new() };
        let named = |chain: Chain| Some((chain.chain_id, chain.block?.into()));
        return chains.into_iter().filter_map(named).collect();
    }
    let newest = first(body).filter(|_| !question.contains("asOf"));
    newest.and_then(|block| Some((only()?, block))).into_iter().collect()
}

/// Which block the answer to a question is of, where this one is known to be the newest.
pub(super) fn of(body: &[u8], question: &str, known: &BlockRef) -> Of {
    match first(body) {
        Some(block) if block.hash == known.hash => Of::Newest(*known),
        // the store is ahead
        Some(block) if block.number >= known.number => Of::Newest(block),
        Some(_) if question.contains("asOf") => Of::Older,
        // the chain turned back a moment ago, or the store was read a moment ago
        _ => Of::Unknown,
    }
}

fn first(body: &[u8]) -> Option<BlockRef> {
    let near = body.get(..NEAR).unwrap_or(body);
    let at = near.windows(NAME.len()).position(|part| part == NAME)?;
    let rest = body.get(at + NAME.len()..)?;
    let named = serde_json::Deserializer::from_slice(rest).into_iter::<Named>().next()?;
    Some(named.ok()?.into())
}

impl From<Named> for BlockRef {
    fn from(Named { number, hash, timestamp }: Named) -> Self {
        // of its parent answers say nothing, and nobody here asks
        Self { number, hash, parent_hash: B256::ZERO, timestamp }
    }
}

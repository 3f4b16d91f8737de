//! Metadata of tokens that a batch sees first, as of the block that brought them: a supply changes, and whoever indexes
//! later has to store the same.

use std::{
    collections::{BTreeSet, HashMap},
    sync::atomic::{AtomicU64, Ordering},
};

use abis::metadata::CALLS;
use alloy_primitives::{Address, Bytes};
use chain::{ChainError, Client};
use domain::{
    block::{Block, BlockRef},
    entity::TokenMetadata,
    event::EventKind,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};

/// Tokens asked at once.
const CHUNK: usize = 25;

/// Requests under way.
const PARALLEL: usize = 8;

/// Asks the tokens what they are. A call that reverts is an answer; an endpoint that fails is an error, never a fact.
pub(crate) async fn fetch(
    client: &Client,
    blocks: &[Block],
    tokens: &BTreeSet<Address>,
    native_symbol: &str,
) -> Result<HashMap<Address, TokenMetadata>, ChainError> {
    // nodes keep the state of a number of blocks: where it is gone, it is gone for older ones, too
    let gone = AtomicU64::new(0);
    let groups = by_block(blocks, tokens);
    let mut questions = Vec::new();
    for (block, tokens) in &groups {
        questions.extend(tokens.chunks(CHUNK).map(|chunk| ask(client, *block, chunk, &gone)));
    }
    let answers = stream::iter(questions).buffer_unordered(PARALLEL);
    let mut found: HashMap<_, _> = answers.try_concat().await?.into_iter().collect();
    if tokens.contains(&Address::ZERO) {
        found.insert(Address::ZERO, abis::metadata::native(native_symbol));
    }
    Ok(found)
}

/// Tokens by the block that brought their first pool, oldest first.
fn by_block(blocks: &[Block], tokens: &BTreeSet<Address>) -> Vec<(BlockRef, Vec<Address>)> {
    let mut left = tokens.clone();
    left.remove(&Address::ZERO);
    let mut groups = Vec::new();
    for block in blocks {
        let mut new = Vec::new();
        for event in &block.events {
            let (EventKind::V2PairCreated { token0, token1, .. }
            | EventKind::V3PoolCreated { token0, token1, .. }
            | EventKind::V4Initialize { currency0: token0, currency1: token1, .. }) = &event.kind
            else {
                continue;
            };
            new.extend([*token0, *token1].into_iter().filter(|token| left.remove(token)));
        }
        if !new.is_empty() {
            groups.push((block.header, new));
        }
    }
    groups
}

/// Asks as of the block, or as of now where the node has no state of it any more.
async fn ask(
    client: &Client,
    block: BlockRef,
    tokens: &[Address],
    gone: &AtomicU64,
) -> Result<Vec<(Address, TokenMetadata)>, ChainError> {
    let calls = tokens.iter().flat_map(|token| abis::metadata::calls(*token)).collect::<Vec<_>>();
    let mut answers = None;
    if block.number > gone.load(Ordering::Relaxed) {
        answers = match client.call_many(&calls, block.hash).await.and_then(settled) {
            Ok(answers) => Some(answers),
            // the node has no such state, or no calls by hash; what else went wrong says nothing about the token
            Err(ChainError::Missing(_) | ChainError::Refused(_)) => None,
            Err(error) => return Err(error),
        };
    }
    let answers = match answers {
        Some(answers) => answers,
        None => {
            gone.fetch_max(block.number, Ordering::Relaxed);
            settled(client.call_many_latest(&calls).await?)?
        }
    };
    let of_tokens = tokens.iter().zip(answers.as_chunks::<CALLS>().0);
    Ok(of_tokens
        .map(|(token, answers)| {
            let answers = answers.each_ref().map(|answer| answer.as_ref().map(AsRef::as_ref));
            (*token, abis::metadata::parse(answers))
        })
        .collect())
}

/// The answers, `None` for a revert.
fn settled(answers: Vec<Result<Bytes, ChainError>>) -> Result<Vec<Option<Bytes>>, ChainError> {
    let settle = |answer| match answer {
        Ok(bytes) => Ok(Some(bytes)),
        Err(ChainError::Reverted { .. }) => Ok(None),
        Err(error) => Err(error),
    };
    answers.into_iter().map(settle).collect()
}

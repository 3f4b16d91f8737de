//! Calls at one block, and what their failures mean.

use std::sync::Arc;

use abis::{
    feeds::{self, Round},
    state::Call,
};
use alloy_primitives::{Bytes, keccak256};
use chain::ChainError;
use domain::{
    block::BlockRef,
    decimal::Decimal,
    market::{Millis, Source},
};
use market::{MarketError, Said};

use super::{Chainlink, FeedFault};

/// Characters of what a node says that are passed on.
const WORDS: usize = 300;

impl Chainlink {
    /// The newest block.
    pub(super) async fn head(&self) -> Result<BlockRef, MarketError> {
        self.client.latest_block().await.map_err(fault)
    }

    /// The answers in order, all of the state after this block. A call that reverts has its words.
    pub(super) async fn calls(
        &self,
        calls: &[Call],
        block: &BlockRef,
    ) -> Result<Vec<Result<Bytes, FeedFault>>, MarketError> {
        if calls.is_empty() {
            return Ok(Vec::new());
        }
        let answers = self.client.call_many(calls, block.hash).await.map_err(fault)?;
        let sorted = answers.into_iter().map(|answer| match answer {
            Ok(answer) => Ok(Ok(answer)),
            Err(ChainError::Reverted { message, .. }) => {
                Ok(Err(FeedFault::Reverted(message.chars().take(WORDS).collect())))
            }
            Err(error) => Err(fault(error)),
        });
        sorted.collect()
    }
}

/// The round in an answer.
pub(super) fn round(answer: &Result<Bytes, FeedFault>) -> Result<Round, FeedFault> {
    let answer = answer.as_ref().map_err(Clone::clone)?;
    feeds::round(answer).ok_or(FeedFault::Unreadable)
}

/// An answer as an observation of its time (Unix seconds).
pub(super) fn said(
    id: &Arc<str>,
    answer: alloy_primitives::I256,
    decimals: u8,
    updated: u64,
    raw: &[u8],
) -> Said {
    Said {
        id: Arc::clone(id),
        value: Decimal::from_signed_units(answer, decimals),
        time: millis(updated),
        confidence: None,
        liquidity: None,
        symbol: None,
        decimals: None,
        raw: keccak256(raw),
    }
}

/// Seconds as milliseconds.
pub(super) const fn millis(seconds: u64) -> Millis {
    seconds.saturating_mul(1_000)
}

/// What the endpoints' failure is to a caller of sources.
pub(super) fn fault(error: ChainError) -> MarketError {
    let why = error.to_string().chars().take(WORDS).collect();
    let source_name = Source::Chainlink;
    match error {
        ChainError::Unavailable(_)
        | ChainError::Missing(_)
        | ChainError::Inconsistent(_)
        | ChainError::TooLarge(_) => MarketError::Unavailable { source_name, why },
        ChainError::Reverted { .. } => MarketError::Odd { source_name, why },
        ChainError::WrongChain { .. } | ChainError::Refused(_) | ChainError::BadUrl(_) => {
            MarketError::Refused { source_name, why }
        }
    }
}

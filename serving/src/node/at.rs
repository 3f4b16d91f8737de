//! Asking about the state after one block, and which block that is.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::B256;
use api_kit::problem::Problem;
use domain::block::BlockRef;
use tokio::time::{Instant, timeout_at};

use super::{Ask, Head, LAGS, LiveNode, Told, flights::too_late, lock, trip::Outcome};

/// Which block is asked about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum At<'a> {
    /// This one.
    Block(BlockRef),
    /// The newest, as an answer has it.
    Head(&'a Head),
}

impl LiveNode {
    /// The answers to questions about the state after the block with this hash, in their order, or why there is none.
    ///
    /// # Errors
    /// `LIVE_BUSY` where too much is asked at once.
    async fn ask_each(
        &self,
        block: B256,
        asks: &[Ask],
        deadline: Instant,
    ) -> Result<Vec<Result<Told, Problem>>, Problem> {
        let (known, trips) = lock(&self.blocks).look(block, asks, |trip| self.depart(trip))?;
        let mut told: BTreeMap<Ask, Result<Told, Problem>> =
            known.into_iter().map(|(ask, told)| (ask, Ok(told))).collect();
        let wanted: BTreeSet<&Ask> = asks.iter().collect();
        let mut failure = None;
        for mut trip in trips {
            let done = timeout_at(deadline, trip.wait_for(Option::is_some)).await;
            let outcome = done.ok().and_then(|done| done.ok().and_then(|outcome| outcome.clone()));
            match outcome {
                Some(Outcome::Answers(answers)) => {
                    let answers = wanted.iter().filter_map(|ask| answers.get_key_value(ask));
                    told.extend(answers.map(|(ask, answer)| (ask.clone(), answer.clone())));
                }
                Some(Outcome::Failed(problem)) => failure = Some(problem),
                // it takes too long, or whoever asked is gone
                None => failure = Some(too_late()),
            }
        }
        let lost = || Err(failure.clone().unwrap_or_else(Problem::internal));
        Ok(asks.iter().map(|ask| told.get(ask).cloned().unwrap_or_else(lost)).collect())
    }

    /// [`LiveNode::ask_each`] of a block, or of the answer's newest one; then of the next one if that left the chain meanwhile.
    pub(super) async fn ask_each_at(
        &self,
        at: At<'_>,
        asks: &[Ask],
        deadline: Instant,
    ) -> Result<(BlockRef, Vec<Result<Told, Problem>>), Problem> {
        let head = match at {
            At::Block(block) => {
                return Ok((block, self.ask_each(block.hash, asks, deadline).await?));
            }
            At::Head(head) => head,
        };
        let block = head.get(self, deadline).await?;
        let told = self.ask_each(block.hash, asks, deadline).await?;
        let lags = |told: &Result<Told, Problem>| {
            told.as_ref().is_err_and(|problem| problem.code() == LAGS)
        };
        if !told.iter().any(lags) {
            return Ok((block, told));
        }
        let block = head.instead_of(block, self, deadline).await?;
        Ok((block, self.ask_each(block.hash, asks, deadline).await?))
    }

    /// The answers to questions about the state after the newest block of an answer, in their order.
    ///
    /// # Errors
    /// Those of [`LiveNode::head`]; `CHAIN_LAGS` where no node has the block, `LIVE_BUSY` where too much is asked at once.
    pub(crate) async fn ask_head(
        &self,
        head: &Head,
        asks: &[Ask],
        deadline: Instant,
    ) -> Result<(BlockRef, Vec<Told>), Problem> {
        let (block, told) = self.ask_each_at(At::Head(head), asks, deadline).await?;
        Ok((block, told.into_iter().collect::<Result<_, _>>()?))
    }
}

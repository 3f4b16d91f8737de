//! A round trip to the chain: everything that was asked of a block within a moment.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use alloy_primitives::{Address, B256, Bytes, U256};
use api_kit::problem::Problem;
use chain::{ChainError, Client};
use futures::future::join_all;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use super::{
    Ask, LiveNode, Told,
    flights::{LIMIT, too_late},
    lock,
};
use crate::failure;

/// Code of a contract that takes longer than anybody waits.
pub(super) const SILENT: &str = "CONTRACT_SILENT";

/// A trip waits so long for others to board.
const WINDOW: Duration = Duration::from_millis(2);
/// So long contracts of the clients' choice may take together, and then alone: less than a request waits.
const TOGETHER: Duration = Duration::from_millis(1_500);
const ALONE: Duration = Duration::from_millis(1_200);
/// Bytes of an answer that are kept: nothing that is asked needs more.
const KEPT: usize = 1_024;

/// A trip that waits to leave.
#[derive(Debug)]
pub(super) struct Trip {
    /// Which one it is.
    pub(super) id: u64,
    pub(super) block: B256,
    /// Whether it asks contracts that may hold it up.
    pub(super) is_wild: bool,
    pub(super) arrival: watch::Sender<Option<Outcome>>,
}

/// What it brought.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// An answer or a failure for each question.
    Answers(Arc<BTreeMap<Ask, Result<Told, Problem>>>),
    /// Nothing.
    Failed(Problem),
}

impl LiveNode {
    /// Sends a trip off. It arrives whoever still waits for it.
    pub(super) fn depart(&self, trip: Trip) {
        let node = self.clone();
        tokio::spawn(async move {
            sleep(WINDOW).await;
            let asks = lock(&node.blocks).leave(&trip);
            let travelled = async {
                if !trip.is_wild {
                    return travel(&node.client, &asks, trip.block).await;
                }
                // what others ask never waits for these
                let _room = node.wild.acquire().await;
                travel_apart(&node.client, &asks, trip.block).await
            };
            let outcome = match timeout(LIMIT, travelled).await {
                Ok(Ok(answers)) => Outcome::Answers(Arc::new(answers)),
                Ok(Err(error)) => Outcome::Failed(failure::of_chain(error)),
                Err(_) => Outcome::Failed(too_late()),
            };
            lock(&node.blocks).arrive(trip.block, &asks, &outcome);
            trip.arrival.send_replace(Some(outcome));
        });
    }
}

/// Together, or where one holds the others up, each alone: a contract may take as long as the node lets it.
async fn travel_apart(
    client: &Client,
    asks: &BTreeSet<Ask>,
    block: B256,
) -> Result<BTreeMap<Ask, Result<Told, Problem>>, ChainError> {
    if let Ok(answers) = timeout(TOGETHER, travel(client, asks, block)).await {
        return answers;
    }
    let alone = asks.iter().map(|ask| async move {
        let one = BTreeSet::from([ask.clone()]);
        let answers = timeout(ALONE, travel(client, &one, block)).await;
        let answer = answers.ok().map(|answers| match answers {
            Ok(answers) => answers.into_values().next().unwrap_or_else(|| Err(too_late())),
            Err(error) => Err(failure::of_chain(error)),
        });
        (ask.clone(), answer)
    });
    // asks nothing of any contract: where this is answered it is not the node that says nothing
    let witness = timeout(ALONE, client.native_balances(&[Address::ZERO], block));
    let (alone, witness) = tokio::join!(join_all(alone), witness);
    let is_well = witness.is_ok_and(|told| told.is_ok_and(|told| told.iter().all(Result::is_ok)));
    Ok(blame(alone, is_well))
}

/// Who was not heard in time: the contract where the node answers others beside it, else the node.
fn blame(
    alone: Vec<(Ask, Option<Result<Told, Problem>>)>,
    is_well: bool,
) -> BTreeMap<Ask, Result<Told, Problem>> {
    let is_well = is_well || alone.iter().any(|(_, answer)| matches!(answer, Some(Ok(_))));
    let late = || Err(if is_well { silent() } else { too_late() });
    alone.into_iter().map(|(ask, answer)| (ask, answer.unwrap_or_else(late))).collect()
}

fn silent() -> Problem {
    let detail = "the contract does not answer in time, while the node answers others";
    Problem::unavailable(SILENT, detail)
}

async fn travel(
    client: &Client,
    asks: &BTreeSet<Ask>,
    block: B256,
) -> Result<BTreeMap<Ask, Result<Told, Problem>>, ChainError> {
    let (mut calls, mut called, mut accounts) = (Vec::new(), Vec::new(), Vec::new());
    for ask in asks {
        match ask {
            Ask::Pool(to, data) | Ask::Call(to, data) => {
                calls.push((*to, data.clone()));
                called.push(ask.clone());
            }
            Ask::Native(account) => accounts.push(*account),
        }
    }
    let (answers, balances) = tokio::try_join!(
        client.call_each(&calls, block),
        client.native_balances(&accounts, block)
    )?;
    let mut problems = Problems::default();
    let word = |balance: U256| Bytes::copy_from_slice(&balance.to_be_bytes::<32>());
    let accounts = accounts.into_iter().map(Ask::Native);
    let balances = balances.into_iter().map(|balance| balance.map(word));
    let answers = called.into_iter().zip(answers).chain(accounts.zip(balances));
    Ok(answers.map(|(ask, answer)| (ask, problems.told(answer))).collect())
}

/// Failures as clients see them. What befalls a whole trip alike is told to the log once.
#[derive(Debug, Default)]
struct Problems(Vec<(ChainError, Problem)>);

impl Problems {
    /// A contract that reverts has answered.
    fn told(&mut self, answer: Result<Bytes, ChainError>) -> Result<Told, Problem> {
        match answer {
            Ok(data) if data.len() > KEPT => {
                Ok(Some(Bytes::copy_from_slice(data.get(..KEPT).unwrap_or_default())))
            }
            Ok(data) => Ok(Some(data)),
            Err(ChainError::Reverted { .. }) => Ok(None),
            Err(error) => Err(self.of(error)),
        }
    }

    fn of(&mut self, error: ChainError) -> Problem {
        if let Some((_, problem)) = self.0.iter().find(|(known, _)| *known == error) {
            return problem.clone();
        }
        let problem = failure::of_chain(error.clone());
        self.0.push((error, problem.clone()));
        problem
    }
}

#[cfg(test)]
mod tests;

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
    sync::{Semaphore, watch},
    time::{Instant, sleep, timeout},
};

use super::{
    Ask, LiveNode, Told,
    flights::{LIMIT, busy, too_late},
    lock,
    silent::Way,
};
use crate::failure;

/// Code of a contract that takes longer than anybody waits.
pub(super) const SILENT: &str = "CONTRACT_SILENT";

/// A trip waits so long for others to board.
const WINDOW: Duration = Duration::from_millis(2);
/// So long contracts of the clients' choice may take together, and then alone, and so long one waits for its turn between: less
/// than a request waits.
const TOGETHER: Duration = Duration::from_millis(1_400);
const TURN: Duration = Duration::from_millis(250);
const ALONE: Duration = Duration::from_millis(1_200);
/// Bytes of an answer that are kept: nothing that is asked needs more.
const KEPT: usize = 1_024;

/// A trip that waits to leave.
#[derive(Debug)]
pub(super) struct Trip {
    /// Which one it is.
    pub(super) id: u64,
    pub(super) block: B256,
    /// Whether it asks contracts that may hold it up, or did.
    pub(super) way: Way,
    pub(super) arrival: watch::Sender<Option<Outcome>>,
}

/// An answer or a failure for each question.
type Answers = BTreeMap<Ask, Result<Told, Problem>>;

/// What it brought.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// An answer or a failure for each question.
    Answers(Arc<Answers>),
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
            let outcome = match timeout(LIMIT, node.travelled(&trip, &asks)).await {
                Ok(Ok(answers)) => Outcome::Answers(Arc::new(answers)),
                Ok(Err(error)) => Outcome::Failed(failure::of_chain(error)),
                Err(_) => Outcome::Failed(too_late()),
            };
            lock(&node.blocks).arrive(trip.block, &asks, &outcome);
            trip.arrival.send_replace(Some(outcome));
        });
    }

    async fn travelled(&self, trip: &Trip, asks: &BTreeSet<Ask>) -> Result<Answers, ChainError> {
        let (client, block) = (&self.client, trip.block);
        let (answers, unheard) = match trip.way {
            Way::Tame => return travel(client, asks, block).await,
            // what others ask never waits for these
            Way::Wild => {
                let _room = self.wild.acquire().await;
                // together, unless one holds the others up: a contract may take as long as the node lets it
                if let Ok(answers) = timeout(TOGETHER, travel(client, asks, block)).await {
                    return answers;
                }
                let lane = Lane { room: &self.alone, wait: TURN, crowded: busy };
                each_alone(client, asks, block, lane).await
            }
            // nor do those that answer wait for those that do not
            Way::Slow => {
                let lane = Lane { room: &self.slow, wait: ALONE, crowded: silent };
                each_alone(client, asks, block, lane).await
            }
        };
        let (now, mut blocks) = (Instant::now(), lock(&self.blocks));
        unheard.into_iter().for_each(|contract| blocks.silent.note(contract, now));
        drop(blocks);
        Ok(answers)
    }
}

/// Room for questions that are asked on their own: as much for all such together. What hangs at a node takes that from everybody.
#[derive(Clone, Copy)]
struct Lane<'a> {
    room: &'a Semaphore,
    /// Longest wait for it.
    wait: Duration,
    /// What is told where there is none.
    crowded: fn() -> Problem,
}

/// Each on its own. Also which contracts were asked and not heard.
async fn each_alone(
    client: &Client,
    asks: &BTreeSet<Ask>,
    block: B256,
    lane: Lane<'_>,
) -> (Answers, BTreeSet<Address>) {
    let alone = asks.iter().map(|ask| async move {
        let Ok(_room) = timeout(lane.wait, lane.room.acquire()).await else {
            return (ask.clone(), Some(Err((lane.crowded)())));
        };
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
    let mut unheard = BTreeSet::new();
    for (ask, answer) in &alone {
        if let (Ask::Call(contract, _), None, true) = (ask, answer, is_well) {
            unheard.insert(*contract);
        }
    }
    (blame(alone, is_well), unheard)
}

/// Who was not heard in time: the contract where the node answers others beside it, else the node.
fn blame(alone: Vec<(Ask, Option<Result<Told, Problem>>)>, is_well: bool) -> Answers {
    let is_well = is_well || alone.iter().any(|(_, answer)| matches!(answer, Some(Ok(_))));
    let late = || Err(if is_well { silent() } else { too_late() });
    alone.into_iter().map(|(ask, answer)| (ask, answer.unwrap_or_else(late))).collect()
}

fn silent() -> Problem {
    let detail = "the contract does not answer in time, while the node answers others";
    Problem::unavailable(SILENT, detail)
}

async fn travel(client: &Client, asks: &BTreeSet<Ask>, block: B256) -> Result<Answers, ChainError> {
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

//! Seeded traffic: block after block of pool creations, liquidity, swaps, flash loans, NFTs, points, failures and
//! silence. Each block is planned from the seed, its number and what the chain says, nothing else.

mod amounts;
mod calls;
pub(crate) mod catalogue;
mod holdings;
mod liquidity;
mod planner;
mod positions;
mod report;
mod snapshot;
mod swaps;
pub(crate) mod universe;

use alloy_primitives::{Bytes, U64};

pub use catalogue::{ETHER_WORTH, TOKENS, TokenKind, TokenSpec};
pub use report::{Kind, TrafficReport};

use crate::accounts::{self, Account};
use crate::deployment::Deployment;
use crate::dice::Dice;
use crate::error::DevchainError;
use crate::rpc::Rpc;
use crate::traffic::planner::Planner;
use crate::traffic::snapshot::Snapshot;
use crate::traffic::universe::Universe;

/// Makes traffic on a deployed chain. It may be made anew at any time, on any height: it reads where the chain stands.
#[derive(Debug)]
pub struct Traffic {
    url: String,
    universe: Universe,
    seed: u64,
}

impl Traffic {
    /// Traffic with `seed` on the chain at `url`.
    #[must_use]
    pub fn new(url: &str, deployment: &Deployment, seed: u64) -> Self {
        Self { url: url.to_owned(), universe: Universe::new(deployment), seed }
    }

    /// Mines `blocks` blocks of traffic and says what they held.
    ///
    /// # Errors
    /// When the endpoint fails or the chain is not the deployment's.
    pub async fn run(&mut self, blocks: u64) -> Result<TrafficReport, DevchainError> {
        let rpc = Rpc::new(&self.url)?;
        // what a run left behind that was cut off between sending and mining
        rpc.drop_pending().await?;
        let head = rpc.head().await?;
        let (mut number, mut time) = (head.number.to::<u64>(), head.timestamp.to::<u64>());
        let mut accounts = self.accounts(&rpc).await?;
        let mut report = TrafficReport::default();
        for _ in 0..blocks {
            number += 1;
            let age = number.saturating_sub(self.universe.deployment.end_block);
            let mut dice = Dice::of_block(self.seed, number);
            time += pause(age, &mut dice);
            let planned = if age % 13 == 12 {
                Vec::new() // an empty block
            } else {
                let snapshot = Snapshot::read(&rpc, &self.universe, &mut dice).await?;
                Planner::new(&self.universe, snapshot, dice, &mut accounts, age).plan()?
            };
            let raw: Vec<Bytes> = planned.iter().map(|planned| planned.raw.clone()).collect();
            rpc.send_raw(&raw).await?;
            rpc.mine(time).await?;
            report.blocks += 1;
            if planned.is_empty() {
                report.empty_blocks += 1;
                continue;
            }
            let receipts = rpc.receipts(number).await?;
            if receipts.len() != planned.len() {
                let what = format!(
                    "mining {} transactions ({} came through)",
                    planned.len(),
                    receipts.len()
                );
                return Err(DevchainError::Reverted { what, block: number });
            }
            for (planned, receipt) in planned.iter().zip(&receipts) {
                report.count(planned.kind, receipt.status == U64::ONE);
                if receipt.status != U64::ONE && planned.kind != Kind::Failing {
                    tracing::debug!(block = number, kind = ?planned.kind, hash = %receipt.transaction_hash, "reverted");
                }
            }
        }
        Ok(report)
    }

    /// The traders, then the deployer, at their next nonces.
    async fn accounts(&self, rpc: &Rpc) -> Result<Vec<Account>, DevchainError> {
        let keys =
            (0..accounts::TRADERS).map(accounts::trader_key).chain([accounts::deployer_key()]);
        let mut accounts = keys.map(Account::new).collect::<Result<Vec<_>, _>>()?;
        let addresses: Vec<_> = accounts.iter().map(|account| account.address).collect();
        for (account, nonce) in accounts.iter_mut().zip(rpc.nonces(&addresses).await?) {
            account.nonce = nonce;
        }
        Ok(accounts)
    }
}

/// Seconds from one block to the next: mostly a few, now and then about an hour, rarely about a day.
const fn pause(age: u64, dice: &mut Dice) -> u64 {
    if age % 37 == 36 {
        72_000 + dice.below(36_000)
    } else if age % 11 == 10 {
        2_400 + dice.below(2_400)
    } else {
        2 + dice.below(19)
    }
}

#[cfg(test)]
mod tests;

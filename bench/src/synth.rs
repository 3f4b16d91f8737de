//! A seeded chain with DEX traffic, made without a node: what the pools' arithmetic says, block after block, in the
//! format of a recording. The first N events are the same whatever the length.

pub mod block;
pub mod concentrated;
pub mod market;
pub mod maths;
pub mod pair;
pub mod range;
pub mod tokens;
pub mod transaction;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use alloy_primitives::{Address, B256, Bytes};
use anyhow::{Context, Result};
use devchain::Dice;
use serde::Serialize;

use self::block::Recorded;
use self::market::Market;
use self::transaction::Action;

/// Chain id of the made chain.
pub const CHAIN_ID: u64 = 1_337_001;
/// Time of block 0 in Unix seconds.
pub const GENESIS_TIME: u64 = 1_700_000_000;
/// Time between blocks.
pub const SECONDS_PER_BLOCK: u64 = 12;

/// What to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Fixes everything.
    pub seed: u64,
    /// Logs at least; the last block is finished.
    pub events: u64,
    /// Pools, a third of each version.
    pub pools: usize,
}

/// What was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Made {
    /// Logs.
    pub events: u64,
    /// Blocks, the empty block 0 included.
    pub blocks: u64,
}

/// A line of a recording.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum Line<'a> {
    Chain { format: &'a str, chain_id: u64 },
    Block(&'a Recorded),
    Call { to: Address, data: Bytes, result: Option<Bytes> },
}

/// A chain that grows block by block.
#[derive(Debug)]
pub struct Chain {
    plan: Plan,
    dice: Dice,
    market: Market,
    number: u64,
    parent: B256,
    sent: u64,
}

impl Chain {
    /// Before its block 0.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        let mut dice = Dice::new(plan.seed);
        let market = Market::new(plan.pools, &mut dice);
        Self { plan, dice, market, number: 0, parent: B256::ZERO, sent: 0 }
    }

    /// The next block.
    ///
    /// # Errors
    /// When an event cannot be made.
    pub fn next_block(&mut self) -> Result<Recorded> {
        let mut actions = Vec::new();
        if self.number > 0 {
            // 12 events on average, and a block in twenty without any
            let wanted = if self.dice.chance(1, 20) { 0 } else { 3 + self.dice.below(18) };
            let mut count = 0;
            while count < wanted {
                let action = self.action()?;
                count += action.logs.len() as u64;
                actions.push(action);
            }
        }
        let block = block::build(self.number, self.parent, actions);
        self.number += 1;
        self.parent = block.header.header.hash;
        Ok(block)
    }

    fn action(&mut self) -> Result<Action> {
        let from = self.market.actor(&mut self.dice);
        let mut logs = Vec::new();
        // the first 24 pools at once, the others one by one
        let missing = self.market.len() < self.plan.pools;
        if missing && (self.market.len() < 24 || self.dice.chance(1, 8)) {
            self.market.create(from, &mut logs)?;
        } else {
            self.market.act(from, &mut self.dice, &mut logs)?;
            if self.dice.chance(1, 10) {
                self.market.act(from, &mut self.dice, &mut logs)?;
            }
        }
        self.sent += 1;
        Ok(Action { from, nonce: self.sent, logs })
    }
}

/// Makes a chain and writes it as a recording.
///
/// # Errors
/// When the file system refuses.
pub fn write(plan: Plan, file: &Path) -> Result<Made> {
    let draft = file.with_extension("part");
    let mut out = BufWriter::with_capacity(
        1 << 20,
        File::create(&draft).with_context(|| format!("creating {}", draft.display()))?,
    );
    let mut line = |line: &Line<'_>| -> Result<()> {
        serde_json::to_writer(&mut out, line)?;
        Ok(out.write_all(b"\n")?)
    };
    line(&Line::Chain { format: "sooho-chain-2", chain_id: CHAIN_ID })?;
    let mut chain = Chain::new(plan);
    let mut made = Made::default();
    while made.events < plan.events {
        let block = chain.next_block()?;
        made.blocks += 1;
        made.events += block.logs.len() as u64;
        line(&Line::Block(&block))?;
    }
    for token in &chain.market.tokens {
        for (data, result) in token.answers() {
            line(&Line::Call { to: token.address, data, result: Some(result) })?;
        }
    }
    out.flush()?;
    drop(out);
    std::fs::rename(&draft, file).with_context(|| format!("keeping {}", file.display()))?;
    Ok(made)
}

#[cfg(test)]
mod tests;

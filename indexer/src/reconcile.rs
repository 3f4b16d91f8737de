//! Locked value by the contracts' own word: what tokens say that pools hold, beside what events add up to.
//!
//! Events do not see direct transfers, flash fees, rebasing tokens, V4 fees that are paid out. So the largest pools are
//! asked at one block, by its hash, and what is found is stored with that block and with the difference (the drift) to
//! the sum of events at the same block.
//!
//! The block is the newest stored one, not one that cannot be taken back any more: nodes that are no archives keep the
//! state of about 128 blocks, fewer than can be taken back. A reorg that takes back the block takes back what is of it.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use chain::{ChainError, Client};
use domain::{
    block::BlockRef,
    config::{Dex, Watch},
    decimal::Decimal,
    entity::{Pool, Protocol, Token},
    ids::ChainId,
    reconciled::Reconciled,
};
use store::{Reader, Snapshot, StoreError, Writer};

mod amounts;
mod currencies;
mod largest;
mod prices;
mod summary;
#[cfg(test)]
mod tests;

pub use summary::{DexSummary, Summary};

use crate::config::IndexerConfig;
use prices::Prices;

/// Pools asked at once.
const PAGE: usize = 200;
/// V4's native currency, where its metadata does not say otherwise.
const NATIVE_DECIMALS: u8 = 18;

/// Reconciles one chain.
#[derive(Debug, Clone)]
pub struct Reconcile {
    chain_id: ChainId,
    name: String,
    watch: Watch,
    client: Client,
    reader: Reader,
    /// At most so many pools per run; 0: all.
    most: usize,
}

/// Why there is nothing to store.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// From the chain.
    #[error(transparent)]
    Chain(ChainError),
    /// From the store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The node cannot answer for the block.
    #[error(
        "the node has no state of block {block} ({why}): it has not got there yet or keeps too little of the past; the \
         next run asks for a newer block"
    )]
    NoState {
        /// The block.
        block: u64,
        /// What the node says.
        why: String,
    },
}

impl ReconcileError {
    /// Whether the next try may go better with nobody's help.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Chain(error) => error.is_transient(),
            Self::Store(error) => error.retryable(),
            Self::NoState { .. } => true,
        }
    }
}

/// One run: a block, and who asks and is asked.
struct Run<'a> {
    of: &'a Reconcile,
    snapshot: Snapshot,
    block: BlockRef,
    writer: &'a Writer,
    prices: Prices,
}

impl Reconcile {
    /// Asks at most so many pools per run, the largest first; 0: all of them.
    #[must_use]
    pub fn new(config: &IndexerConfig, client: Client, reader: Reader, most: usize) -> Self {
        Self {
            chain_id: config.chain_id,
            name: config.name.clone(),
            watch: config.watch.clone(),
            client,
            reader,
            most,
        }
    }

    /// Name of the chain.
    #[must_use]
    pub fn chain(&self) -> &str {
        &self.name
    }

    /// Asks and stores; `None` when nothing is stored yet, or the block was taken back meanwhile.
    ///
    /// # Errors
    /// [`ReconcileError`].
    pub async fn run(&self, writer: &Writer) -> Result<Option<Summary>, ReconcileError> {
        let Some(snapshot) = self.reader.snapshot(self.chain_id).await? else { return Ok(None) };
        let block = snapshot.block();
        let pools = largest::pools(&snapshot, self.most).await?;
        if !writer.begin_reconciled(&block).await? {
            return Ok(None);
        }
        let mut run = Run { of: self, snapshot, block, writer, prices: Prices::default() };
        let mut summary = Summary::new(block, self.watch.dexes.iter().map(|dex| &dex.name));
        let mut in_pools = BTreeMap::new();
        for page in pools.chunks(PAGE) {
            run.page(page, &mut summary, &mut in_pools).await?;
        }
        run.currencies(&in_pools).await?;
        Ok(Some(summary))
    }
}

/// Smallest units of V4 currencies that are liquidity of pools, by manager and currency.
type InPools = BTreeMap<(Address, Address), U256>;

impl Run<'_> {
    async fn page(
        &mut self,
        pools: &[Pool],
        summary: &mut Summary,
        in_pools: &mut InPools,
    ) -> Result<(), ReconcileError> {
        let tokens = self.tokens(pools).await?;
        let held = self.held(pools).await?;
        let mut found = Vec::with_capacity(pools.len());
        for (pool, held) in pools.iter().zip(held) {
            let Some(dex) = self.of.watch.dex(pool.factory) else { continue };
            let sides = [pool.token0, pool.token1];
            let decimals = sides.map(|token| decimals(dex, token, tokens.get(&token)));
            let (Some(amounts), [Some(decimals0), Some(decimals1)]) = (held, decimals) else {
                summary.unanswered(&dex.name);
                continue;
            };
            let locked = [
                Decimal::from_units(amounts[0], decimals0),
                Decimal::from_units(amounts[1], decimals1),
            ];
            let figures = &pool.figures;
            let summed = [figures.total_value_locked_token0, figures.total_value_locked_token1];
            let mut usd = Decimal::ZERO;
            for (token, locked) in sides.into_iter().zip(locked) {
                usd += locked * self.prices.usd(&self.snapshot, dex.factory, token).await?;
            }
            let drift = [summed[0] - locked[0], summed[1] - locked[1]];
            let pool_found =
                Reconciled { pool: pool.id, block: self.block, amounts, locked, usd, drift };
            summary.compared(&dex.name, summed, &pool_found);
            if pool.protocol == Protocol::V4 {
                for (token, amount) in sides.into_iter().zip(amounts) {
                    let sum = in_pools.entry((pool.factory, token)).or_default();
                    *sum = sum.saturating_add(amount);
                }
            }
            found.push(pool_found);
        }
        self.writer.store_reconciled(&found, &[]).await?;
        Ok(())
    }

    async fn tokens(&self, pools: &[Pool]) -> Result<BTreeMap<Address, Token>, StoreError> {
        let mut addresses: Vec<_> =
            pools.iter().flat_map(|pool| [pool.token0, pool.token1]).collect();
        addresses.sort_unstable();
        addresses.dedup();
        let found = self.snapshot.tokens_by_addresses(&addresses).await?;
        Ok(found.into_iter().map(|token| (token.address, token)).collect())
    }

    /// What the node says to a question about this block.
    fn fault(&self, error: ChainError) -> ReconcileError {
        match error {
            ChainError::Missing(why) => ReconcileError::NoState { block: self.block.number, why },
            error => ReconcileError::Chain(error),
        }
    }
}

/// A token's decimals as the figures count them; `None` when it has none.
fn decimals(dex: &Dex, token: Address, stored: Option<&Token>) -> Option<u8> {
    let stated = dex.pricing.tokens.iter().find(|stated| stated.address == token);
    let native = dex.protocol == Protocol::V4 && token.is_zero();
    let decimals = match stated {
        Some(stated) => Some(stated.decimals),
        None => stored.and_then(|token| token.decimals),
    };
    decimals.or(native.then_some(NATIVE_DECIMALS)).filter(|decimals| *decimals < u8::MAX)
}

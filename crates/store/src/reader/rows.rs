//! Lists of swaps and liquidity events.

use alloy_primitives::{Address, B256};
use domain::{
    ids::PoolId,
    row::{LiquidityEvent, LiquidityPositionSnapshot, PairLiquidity, Position, Swap},
};

use super::Snapshot;
use crate::{
    error::StoreError,
    rows::{Kept, Selection},
};

/// Which rows; newest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct RowQuery {
    /// Of this pool only.
    pub pool: Option<PoolId>,
    /// Of this account only: it sent the transaction, or the row names it.
    pub account: Option<Address>,
    /// Continue after (below) this position.
    pub after: Option<Position>,
    /// At most so many.
    pub limit: u32,
}

/// Which swaps; newest first.
pub type SwapQuery = RowQuery;
/// Which liquidity events; newest first.
pub type LiquidityQuery = RowQuery;

impl From<&RowQuery> for Selection {
    fn from(query: &RowQuery) -> Self {
        Self {
            pool: query.pool,
            account: query.account,
            before: query.after,
            limit: Some(query.limit),
            ..Self::default()
        }
    }
}

impl Snapshot {
    /// Swaps, newest first.
    pub async fn swaps(&self, query: &SwapQuery) -> Result<Vec<Swap>, StoreError> {
        self.rows(&query.into()).await
    }

    /// Swaps of a transaction, in order.
    pub async fn swaps_by_tx(&self, tx_hash: B256) -> Result<Vec<Swap>, StoreError> {
        let all = Selection { transaction: Some(tx_hash), ..Selection::default() };
        let mut rows = self.rows::<Swap>(&all).await?;
        rows.reverse();
        Ok(rows)
    }

    /// Liquidity events of a transaction, in order.
    pub async fn liquidity_by_tx(&self, tx_hash: B256) -> Result<Vec<LiquidityEvent>, StoreError> {
        let all = Selection { transaction: Some(tx_hash), ..Selection::default() };
        let mut rows = self.rows::<LiquidityEvent>(&all).await?;
        rows.reverse();
        Ok(rows)
    }

    /// Liquidity events, newest first.
    pub async fn liquidity(
        &self,
        query: &LiquidityQuery,
    ) -> Result<Vec<LiquidityEvent>, StoreError> {
        self.rows(&query.into()).await
    }

    /// Mints and burns of V2 pairs as the reference tells them, newest first.
    pub async fn pair_liquidity(&self, query: &RowQuery) -> Result<Vec<PairLiquidity>, StoreError> {
        self.rows(&query.into()).await
    }

    /// Snapshots of shares of V2 pairs, newest first.
    pub async fn liquidity_snapshots(
        &self,
        query: &RowQuery,
    ) -> Result<Vec<LiquidityPositionSnapshot>, StoreError> {
        self.rows(&query.into()).await
    }

    /// How many rows of a kind these blocks have, both ends included.
    pub(super) async fn count_rows<R: Kept>(&self, from: u64, to: u64) -> Result<u64, StoreError> {
        let before = Position { block: to.saturating_add(1), log_index: 0, item: 0 };
        let span =
            Selection { from_block: Some(from), before: Some(before), ..Selection::default() };
        Ok(self.rows::<R>(&span).await?.len() as u64)
    }

    pub(super) async fn rows<R: Kept>(&self, selection: &Selection) -> Result<Vec<R>, StoreError> {
        let (database, mut session) = self.parts().await;
        selection.run(database, &mut session, self.key()).await
    }
}

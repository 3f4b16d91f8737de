//! Which rows of pools a page has.

use alloy_primitives::Address;
use api_kit::page::PageSize;
use domain::{ids::PoolId, row::Position};
use store::RowQuery;

use super::as_of::At;

/// Which rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// Of this pool.
    pub(crate) pool: Option<PoolId>,
    /// Of this account: it sent the transaction or takes part.
    pub(crate) account: Option<Address>,
}

impl Filter {
    /// For cursors.
    pub(crate) fn text(&self, at: &At) -> String {
        format!("{:?} {:?} {:?}", self.pool, self.account, at.named())
    }

    /// The rows behind a cursor, none of them above the block of the answer.
    pub(crate) fn query(&self, at: &At, after: Option<Position>, size: PageSize) -> RowQuery {
        let above = at.past().map(|block| Position {
            block: block.saturating_add(1),
            log_index: 0,
            item: 0,
        });
        let after = match (after, above) {
            (Some(after), Some(above)) => Some(after.min(above)),
            (after, above) => after.or(above),
        };
        RowQuery { pool: self.pool, account: self.account, after, limit: size.limit() }
    }
}

//! Asking contracts at the block that is compared.

use abis::state::Call;
use alloy_primitives::Bytes;
use chain::ChainError;

use super::{Audit, AuditError, view::View};

/// What is shown where a contract gave no answer that can be read.
pub(super) const NO_ANSWER: &str = "no answer";

impl Audit {
    /// The answers in order; empty for a call that reverted.
    pub(super) async fn ask(&self, view: &View, calls: &[Call]) -> Result<Vec<Bytes>, AuditError> {
        if calls.is_empty() {
            return Ok(Vec::new());
        }
        let answers =
            self.client().call_many(calls, view.block.hash).await.map_err(AuditError::Chain)?;
        answers
            .into_iter()
            .map(|answer| match answer {
                Err(ChainError::Reverted { .. }) => Ok(Bytes::new()),
                answer => answer.map_err(AuditError::Chain),
            })
            .collect()
    }
}

/// A value for a comparison; what is not there has its own word.
pub(super) fn show<T: std::fmt::Display>(value: Option<T>) -> String {
    value.map_or_else(|| NO_ANSWER.to_owned(), |value| value.to_string())
}

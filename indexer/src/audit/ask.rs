//! Asking contracts at the block that is compared.

use std::time::Duration;

use abis::state::Call;
use alloy_primitives::Bytes;
use chain::ChainError;
use tokio::time::sleep;

use super::{Audit, AuditError, Report, view::View};

/// What is shown where a contract gave no answer that can be read.
pub(super) const NO_ANSWER: &str = "no answer";

/// How often is asked before a difference is believed.
const ASKED: u32 = 3;
/// Between two times. A node has long taken in the next block by then.
const PAUSE: Duration = Duration::from_millis(400);

impl Audit {
    /// Asks and compares. Where something differs, all of it is asked once more: a node that takes in a block at this
    /// moment may answer with the state of that one, although it was asked for another one's by its hash (anvil does).
    /// What the store says and what an independent node says do not agree by chance.
    pub(super) async fn ask_and_compare(
        &self,
        view: &View,
        report: &mut Report,
        calls: &[Call],
        compare: impl Fn(&mut Report, &[Bytes]) + Send + Sync,
    ) -> Result<(), AuditError> {
        for asked in 1..=ASKED {
            let answers = self.ask(view, calls).await?;
            let mut part = report.part();
            compare(&mut part, &answers);
            if part.differing() == 0 && asked > 1 {
                tracing::warn!(
                    chain = self.name,
                    block = view.block.number,
                    "the node gave two answers for the same block; the second one agrees with what is stored"
                );
            }
            if part.differing() == 0 || asked == ASKED {
                report.add(part);
                break;
            }
            sleep(PAUSE).await;
        }
        Ok(())
    }

    /// The answers in order; empty for a call that reverted.
    async fn ask(&self, view: &View, calls: &[Call]) -> Result<Vec<Bytes>, AuditError> {
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

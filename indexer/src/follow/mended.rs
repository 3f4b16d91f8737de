//! Rounds between which what is stored is put right.

use super::{Follower, Round};
use crate::{config::Target, error::IndexerError, mend::Mender};

impl Follower {
    /// A round; what cannot be folded is tried once more where something stored was wrong.
    pub(super) async fn mended_round(
        &mut self,
        target: Target,
        fresh: bool,
    ) -> Result<Round, IndexerError> {
        if let Some(mender) = &mut self.mender
            && mender.mend(&self.writer).await?
        {
            self.memory.clear();
        }
        let outcome = self.round(target, fresh).await;
        if let (Err(IndexerError::Fold(error)), Some(mender)) = (&outcome, &mut self.mender)
            && mender.look_and_mend(&self.writer).await?
        {
            tracing::warn!(chain = self.config.name, %error, "trying again with what was mended");
            self.memory.clear();
            // what the decoder learned from what failed may not be true
            self.learn_pools().await?;
            return Ok(Round::Advanced);
        }
        outcome
    }
}

/// Returns when there is something to mend.
pub(super) async fn wait(mender: &mut Option<Mender>) {
    match mender {
        Some(mender) => mender.wait().await,
        None => std::future::pending().await,
    }
}

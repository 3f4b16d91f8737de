//! Transactions by hash, as far as feeds tell them.

use alloy_primitives::B256;

use super::{Client, exchange::Ask};
use crate::{error::ChainError, raw::RawTransaction, wire::WireTransaction};

impl Client {
    /// The transactions with these hashes, which stand in blocks, in their order.
    ///
    /// # Errors
    /// [`ChainError::Missing`] when the node does not know one (yet, or any more); any other [`ChainError`].
    pub async fn transactions(&self, hashes: &[B256]) -> Result<Vec<RawTransaction>, ChainError> {
        let params = hashes.iter().map(|hash| format!(r#"["{hash}"]"#)).collect::<Vec<_>>();
        let found =
            self.present::<WireTransaction>(&Ask::new("eth_getTransactionByHash"), &params).await?;
        let transactions = found.into_iter().map(RawTransaction::try_from);
        let transactions = transactions.collect::<Result<Vec<_>, _>>()?;
        for (wanted, found) in hashes.iter().zip(&transactions) {
            if *wanted != found.hash {
                let why = format!("asked for transaction {wanted}, got {}", found.hash);
                return Err(ChainError::Inconsistent(why));
            }
        }
        Ok(transactions)
    }
}

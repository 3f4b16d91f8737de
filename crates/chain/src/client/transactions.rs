//! Transactions of blocks, as far as feeds tell them.

use domain::block::BlockRef;

use super::Client;
use crate::{error::ChainError, raw::RawTransaction};

impl Client {
    /// The blocks at these heights with their transactions, in their order. Nodes that keep no index of old transactions
    /// tell these, too.
    ///
    /// # Errors
    /// [`ChainError::Missing`] when a block is not there; any other [`ChainError`].
    pub async fn transactions_of(
        &self,
        numbers: &[u64],
    ) -> Result<Vec<(BlockRef, Vec<RawTransaction>)>, ChainError> {
        let wanted = numbers.iter().map(|number| (*number, true)).collect::<Vec<_>>();
        let blocks = self.wire_blocks(&wanted).await?;
        let told = blocks.into_iter().map(|block| {
            let header = BlockRef::from(&block);
            let transactions = block.transactions.into_iter().map(RawTransaction::try_from);
            Ok((header, transactions.collect::<Result<Vec<_>, ChainError>>()?))
        });
        told.collect()
    }
}

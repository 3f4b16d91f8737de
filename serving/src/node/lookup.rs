//! A transaction as the nodes know it.

use std::time::Duration;

use alloy_primitives::B256;
use chain::{
    ChainError, Client,
    client::receipts::{Receipt, Sent},
};
use domain::block::BlockRef;
use tokio::time::sleep;

/// Times a node is asked for what it does not know: what was sent a moment ago is on its way.
const TRIES: u32 = 3;
/// Between two of them.
const PAUSE: Duration = Duration::from_millis(150);

/// What is known of a transaction.
#[derive(Debug, Clone)]
pub(crate) enum Found {
    /// No node knows it.
    Unknown,
    /// It waits to be taken into a block.
    Pending(Box<Sent>),
    /// It stands in a block.
    Mined {
        /// Its receipt.
        receipt: Box<Receipt>,
        /// The transaction, where the node tells it beside the receipt.
        sent: Option<Box<Sent>>,
        /// The block.
        block: BlockRef,
    },
}

/// Looks for it.
pub(super) async fn find(client: Client, hash: B256) -> Result<Found, ChainError> {
    for attempt in 1..=TRIES {
        let (receipt, sent) = tokio::try_join!(client.receipt(hash), client.sent(hash))?;
        match (receipt, sent) {
            (Some(receipt), sent) => {
                if let Some(block) = client.block_with_hash(receipt.block.1).await? {
                    let (receipt, sent) = (Box::new(receipt), sent.map(Box::new));
                    return Ok(Found::Mined { receipt, sent, block });
                }
            }
            // a node that has it in a block and no receipt yet will have that in a moment
            (None, Some(sent)) if sent.block.is_none() => {
                return Ok(Found::Pending(Box::new(sent)));
            }
            (None, Some(_)) => {}
            (None, None) if attempt == TRIES => return Ok(Found::Unknown),
            (None, None) => {}
        }
        sleep(PAUSE).await;
    }
    Err(ChainError::Missing(format!(
        "transaction {hash} is in a block that the node does not tell"
    )))
}

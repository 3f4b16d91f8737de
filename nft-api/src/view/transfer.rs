//! A transfer.

use domain::row::NftTransfer;
use serde::Serialize;

use super::{Standard, address};

/// An NFT moved; the zero address stands for mint and burn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Transfer {
    /// `block-logIndex-item`, unique on the chain.
    pub id: String,
    /// Block height.
    pub block_number: u64,
    /// Block time in Unix seconds.
    pub timestamp: u64,
    /// Transaction.
    pub tx_hash: String,
    /// Collection contract.
    pub collection: String,
    /// Its standard.
    pub standard: Standard,
    /// Token id.
    pub token_id: String,
    /// Sender.
    pub from: String,
    /// Receiver.
    pub to: String,
    /// Amount; 1 for ERC-721.
    pub amount: String,
}

impl From<NftTransfer> for Transfer {
    fn from(transfer: NftTransfer) -> Self {
        let position = transfer.meta.position;
        Self {
            id: format!("{}-{}-{}", position.block, position.log_index, position.item),
            block_number: position.block,
            timestamp: transfer.meta.timestamp,
            tx_hash: format!("{:#x}", transfer.meta.tx_hash),
            collection: address(transfer.collection),
            standard: Standard(transfer.standard),
            token_id: transfer.token_id.to_string(),
            from: address(transfer.from),
            to: address(transfer.to),
            amount: transfer.amount.to_string(),
        }
    }
}

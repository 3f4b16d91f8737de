//! What an owner holds of a token id.

use domain::entity::NftBalance;
use serde::Serialize;

use super::{Standard, address};

/// What an owner holds of a token id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Balance {
    /// Collection contract.
    pub collection: String,
    /// Its standard.
    pub standard: Standard,
    /// Token id.
    pub token_id: String,
    /// Holder.
    pub owner: String,
    /// Amount held; 1 for ERC-721.
    pub balance: String,
    /// Block since which the holder has held some without a break.
    pub since_block: u64,
}

impl From<NftBalance> for Balance {
    fn from(nft: NftBalance) -> Self {
        Self {
            collection: address(nft.collection),
            standard: Standard(nft.standard),
            token_id: nft.token_id.to_string(),
            owner: address(nft.owner),
            balance: nft.balance.to_string(),
            since_block: nft.since_block,
        }
    }
}

//! What the API shows of collections, balances and transfers. Token ids and balances are decimal strings; addresses and
//! hashes lowercase hex.

pub mod balance;
pub mod collection;
pub mod transfer;

use alloy_primitives::Address;
use domain::entity::NftStandard;
use serde::{Serialize, Serializer};

/// Lowercase hex of an address.
pub(crate) fn address(address: Address) -> String {
    format!("{address:#x}")
}

/// The standard of a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standard(pub NftStandard);

impl Serialize for Standard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self.0 {
            NftStandard::Erc721 => "erc721",
            NftStandard::Erc1155 => "erc1155",
        })
    }
}

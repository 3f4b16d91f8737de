//! The contract's own word.

use abis::periphery::{Erc721Preset, Erc1155Preset};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use api_kit::problem::Problem;
use chain::ChainError;
use domain::entity::NftStandard;

use super::request::Check;
use crate::failure;

/// What the contract says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Live {
    /// The owner of the token id; `None` when there is no such token.
    Owner(Option<Address>),
    /// The wallet's balance.
    Balance(U256),
}

impl Live {
    /// Whether the check holds.
    pub(super) fn verdict(&self, check: &Check) -> bool {
        match self {
            Self::Owner(owner) => *owner == Some(check.wallet),
            Self::Balance(balance) => *balance >= check.min_balance,
        }
    }
}

/// The call that answers a check.
pub(super) fn call(check: &Check) -> (Address, Bytes) {
    let data = match (check.standard, check.token_id) {
        (NftStandard::Erc721, Some(token_id)) => {
            Erc721Preset::ownerOfCall { tokenId: token_id }.abi_encode()
        }
        (NftStandard::Erc721, None) => {
            Erc721Preset::balanceOfCall { owner: check.wallet }.abi_encode()
        }
        (NftStandard::Erc1155, id) => {
            let id = id.unwrap_or_default();
            Erc1155Preset::balanceOfCall { account: check.wallet, id }.abi_encode()
        }
    };
    (check.collection, data.into())
}

/// Reads the contract's answer. Only a revert of `ownerOf` means "no such token"; a failure of the node means nothing.
pub(super) fn read(check: &Check, result: Result<Bytes, ChainError>) -> Result<Live, Problem> {
    let owner_of = check.standard == NftStandard::Erc721 && check.token_id.is_some();
    let data = match result {
        Ok(data) => data,
        Err(ChainError::Reverted { data, message }) if owner_of && is_revert(&data, &message) => {
            return Ok(Live::Owner(None));
        }
        Err(ChainError::Reverted { message, .. }) => return Err(broken(check, &message)),
        Err(error) => return Err(failure::of_chain(&error)),
    };
    let live = match (owner_of, check.standard) {
        (true, _) => Erc721Preset::ownerOfCall::abi_decode_returns(&data)
            .map(|owner| Live::Owner(Some(owner).filter(|owner| !owner.is_zero()))),
        (false, NftStandard::Erc721) => {
            Erc721Preset::balanceOfCall::abi_decode_returns(&data).map(Live::Balance)
        }
        (false, NftStandard::Erc1155) => {
            Erc1155Preset::balanceOfCall::abi_decode_returns(&data).map(Live::Balance)
        }
    };
    live.map_err(|_| {
        broken(
            check,
            "its answer cannot be read; is there a contract at that address on this chain?",
        )
    })
}

/// A revert that the contract itself made, not an execution that ran out of something.
fn is_revert(data: &[u8], message: &str) -> bool {
    !data.is_empty() || message.to_lowercase().contains("revert")
}

fn broken(check: &Check, why: &str) -> Problem {
    let detail =
        format!("collection {:#x} does not behave like its standard: {why}", check.collection);
    Problem::unprocessable("COLLECTION_BROKEN", detail)
}

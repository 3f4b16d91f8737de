//! Accounts.

use alloy_primitives::Address;
use api_kit::problem::Problem;
use domain::{figures::Account, fold::Key};

use super::as_of::At;

/// An account that sent transactions to a DEX.
pub(crate) async fn one(at: &At, address: Address) -> Result<Option<Account>, Problem> {
    match at.past() {
        Some(block) => at.then_one(Key::Account(address), block).await,
        None => Ok(at.snapshot().account(address).await?),
    }
}

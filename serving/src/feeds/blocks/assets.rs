//! Tokens as these feeds tell them.

use alloy_primitives::{Address, U256};
use api_kit::problem::Problem;
use domain::entity::Token;

use crate::feeds::{pairs, view::View};

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::feeds) struct Asset {
    /// Contract; zero for the native currency.
    pub(in crate::feeds) address: Address,
    /// Never empty.
    pub(in crate::feeds) name: String,
    /// Never empty.
    pub(in crate::feeds) symbol: String,
    /// Of the smallest unit.
    pub(in crate::feeds) decimals: u8,
    /// In smallest units, when it was first seen.
    pub(in crate::feeds) total_supply: Option<U256>,
}

impl Asset {
    /// `None` without decimals that can be.
    fn new(token: &Token) -> Option<Self> {
        Some(Self {
            address: token.address,
            name: pairs::name(token),
            symbol: pairs::symbol(token),
            decimals: pairs::decimals(token)?,
            total_supply: token.total_supply,
        })
    }
}

/// A token as of the announced height; `None` of one that no shown pair can hold or that came later.
pub(in crate::feeds) async fn find(
    view: &View,
    address: Address,
    height: u64,
) -> Result<Option<Asset>, Problem> {
    if view.settings()?.excluded_tokens.contains(&address) {
        return Ok(None);
    }
    let found = view.snapshot.tokens_by_addresses(&[address]).await?.pop();
    Ok(found.filter(|token| token.first_block <= height).as_ref().and_then(Asset::new))
}

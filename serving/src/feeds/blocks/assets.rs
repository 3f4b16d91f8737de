//! Tokens as these feeds tell them.

use alloy_primitives::{Address, U256};
use api_kit::problem::Problem;
use axum::{
    Json,
    http::header,
    response::{IntoResponse as _, Response},
};
use domain::entity::Token;
use serde::Serialize;

use crate::{
    feeds::{pairs, view::View},
    node::{self, Head},
};

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
    /// In smallest units, as the contract tells it now; `None` where it does not.
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
            // that of when it was first seen says nothing of now
            total_supply: None,
        })
    }

    async fn with_supply(mut self, view: &View) -> Result<Self, Problem> {
        let node = &view.chain()?.live;
        let told = node::token(node, (self.address, None), &Head::default(), view.block()).await;
        self.total_supply = told.total_supply.and_then(|text| text.parse().ok());
        Ok(self)
    }

    /// An answer made of it. It is kept nowhere: the supply is that of the moment, and stands for no block.
    pub(in crate::feeds) fn response<T: Serialize>(self, body: impl FnOnce(Self) -> T) -> Response {
        ([(header::CACHE_CONTROL, "no-store")], Json(body(self))).into_response()
    }
}

/// A token as of the announced height, with its supply as of now; `None` of one that no shown pair can hold or that came later.
pub(in crate::feeds) async fn find(
    view: &View,
    address: Address,
    height: u64,
) -> Result<Option<Asset>, Problem> {
    if view.settings()?.excluded_tokens.contains(&address) {
        return Ok(None);
    }
    let found = view.snapshot.tokens_by_addresses(&[address]).await?.pop();
    match found.filter(|token| token.first_block <= height).as_ref().and_then(Asset::new) {
        Some(asset) => Ok(Some(asset.with_supply(view).await?)),
        None => Ok(None),
    }
}

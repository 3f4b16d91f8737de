//! A token.

use std::borrow::Borrow;

use alloy_primitives::Address;
use async_graphql::SimpleObject;
use domain::{block::BlockRef, entity, ids::ChainId};
use serde::Serialize;
use utoipa::ToSchema;

use super::text::Hex;

/// A token seen in a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[graphql(complex)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    /// Contract address; the zero address is the chain's native currency.
    #[schema(value_type = String)]
    pub address: Hex<Address>,
    /// `symbol()`, or null when the contract gives none that can be read.
    pub symbol: Option<String>,
    /// `name()`, likewise.
    pub name: Option<String>,
    /// `decimals()`, likewise.
    pub decimals: Option<u8>,
    /// Pools that hold it.
    pub pool_count: u64,
    /// Block of its first pool.
    pub first_block: u64,
    /// Chain and contract, for what hangs on them.
    #[graphql(skip)]
    #[serde(skip)]
    pub key: (ChainId, Address),
    /// The block it is as of, if that is not the newest.
    #[graphql(skip)]
    #[serde(skip)]
    pub older: Option<BlockRef>,
}

impl Token {
    /// The wire form of a stored token.
    #[must_use]
    pub fn new(chain: ChainId, token: impl Borrow<entity::Token>) -> Self {
        let token = token.borrow();
        Self {
            address: Hex(token.address),
            symbol: token.symbol.clone(),
            name: token.name.clone(),
            decimals: token.decimals,
            pool_count: token.pool_count,
            first_block: token.first_block,
            key: (chain, token.address),
            older: None,
        }
    }

    /// The same as of a block; `None`: the newest.
    #[must_use]
    pub fn as_of(self, older: Option<BlockRef>) -> Self {
        Self { older, ..self }
    }
}

//! A token.

use async_graphql::SimpleObject;
use serde::Serialize;

use super::address;

/// A token seen in a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    /// Contract address; the zero address is the chain's native currency.
    pub address: String,
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
}

impl From<domain::entity::Token> for Token {
    fn from(token: domain::entity::Token) -> Self {
        let domain::entity::Token {
            address: contract,
            symbol,
            name,
            decimals,
            pool_count,
            first_block,
            ..
        } = token;
        Self { address: address(contract), symbol, name, decimals, pool_count, first_block }
    }
}

//! The rules a pool follows.

use async_graphql::Enum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The rules a pool follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize, Deserialize, ToSchema)]
#[graphql(remote = "domain::entity::Protocol")]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// Constant product, one contract per pair.
    V2,
    /// Concentrated liquidity, one contract per pool.
    V3,
    /// Concentrated liquidity in a singleton, with hooks.
    V4,
}

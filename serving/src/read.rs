//! Lists of the store as pages, for GraphQL and REST alike: one read per page, cursors included.

pub(crate) mod candles;
pub(crate) mod chains;
pub(crate) mod contracts;
pub(crate) mod liquidity;
pub(crate) mod pools;
pub(crate) mod prices;
pub(crate) mod swaps;
pub(crate) mod tokens;

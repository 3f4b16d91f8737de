//! Lists of the store as pages, for GraphQL and REST alike: one read per page, cursors included.

pub(crate) mod accounts;
pub(crate) mod as_of;
pub(crate) mod candles;
pub(crate) mod chains;
pub(crate) mod contracts;
pub(crate) mod dexes;
mod in_time;
pub(crate) mod liquidity;
pub(crate) mod pools;
pub(crate) mod positions;
pub(crate) mod prices;
pub(crate) mod rows;
pub(crate) mod series;
pub(crate) mod swaps;
pub(crate) mod ticks;
pub(crate) mod tokens;

pub(crate) use self::in_time::in_time;

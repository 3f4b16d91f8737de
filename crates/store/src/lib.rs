//! The store: everything sooho keeps, in MongoDB, and the managed local `mongod`.
//!
//! The only crate that names MongoDB. Callers speak `domain` types; a stored document never leaves this crate.
//!
//! Invariants:
//! - the watermark moves only in the transaction that writes (or takes back) the rows it speaks of: there is no setter;
//! - every block at or above a commit's `undo_from` can be taken back exactly ([`Writer::revert_newest`]);
//! - a [`Snapshot`] answers every read as of one block, whatever is committed meanwhile;
//! - a chain has one writer: [`Writer`] needs a [`Lease`], and every write proves that it is still the chain's;
//! - every stored number is exact: integers and fixed-width big-endian binaries, never a float;
//! - every `_id` starts with the key of a generation of a chain, so that it can serve as the shard key.

pub mod backup;
mod candles;
mod codec;
mod contracts;
mod documents;
pub mod embedded;
mod error;
#[cfg(test)]
mod fixtures;
mod generations;
mod history;
mod indexes;
pub mod keys;
mod lease;
pub mod market;
mod packed;
mod queries;
mod reader;
pub mod reindex;
mod remember;
mod rows;
mod schema;
mod shards;
mod store;
#[cfg(test)]
mod test_mongo;
pub mod testing;
mod upkeep;
mod watermark;
mod writer;

pub use self::{
    candles::CandleQuery,
    embedded::{Embedded, EmbeddedOptions},
    error::StoreError,
    generations::{Generation, Generations, Standing},
    lease::{DEFAULT_TTL, Lease},
    reader::{
        BlockTrading, ContractEventQuery, LiquidityQuery, ListQuery, Moves, NftCollectionCursor,
        NftOwnedCursor, NftTransferQuery, Past, PeriodQuery, PoolCursor, PoolOrder, PoolQuery,
        PositionId, PositionQuery, PositionsOf, Reader, RowCounts, RowQuery, ShareQuery, SharesOf,
        Snapshot, SwapQuery, SymbolQuery, TickDayQuery, TickQuery, TokenQuery, TradingPool,
    },
    remember::Remembering,
    rows::{Kept, RowPage},
    store::{ConnectOptions, Store},
    upkeep::Upkept,
    watermark::Watermark,
    writer::{Batch, Extent, Packed, Packer, Writer},
};

//! Reading: a [`Reader`] has no method that writes, a [`Snapshot`] answers everything as of one block.

use bson::doc;
use domain::ids::ChainId;
use mongodb::{Client, ClientSession, Database};

use crate::{error::StoreError, generations, market::MarketReader, watermark::Watermark};

mod accounts;
mod audit;
mod blocks;
pub(crate) mod bound;
mod candles;
mod candles_at;
pub(crate) mod contracts;
pub(crate) mod counts;
mod dexes;
mod dialect;
mod entities;
mod history;
pub(crate) mod lists;
mod many;
mod moves;
mod nfts;
mod past;
pub(crate) mod plan;
mod pools;
mod positions;
mod positions_many;
mod range;
mod recent;
mod reconciled;
mod rows;
mod rows_many;
mod series;
mod series_many;
mod snapshot;
mod speakers;
#[cfg(test)]
mod tests;
mod tick_days;
mod ticks;
mod times;
mod tokens;
mod trading;

pub use self::{
    accounts::{ShareQuery, SharesOf},
    audit::RowCounts,
    contracts::ContractEventQuery,
    counts::ListQuery,
    moves::Moves,
    nfts::{NftCollectionCursor, NftOwnedCursor, NftTransferQuery},
    past::Past,
    pools::{PoolCursor, PoolOrder, PoolQuery},
    positions::{PositionId, PositionQuery, PositionsOf},
    rows::{LiquidityQuery, RowQuery, SwapQuery},
    series::PeriodQuery,
    snapshot::Snapshot,
    tick_days::TickDayQuery,
    ticks::TickQuery,
    tokens::{SymbolQuery, TokenQuery},
    trading::{BlockTrading, TradingPool},
};

/// Reads indexed data. Cheap to clone; clones share the connections.
#[derive(Debug, Clone)]
pub struct Reader {
    client: Client,
    database: Database,
    recent: recent::Recent,
}

impl Reader {
    pub(crate) fn new(client: Client, database: Database) -> Self {
        Self { client, database, recent: recent::Recent::default() }
    }

    /// Reads market prices, which are of a time and not of a block.
    #[must_use]
    pub fn market(&self) -> MarketReader {
        MarketReader::new(self.database.clone())
    }

    /// A view of the chain as of its newest stored block; `None` before the first batch. Everything read through it is
    /// of that block. Meant for one request: the server keeps the past for a few minutes only.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn snapshot(&self, chain: ChainId) -> Result<Option<Snapshot>, StoreError> {
        let (database, mut session) = self.session().await?;
        // the first read fixes the moment
        let found = generations::read::newest(database, &mut session, chain).await?;
        let Some((key, watermark)) = found else { return Ok(None) };
        self.recent.heard(chain, watermark.block);
        Ok(Some(Snapshot::new(database.clone(), session, chain, key, watermark)))
    }

    /// The watermark of a chain; `None` before the first batch.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn watermark(&self, chain: ChainId) -> Result<Option<Watermark>, StoreError> {
        let (database, mut session) = self.session().await?;
        let found = generations::read::newest(database, &mut session, chain).await?;
        let watermark = found.map(|(_, watermark)| watermark);
        if let Some(watermark) = &watermark {
            self.recent.heard(chain, watermark.block);
        }
        Ok(watermark)
    }

    /// The watermarks of all chains, by chain id.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn watermarks(&self) -> Result<Vec<(ChainId, Watermark)>, StoreError> {
        let found = self.active_marks().await?;
        for (chain, watermark) in &found {
            self.recent.heard(*chain, watermark.block);
        }
        Ok(found)
    }

    /// The database, and a session whose reads are all of one moment.
    pub(crate) async fn session(&self) -> Result<(&Database, ClientSession), StoreError> {
        Ok((&self.database, self.client.start_session().snapshot(true).await?))
    }

    /// Whether a server answers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.database.run_command(doc! { "ping": 1 }).await?;
        Ok(())
    }
}

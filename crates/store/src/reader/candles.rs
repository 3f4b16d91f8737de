//! Lists of candles.

use std::collections::BTreeMap;

use domain::{
    candle::{Candle, Resolution},
    ids::PoolId,
};

use super::Snapshot;
use crate::{
    candles::{CandleQuery, many},
    error::StoreError,
};

impl Snapshot {
    /// The newest candles of a span of time, ascending; the last one may still be open. Periods without events have none
    /// ([`domain::candle::fill`]). As of the snapshot's block; of older ones only those candles that were over.
    pub async fn candles(&self, query: &CandleQuery) -> Result<Vec<Candle>, StoreError> {
        let (database, mut session) = self.parts().await;
        query.run(database, &mut session, self.key()).await
    }

    /// The oldest candles of a span of time instead of the newest, ascending: a longer span is read part by part.
    pub async fn candles_onward(&self, query: &CandleQuery) -> Result<Vec<Candle>, StoreError> {
        let (database, mut session) = self.parts().await;
        query.run_onward(database, &mut session, self.key()).await
    }

    /// Of these pools the candles that begin from `from` to before `to` (Unix time), ascending: of a stored resolution
    /// ([`Resolution::STORED`]; of another one those that it is merged of). Two thousand buckets cost a command; nothing is
    /// said of pools without any.
    pub async fn candles_of_pools(
        &self,
        pools: &[PoolId],
        resolution: Resolution,
        (from, to): (u64, u64),
    ) -> Result<BTreeMap<PoolId, Vec<Candle>>, StoreError> {
        let (database, mut session) = self.parts().await;
        many::of_pools((database, &mut session, self.key()), pools, resolution, (from, to)).await
    }
}

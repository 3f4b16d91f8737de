//! Lists of candles.

use domain::candle::Candle;

use super::Snapshot;
use crate::{candles::CandleQuery, error::StoreError};

impl Snapshot {
    /// The newest candles of a span of time, ascending; the last one may still be open. Periods without events have none
    /// ([`domain::candle::fill`]). As of the snapshot's block; of older ones only those candles that were over.
    pub async fn candles(&self, query: &CandleQuery) -> Result<Vec<Candle>, StoreError> {
        let (database, mut session) = self.parts().await;
        query.run(database, &mut session, self.key()).await
    }
}

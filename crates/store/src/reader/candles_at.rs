//! Single candles.

use std::collections::BTreeMap;

use domain::{
    candle::{Candle, Resolution},
    ids::PoolId,
};

use super::Snapshot;
use crate::{candles::at, error::StoreError};

impl Snapshot {
    /// Of each of these pools and Unix times the candle that holds the time, by both: of a stored resolution
    /// ([`Resolution::STORED`]; of another one that which it is merged of). Nothing is said where there is none. Two thousand
    /// buckets cost a command.
    pub async fn candles_at(
        &self,
        times: &[(PoolId, u64)],
        resolution: Resolution,
    ) -> Result<BTreeMap<(PoolId, u64), Candle>, StoreError> {
        let (database, mut session) = self.parts().await;
        at::of_times((database, &mut session, self.key()), times, resolution).await
    }
}

//! Answers of which a part is good: the good part is used, and the rest is said.

use std::sync::Arc;

use alloy_primitives::B256;
use domain::{decimal::Decimal, market::Millis};

use crate::{client::Http, error::MarketError, json::Batch, source::Said};

/// The trouble that some calls of several fail.
const PARTLY: &str = "partly";

impl Http {
    /// What could be read of an answer; what could not is counted.
    ///
    /// # Errors
    /// When nothing could.
    pub(crate) fn readable<T>(&self, batch: Batch<T>) -> Result<Vec<T>, MarketError> {
        let first = batch.first.unwrap_or_default();
        self.odd_items("lists", batch.odd, &first);
        if batch.odd > 0 && batch.good.is_empty() { Err(self.odd(&first)) } else { Ok(batch.good) }
    }

    /// What came of several calls, by feed: of two values of one feed the newer one.
    ///
    /// # Errors
    /// When one failed and nothing came.
    pub(crate) fn partly(
        &self,
        mut said: Vec<Said>,
        failed: Option<MarketError>,
    ) -> Result<Vec<Said>, MarketError> {
        said.sort_by(|one, other| (&one.id, other.time).cmp(&(&other.id, one.time)));
        said.dedup_by(|one, other| one.id == other.id);
        self.what_came(said, failed)
    }

    /// What came of several calls.
    ///
    /// # Errors
    /// When one failed and nothing came.
    pub(crate) fn what_came(
        &self,
        said: Vec<Said>,
        failed: Option<MarketError>,
    ) -> Result<Vec<Said>, MarketError> {
        match failed {
            Some(error) if said.is_empty() => Err(error),
            Some(error) => {
                if self.spoken().begins(PARTLY) {
                    tracing::warn!(%error, came = said.len(), "some feeds have no price");
                } else {
                    tracing::debug!(%error, came = said.len(), "some feeds still have no price");
                }
                Ok(said)
            }
            None => {
                if self.spoken().ends(PARTLY) {
                    tracing::info!(source = %self.source(), "no call for prices fails any more");
                }
                Ok(said)
            }
        }
    }
}

impl Said {
    /// A value of which nothing else is known.
    pub(crate) fn plain(id: &Arc<str>, value: Decimal, time: Millis, raw: B256) -> Self {
        Self {
            id: Arc::clone(id),
            value,
            time,
            confidence: None,
            liquidity: None,
            symbol: None,
            decimals: None,
            raw,
        }
    }
}

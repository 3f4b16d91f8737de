//! What became known first of times of which nothing was known then.

use std::sync::Arc;

use alloy_primitives::Address;
use domain::{ids::ChainId, market::Millis};

use super::{
    Known, Sheet,
    many::{Bounds, NEWEST, OLDEST, bounds},
};
use crate::{error::StoreError, market::MarketReader};

impl MarketReader {
    /// The prices of each of these times as they became known first, in their order: of the sheet that holds then the
    /// oldest version, which no later correction changes. Three commands, however many.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn prices_first(
        &self,
        chain: ChainId,
        times: &[Millis],
        tokens: &[Address],
    ) -> Result<Vec<Option<Arc<Sheet>>>, StoreError> {
        if times.is_empty() {
            return Ok(Vec::new());
        }
        let asked: Vec<Bounds> = times.iter().map(|at| bounds(*at, Known::Newest)).collect();
        let newest = self.places(chain, &asked, NEWEST).await?;
        // of a time without a sheet nothing is found, again
        let nowhere = Bounds { from: 1, to: 0, known: 0 };
        let of = |place: usize| {
            let at = newest.get(&place).map(|(at, ..)| *at);
            at.map_or(nowhere, |at| Bounds { from: at, to: at, known: Millis::MAX })
        };
        let asked: Vec<Bounds> = (0..times.len()).map(of).collect();
        let first = self.places(chain, &asked, OLDEST).await?;
        self.sheets_of(chain, &first, times, tokens).await
    }
}

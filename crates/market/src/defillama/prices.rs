//! `/prices/current` and `/prices/historical`: many coins at one time.

use std::{collections::HashMap, sync::Arc};

use alloy_primitives::B256;
use domain::market::Millis;

use super::{
    DefiLlama,
    wire::{self, Coins, OddItem, Priced},
};
use crate::{
    client::{Call, batches},
    error::MarketError,
    json::{self, Batch},
    source::Said,
};

/// Around a time, as it is asked for and as it is checked (ms).
pub(super) const WIDTH: (&str, Millis) = ("4h", 4 * 3_600_000);
/// A comma, as it is written in a path.
const SEPARATOR: usize = 1;

impl DefiLlama {
    /// Prices now, or of a time.
    pub(super) async fn prices(
        &self,
        ids: &[Arc<str>],
        time: Option<Millis>,
    ) -> Result<Vec<Said>, MarketError> {
        let path = match time {
            None => self.call("prices/current"),
            Some(time) => self.call("prices/historical").segment((time / 1_000).to_string()),
        };
        let call = |ids: &str| path.clone().segment(ids).query("searchWidth", WIDTH.0);
        let room = self.longest_url.saturating_sub(self.http.url_length(&call("")));
        let (mut said, mut failed) = (Vec::new(), None);
        for ids in batches(ids, room, self.ids_per_call, SEPARATOR, |id| id) {
            match self.ask(&call(&ids.join(",")), ids, time).await {
                Ok(more) => said.extend(more),
                Err(error) => failed = Some(error),
            }
        }
        self.http.partly(said, failed)
    }

    async fn ask(
        &self,
        call: &Call,
        ids: &[Arc<str>],
        time: Option<Millis>,
    ) -> Result<Vec<Said>, MarketError> {
        let answer = self.http.get(call).await?;
        let coins: Coins<'_> = json::read(self.http.source(), &answer.body)?;
        // names come back as they were asked, it is said
        let coins: HashMap<_, _> =
            coins.coins.0.into_iter().map(|(name, raw)| (name.to_lowercase(), raw)).collect();
        let raw = answer.raw();
        let mut batch = Batch::new();
        for id in ids {
            let Some(coin) = coins.get(&id.to_lowercase()) else { continue };
            batch.take(wire::priced(coin).and_then(|priced| {
                let Some(priced) = priced else { return Ok(None) };
                // it looks as far as it likes
                match time {
                    Some(time) if priced.time.abs_diff(time) > WIDTH.1 => Err(OddItem::FarAway),
                    _ => Ok(Some(said(id, priced, raw))),
                }
            }));
        }
        self.http.readable(batch)
    }
}

pub(super) fn said(id: &Arc<str>, priced: Priced, raw: B256) -> Said {
    let Priced { value, time, confidence, decimals, symbol } = priced;
    Said { confidence, decimals, symbol, ..Said::plain(id, value, time, raw) }
}

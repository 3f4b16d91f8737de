//! `/batchHistorical`: coins at many times each. (`/chart` is said to leave days out.)

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use domain::market::Millis;

use super::{
    DefiLlama, prices,
    wire::{self, Coins, History, OddItem},
};
use crate::{
    error::MarketError,
    json::{self, Batch},
    source::{Points, Said},
};

/// Between two points of a series (ms).
const STEP: Millis = 3_600_000;
/// Around each of them: half a step.
const WIDTH: &str = "30m";
/// Characters of a time in a URL: ten digits and a comma.
const TIME: usize = 13;
/// Characters of a coin beside its name and times: quotes, colon, brackets and comma.
const BESIDE: usize = 18;

impl DefiLlama {
    /// What coins cost at times in the past, near to each by half an hour; as many calls as it takes. A time without a
    /// price nearby has no value in the answer, and two times may have the same.
    ///
    /// # Errors
    /// [`MarketError`] when nothing came.
    pub async fn at_times(
        &self,
        wanted: &[(Arc<str>, Vec<Millis>)],
    ) -> Result<Vec<Said>, MarketError> {
        let (mut said, mut failed) = (Vec::new(), None);
        for wanted in self.split(wanted) {
            match self.batch(&wanted).await {
                Ok(more) => said.extend(more),
                Err(error) => failed = Some(error),
            }
        }
        self.http.what_came(said, failed)
    }

    /// Hour by hour, from the first full hour on.
    pub(super) async fn hourly(
        &self,
        id: &str,
        from: Millis,
        to: Millis,
    ) -> Result<Points, MarketError> {
        let end = to.min(self.http.clock().now());
        let first = from.div_ceil(STEP) * STEP;
        let room = self.room().saturating_sub(3 * id.len() + BESIDE) / TIME;
        let times: Vec<Millis> = (first..end).step_by(step()).take(room.max(1)).collect();
        let Some(last) = times.last().copied() else {
            return Ok(Points { said: Vec::new(), until: end.max(from) });
        };
        let until = (last + STEP).min(end);
        let mut said = self.batch(&[(id.into(), times)]).await?;
        said.retain(|said| from <= said.time && said.time < to);
        said.sort_by_key(|said| said.time);
        said.dedup_by_key(|said| said.time);
        Ok(Points { said, until })
    }

    fn room(&self) -> usize {
        let call = self.call("batchHistorical").query("coins", "{}").query("searchWidth", WIDTH);
        self.longest_url.saturating_sub(self.http.url_length(&call))
    }

    /// What fits into each call.
    fn split(&self, wanted: &[(Arc<str>, Vec<Millis>)]) -> Vec<Vec<(Arc<str>, Vec<Millis>)>> {
        let room = self.room();
        let mut calls = Vec::new();
        let (mut call, mut length) = (Vec::<(Arc<str>, Vec<Millis>)>::new(), 0);
        for (id, times) in wanted {
            let mut times = times.as_slice();
            while !times.is_empty() {
                let name = 3 * id.len() + BESIDE;
                let fit = room.saturating_sub(length + name) / TIME;
                if (fit == 0 || call.len() >= self.ids_per_call) && !call.is_empty() {
                    calls.push(std::mem::take(&mut call));
                    length = 0;
                    continue;
                }
                let (now, later) = times.split_at(fit.clamp(1, times.len()));
                call.push((Arc::clone(id), now.to_vec()));
                length += name + now.len() * TIME;
                times = later;
            }
        }
        if !call.is_empty() {
            calls.push(call);
        }
        calls
    }

    async fn batch(&self, wanted: &[(Arc<str>, Vec<Millis>)]) -> Result<Vec<Said>, MarketError> {
        let mut asked = BTreeMap::<&str, Vec<u64>>::new();
        for (id, times) in wanted {
            asked.entry(id).or_default().extend(times.iter().map(|time| time / 1_000));
        }
        let text =
            serde_json::to_string(&asked).map_err(|error| self.http.odd(&error.to_string()))?;
        let call = self.call("batchHistorical").query("coins", text).query("searchWidth", WIDTH);
        let answer = self.http.get(&call).await?;
        let coins: Coins<'_> = json::read(self.http.source(), &answer.body)?;
        let coins: HashMap<_, _> =
            coins.coins.0.into_iter().map(|(name, raw)| (name.to_lowercase(), raw)).collect();
        let raw = answer.raw();
        let mut batch = Batch::new();
        for (id, times) in wanted {
            let Some(coin) = coins.get(&id.to_lowercase()) else { continue };
            let history: History<'_> = match serde_json::from_str(coin.get()) {
                Ok(history) => history,
                Err(error) => {
                    batch.take(Err(OddItem::from(error)));
                    continue;
                }
            };
            for item in &history.prices.0 {
                batch.take(wire::priced(item).and_then(|priced| {
                    let Some(mut priced) = priced else { return Ok(None) };
                    if !times.iter().any(|time| time.abs_diff(priced.time) <= prices::WIDTH.1) {
                        return Err(OddItem::FarAway);
                    }
                    priced.symbol = history.symbol.clone();
                    Ok(Some(prices::said(id, priced, raw)))
                }));
            }
        }
        self.http.readable(batch)
    }
}

fn step() -> usize {
    usize::try_from(STEP).unwrap_or(usize::MAX)
}

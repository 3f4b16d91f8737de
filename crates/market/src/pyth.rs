//! Pyth by Hermes: prices with the interval that they lie in. Feeds are named by their 32 bytes in hex, with or without
//! `0x`.

use std::{collections::BTreeMap, sync::Arc};

use alloy_primitives::B256;
use domain::{
    candle::Resolution,
    decimal::Decimal,
    market::{Millis, Source},
};
use futures::{FutureExt, future::BoxFuture};

use crate::{
    client::{Call, Http, Manners, batches},
    clock::Clock,
    config::SourceConfig,
    error::MarketError,
    metrics::Metrics,
    source::{PriceSource, Said, Series},
    stream::Meter,
};

mod sse;
mod stream;
mod wire;

use stream::Streams;

#[cfg(test)]
mod tests;

const BASE: &str = "https://hermes.pyth.network";
/// An address may ask 30 times in 10 seconds; a part of them.
const PER_MINUTE: u32 = 90;
/// Characters beside an id in a URL: `ids[]=` with its brackets as they are written there, and a separator.
const BESIDE_ID: usize = 11;
/// Characters of a URL beside the ids.
const REST_OF_URL: usize = 200;

/// The adapter.
#[derive(Debug)]
pub struct Pyth {
    http: Http,
    meter: Meter,
    /// For what is pushed: an answer without an end.
    streams: Streams,
    longest_url: usize,
    ids_per_call: usize,
}

impl Pyth {
    /// The adapter.
    ///
    /// # Errors
    /// [`MarketError::Misconfigured`].
    pub fn new(
        config: &SourceConfig,
        metrics: &Metrics,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, MarketError> {
        let base_url = config.base_url.clone().unwrap_or_else(|| BASE.to_owned());
        let streams = Streams::new(&base_url)?;
        let manners = Manners {
            base_url,
            key: None,
            per_minute: config.per_minute.unwrap_or(PER_MINUTE),
            deadline: config.deadline(),
            used_weight: None,
        };
        Ok(Self {
            meter: Meter::new(Source::Pyth, metrics, Arc::clone(&clock)),
            http: Http::new(Source::Pyth, manners, metrics, clock)?,
            streams,
            longest_url: config.longest_url(),
            ids_per_call: config.ids_per_call.unwrap_or(usize::MAX),
        })
    }

    /// The ids of each call, by the names that answers have them under. What is no id at all is left out.
    fn calls(&self, ids: &[Arc<str>]) -> Vec<BTreeMap<String, Arc<str>>> {
        let (known, odd): (Vec<_>, Vec<_>) = ids
            .iter()
            .map(|id| (wire::plain(id), Arc::clone(id)))
            .partition(|(plain, _)| wire::is_id(plain));
        for (_, id) in odd {
            if self.http.spoken().begins(&format!("no id {id}")) {
                tracing::warn!(%id, "this is no id of a Pyth feed: give 32 bytes in hex");
            }
        }
        let known: BTreeMap<String, Arc<str>> = known.into_iter().collect();
        let known: Vec<(String, Arc<str>)> = known.into_iter().collect();
        let room = self.longest_url.saturating_sub(REST_OF_URL);
        batches(&known, room, self.ids_per_call, BESIDE_ID, |(plain, _)| plain)
            .into_iter()
            .map(|call| call.iter().cloned().collect())
            .collect()
    }

    /// What the feeds say, `latest` or at a time in Unix seconds.
    async fn ask(&self, ids: &[Arc<str>], when: &str) -> Result<Vec<Said>, MarketError> {
        let (mut said, mut failed) = (Vec::new(), None);
        for ids in self.calls(ids) {
            match self.call(&ids, when).await {
                Ok(more) => said.extend(more),
                Err(error) => failed = Some(error),
            }
        }
        self.http.partly(said, failed)
    }

    async fn call(
        &self,
        ids: &BTreeMap<String, Arc<str>>,
        when: &str,
    ) -> Result<Vec<Said>, MarketError> {
        let call = Call::new("v2/updates/price").segment(when).telling(&[404]);
        let call = questions(ids.keys()).fold(call, |call, (name, value)| call.query(name, value));
        let answer = self.http.get(&call).await?;
        if answer.status == 404 {
            // none of them is known, or none had a price at that time
            return Ok(Vec::new());
        }
        let prints = self.http.readable(wire::prints(&answer.body)?)?;
        let raw = answer.raw();
        let said = |print: wire::Print| ids.get(&print.id).map(|id| said(id, &print, raw));
        Ok(prints.into_iter().filter_map(said).collect())
    }
}

fn said(id: &Arc<str>, print: &wire::Print, raw: B256) -> Said {
    Said { confidence: Some(confidence(print)), ..Said::plain(id, print.value, print.time, raw) }
}

/// Asks for these feeds, as numbers, and without an error for those that do not exist.
fn questions<'a>(
    ids: impl Iterator<Item = &'a String>,
) -> impl Iterator<Item = (&'static str, &'a str)> {
    let rest = [("encoding", "base64"), ("parsed", "true"), ("ignore_invalid_price_ids", "true")];
    ids.map(|id| ("ids[]", id.as_str())).chain(rest)
}

/// 1 less the part of the price that the interval is; none at all when that is more than one part in a hundred.
fn confidence(print: &wire::Print) -> Decimal {
    let widest = Decimal::from_parts(1, -2);
    if print.value <= Decimal::ZERO || print.interval.is_negative() {
        return Decimal::ZERO;
    }
    let part = print.interval.safe_div(print.value);
    if part > widest { Decimal::ZERO } else { Decimal::ONE - part }
}

impl PriceSource for Pyth {
    fn source(&self) -> Source {
        Source::Pyth
    }

    fn now<'a>(&'a self, ids: &'a [Arc<str>]) -> BoxFuture<'a, Result<Vec<Said>, MarketError>> {
        self.ask(ids, "latest").boxed()
    }

    fn resolutions(&self) -> &'static [Resolution] {
        &[]
    }

    fn bars<'a>(
        &'a self,
        _id: &'a str,
        resolution: Resolution,
        _from: Millis,
        _to: Millis,
    ) -> BoxFuture<'a, Result<Series, MarketError>> {
        let what = format!("candles of {resolution}");
        async move { Err(MarketError::NotServed { source_name: Source::Pyth, what }) }.boxed()
    }

    /// The first that was published at or after the time's second.
    fn at<'a>(
        &'a self,
        ids: &'a [Arc<str>],
        time: Millis,
    ) -> Option<BoxFuture<'a, Result<Vec<Said>, MarketError>>> {
        Some(async move { self.ask(ids, &(time / 1_000).to_string()).await }.boxed())
    }
}

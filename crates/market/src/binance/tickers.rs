//! What many pairs cost now, in one call, though one unknown pair spoils it.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError},
};

use domain::market::{Millis, Source};

use super::{Binance, wire};
use crate::{
    client::{Answer, Call, batches},
    error::MarketError,
    source::Said,
};

/// Of many symbols, or of all.
const WEIGHT: u32 = 4;
/// A symbol that was not known is asked for again after so long (ms): it may be listed some day.
const ASK_AGAIN: Millis = 3_600_000;
/// Characters beside a symbol: two quotes and a comma, three each as they are written in a URL.
const BESIDE_SYMBOL: usize = 9;

/// A symbol, and the id that it was asked by.
type Pair = (String, Arc<str>);

impl Binance {
    pub(super) async fn tickers(&self, ids: &[Arc<str>]) -> Result<Vec<Said>, MarketError> {
        let pairs = self.known(ids);
        let room = self.longest_url.saturating_sub(self.http.url_length(&question("")));
        let mut open =
            batches(&pairs, room, self.ids_per_call, BESIDE_SYMBOL, |(symbol, _)| symbol);
        // they are taken from the end
        open.reverse();
        let (mut said, mut failed) = (Vec::new(), None);
        while let Some(batch) = open.pop() {
            match self.ask(batch).await {
                Ok(Some(answer)) => match self.said(batch, &answer) {
                    Ok(more) => said.extend(more),
                    Err(error) => failed = Some(error),
                },
                Ok(None) => match batch {
                    [(symbol, id)] => self.forget(symbol, id),
                    // one of them is unknown: the half that has it is refused again
                    _ => {
                        let (one, other) = batch.split_at(batch.len() / 2);
                        open.extend([other, one]);
                    }
                },
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        self.http.partly(said, failed)
    }

    /// Each symbol once, in order, without those that were unknown of late.
    fn known(&self, ids: &[Arc<str>]) -> Vec<Pair> {
        let now = self.http.clock().now();
        let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        unknown.retain(|_, until| now < *until);
        let pairs: BTreeMap<String, Arc<str>> = ids
            .iter()
            .map(|id| (id.to_uppercase(), Arc::clone(id)))
            .filter(|(symbol, _)| !symbol.is_empty() && !unknown.contains_key(symbol))
            .collect();
        pairs.into_iter().collect()
    }

    /// `None`: at least one symbol is unknown.
    async fn ask(&self, batch: &[Pair]) -> Result<Option<Answer>, MarketError> {
        let symbols: Vec<&str> = batch.iter().map(|(symbol, _)| symbol.as_str()).collect();
        let symbols = serde_json::to_string(&symbols).map_err(wire::odd)?;
        let answer = self.http.get(&question(&symbols)).await?;
        if answer.status != 400 {
            return Ok(Some(answer));
        }
        if wire::is_unknown_symbol(&answer.body) {
            return Ok(None);
        }
        let why = self.http.presentable(&String::from_utf8_lossy(&answer.body));
        Err(MarketError::Refused { source_name: Source::Binance, why })
    }

    fn said(&self, batch: &[Pair], answer: &Answer) -> Result<Vec<Said>, MarketError> {
        let tickers = self.http.readable(wire::tickers(&answer.body)?)?;
        let raw = answer.raw();
        let said = |ticker: wire::Ticker| {
            let at = batch.binary_search_by(|(symbol, _)| symbol.cmp(&ticker.symbol)).ok()?;
            // it does not say when: now
            Some(Said::plain(&batch.get(at)?.1, ticker.price, answer.fetched_at, raw))
        };
        Ok(tickers.into_iter().filter_map(said).collect())
    }

    fn forget(&self, symbol: &str, id: &str) {
        tracing::warn!(id, "binance does not know this pair; check the configuration");
        let until = self.http.clock().now().saturating_add(ASK_AGAIN);
        let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        unknown.insert(symbol.to_owned(), until);
    }
}

fn question(symbols: &str) -> Call {
    Call::new("api/v3/ticker/price").query("symbols", symbols).weight(WEIGHT).telling(&[400])
}

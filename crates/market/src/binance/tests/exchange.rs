//! The fixture's server with an adapter that asks it.

use std::sync::Arc;

use market_fixture::{Api, Candle, PriceServer, Print};
use prometheus::Registry;

use super::BEGIN;
use crate::{Binance, SourceConfig, clock::Clock, metrics::Metrics};

/// Starts both. `stream_url` is the base of what is pushed.
pub(in crate::binance) async fn open(
    stream_url: Option<&str>,
    clock: Arc<dyn Clock>,
) -> (PriceServer, Arc<Binance>) {
    let server = PriceServer::start().await.unwrap();
    let config =
        SourceConfig { base_url: Some(server.base(Api::Binance)), ..SourceConfig::default() };
    let metrics = Metrics::new(&Registry::new()).unwrap();
    let source = Binance::new(&config, stream_url, &metrics, clock).unwrap();
    (server, Arc::new(source))
}

/// The server learns that a pair has a price.
pub(in crate::binance) fn list(server: &PriceServer, pair: &str) {
    server.say(Api::Binance, pair, Print::new("4.00000200", BEGIN / 1_000));
}

/// The server learns of candles of a length that begin at these times, all of them in seconds.
pub(in crate::binance) fn trade(
    server: &PriceServer,
    pair: &str,
    length: u64,
    starts: impl IntoIterator<Item = u64>,
) {
    let candle = |start| Candle::new(start, ["2", "4", "1", "3"], "5");
    server.candles(Api::Binance, pair, length, starts.into_iter().map(candle).collect());
}

/// The parameters of each call: the symbols, or pair, interval, first and last time of candles.
pub(in crate::binance) fn asked(server: &PriceServer) -> Vec<String> {
    let names = ["symbols", "symbol", "interval", "startTime", "endTime"];
    let call = |asked: &market_fixture::Asked| {
        names.into_iter().filter_map(|name| asked.param(name)).collect::<Vec<_>>().join(" ")
    };
    server.asked(Api::Binance).iter().map(call).collect()
}

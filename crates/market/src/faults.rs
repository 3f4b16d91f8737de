//! Each fault that a server may have, and what the adapters of exchanges and of Pyth make of it.

use std::{sync::Arc, time::Duration};

use domain::candle::Resolution;
use futures::future::join_all;
use market_fixture::{Api, Candle, Fault, PriceServer, Print};
use prometheus::Registry;

use crate::{
    Binance, Coinbase, MarketError, Metrics, PriceSource, Pyth, SourceConfig,
    fixed_clock::FixedClock,
};

const TIME: u64 = 1_704_067_200;
const ETH: &str = "ff61491a931112ddf1bd8147cd1b641375f79f5825126d665480874634fd0ace";

/// How a question ends: with so many prices or candles, or with an error of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Good(usize),
    Wait(u64),
    Unavailable,
    Refused,
    Odd,
}

use End::{Good, Odd, Refused, Unavailable, Wait};

fn end<T>(answer: Result<Vec<T>, MarketError>) -> End {
    match answer {
        Ok(items) => Good(items.len()),
        Err(MarketError::Wait { wait, .. }) => Wait(wait.as_secs()),
        Err(MarketError::Unavailable { .. }) => Unavailable,
        Err(MarketError::Refused { .. }) => Refused,
        Err(MarketError::Odd { .. }) => Odd,
        Err(other) => panic!("{other}"),
    }
}

/// A server that knows one feed with three candles, and an adapter that asks it.
async fn open(api: Api) -> (PriceServer, Box<dyn PriceSource>, Arc<str>) {
    let server = PriceServer::start().await.unwrap();
    let config = SourceConfig {
        base_url: Some(server.base(api)),
        deadline_seconds: Some(2),
        ..SourceConfig::default()
    };
    let metrics = Metrics::new(&Registry::new()).unwrap();
    let clock = FixedClock::at((TIME + 3_600) * 1_000);
    let id = match api {
        Api::Binance => "ETHUSDT",
        Api::Coinbase => "ETH-USD",
        _ => ETH,
    };
    let print = if api == Api::Pyth {
        Print::new("228187000000", TIME).sure("114093500")
    } else {
        Print::new("2281.87", TIME)
    };
    server.say(api, id, print);
    let candle = |at| Candle::new(TIME + at, ["2281.87", "2282.94", "2281.27", "2282.2"], "170.1");
    server.candles(api, id, 60, [0, 60, 120].map(candle).into());
    let source: Box<dyn PriceSource> = match api {
        Api::Binance => Box::new(Binance::new(&config, None, &metrics, clock).unwrap()),
        Api::Coinbase => Box::new(Coinbase::new(&config, &metrics, clock).unwrap()),
        _ => Box::new(Pyth::new(&config, &metrics, clock).unwrap()),
    };
    (server, source, id.into())
}

/// What becomes of the present price with a fault, by all three adapters.
async fn now(fault: &Fault, expected: [End; 3]) {
    let one = |(api, expected)| async move {
        let (server, source, id) = open(api).await;
        server.always(api, [fault.clone()]);
        assert_eq!(end(source.now(&[id]).await), expected, "{api:?} with {fault:?}");
    };
    let all = [Api::Binance, Api::Coinbase, Api::Pyth].into_iter().zip(expected);
    join_all(all.map(one)).await;
}

/// What becomes of three candles, by both exchanges; and whether what is missing is asked for again.
async fn bars(fault: &Fault, expected: [(End, Option<u64>); 2]) {
    let one = |(api, expected)| async move {
        let (server, source, id) = open(api).await;
        server.always(api, [fault.clone()]);
        let (from, to) = (TIME * 1_000, (TIME + 180) * 1_000);
        let series = source.bars(&id, Resolution::M1, from, to).await;
        let until = series.as_ref().ok().map(|series| series.until / 1_000 - TIME);
        let bars = series.map(|series| series.bars);
        if let Ok(bars) = &bars {
            assert!(bars.iter().all(|bar| bar.high == "2282.94".parse().unwrap()), "{bars:?}");
            assert!(bars.is_sorted_by_key(|bar| bar.start), "{bars:?}");
        }
        assert_eq!((end(bars), until), expected, "{api:?} with {fault:?}");
    };
    join_all([Api::Binance, Api::Coinbase].into_iter().zip(expected).map(one)).await;
}

#[tokio::test]
async fn a_source_that_wants_to_be_left_alone_is() {
    let status = |code, wait: Option<&str>| Fault::Status(code, wait.map(str::to_owned));
    for (fault, expected) in [
        (status(429, Some("7")), Wait(7)),
        (status(429, None), Wait(60)),
        (status(418, Some("120")), Wait(120)),
        (status(403, None), Wait(300)),
    ] {
        now(&fault, [expected; 3]).await;
        bars(&fault, [(expected, None); 2]).await;
    }
}

#[tokio::test]
async fn a_source_that_does_not_answer_is_unavailable() {
    for fault in [Fault::Status(502, None), Fault::Cut, Fault::Slow(Duration::from_secs(5))] {
        now(&fault, [Unavailable; 3]).await;
        bars(&fault, [(Unavailable, None); 2]).await;
    }
}

#[tokio::test]
async fn an_answer_of_no_use_is_odd() {
    let bodies = ["{\"code\":0", "[[[]]]", "{}"].map(|body| Fault::Body(body.to_owned()));
    for fault in bodies.into_iter().chain([Fault::Html, Fault::CutGzip, Fault::OddEncoding]) {
        now(&fault, [Odd; 3]).await;
        bars(&fault, [(Odd, None); 2]).await;
    }
}

#[tokio::test]
async fn a_good_answer_is_good_however_it_is_written() {
    for fault in [Fault::Gzip, Fault::QuotesTurned, Fault::Doubled, Fault::Reversed] {
        now(&fault, [Good(1); 3]).await;
        bars(&fault, [(Good(3), Some(180)); 2]).await;
    }
}

#[tokio::test]
async fn silence_is_an_answer_and_a_missing_candle_is_missing() {
    bars(&Fault::Empty, [(Good(0), Some(180)); 2]).await;
    bars(&Fault::Gap, [(Good(2), Some(180)); 2]).await;
    now(&Fault::Empty, [Good(0), Good(1), Good(0)]).await;
}

#[tokio::test]
async fn a_number_that_is_none_is_never_a_price() {
    let numbers =
        ["1e400", "\"NaN\"", "\"Infinity\"", "[1]"].map(|text| Fault::OddNumber(text.to_owned()));
    let long = Fault::OddNumber("9".repeat(10_000));
    for fault in numbers.into_iter().chain([Fault::NullNumber, long]) {
        // the first number of a ticker of Coinbase is that of the trade, which nobody reads
        now(&fault, [Odd, Good(1), Odd]).await;
        // of Binance the first row is odd; of Coinbase the newest, so that the older ones are good
        bars(&fault, [(Odd, None), (Good(2), Some(120))]).await;
    }
}

#[tokio::test]
async fn a_time_in_another_unit_is_never_a_time() {
    // tickers of exchanges have no time, or one in words
    now(&Fault::UnitsTurned, [Good(1), Good(1), Odd]).await;
    bars(&Fault::UnitsTurned, [(Odd, None); 2]).await;
}

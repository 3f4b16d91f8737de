//! Candles, whose stamps are their ends.

use super::*;

const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

fn candle(start: u64) -> Candle {
    Candle::new(start, ["2281.87", "2282.94", "2281.27", "2282.2"], "0")
}

fn starts(server: &PriceServer, length: u64, from: u64, to: u64) {
    let all = (from..to).step_by(usize::try_from(length).unwrap()).map(candle).collect();
    server.candles(Api::CoinGecko, "bitcoin", length, all);
}

#[tokio::test]
async fn a_paid_range_comes_page_by_page_and_complete() {
    let server = PriceServer::start().await.unwrap();
    let days = 100;
    starts(&server, HOUR, TIME - DAY, TIME + days * DAY);
    let source = source(&SourceConfig { paid: true, ..config(&server) }, TIME + days * DAY);
    assert_eq!(source.resolutions(), [Resolution::H1, Resolution::D1]);
    let (mut from, to) = (TIME * 1_000, (TIME + (days - 1) * DAY) * 1_000);
    let mut bars = Vec::new();
    while from < to {
        let series = source.bars("bitcoin", Resolution::H1, from, to).await.unwrap();
        assert!(series.until > from);
        bars.extend(series.bars);
        from = series.until;
    }
    let expected: Vec<u64> =
        (0..(days - 1) * 24).map(|hour| (TIME + hour * HOUR) * 1_000).collect();
    assert_eq!(bars.iter().map(|bar| bar.start).collect::<Vec<_>>(), expected);
    let bar = bars[0];
    let [open, high, low, close] =
        ["2281.87", "2282.94", "2281.27", "2282.2"].map(|text| text.parse().unwrap());
    assert_eq!(
        (bar.open, bar.high, bar.low, bar.close, bar.volume),
        (open, high, low, close, None)
    );
    let asked = server.asked(Api::CoinGecko);
    assert_eq!(asked.iter().filter(|asked| asked.path.ends_with("/ohlc/range")).count(), 4);
}

#[tokio::test]
async fn an_open_candle_and_one_that_is_not_made_yet_are_left_out() {
    let server = PriceServer::start().await.unwrap();
    starts(&server, DAY, TIME - 5 * DAY, TIME + 5 * DAY);
    let config = SourceConfig { paid: true, ..config(&server) };
    let from = (TIME - 3 * DAY) * 1_000;
    for (now, last) in [(TIME + 20 * 60, TIME - 2 * DAY), (TIME + 50 * 60, TIME - DAY)] {
        let source = source(&config, now);
        let series = source.bars("bitcoin", Resolution::D1, from, u64::MAX).await.unwrap();
        assert_eq!(series.bars.last().unwrap().start, last * 1_000);
        assert_eq!(series.until, (last + DAY) * 1_000);
    }
}

#[tokio::test]
async fn rows_may_come_in_any_order_twice_or_not_at_all() {
    let server = PriceServer::start().await.unwrap();
    starts(&server, HOUR, TIME, TIME + DAY);
    let source = source(&SourceConfig { paid: true, ..config(&server) }, TIME + 2 * DAY);
    let (from, to) = (TIME * 1_000, (TIME + 5 * HOUR) * 1_000);
    let cases = [
        (vec![], 5),
        (vec![Fault::Reversed], 5),
        (vec![Fault::Doubled], 5),
        (vec![Fault::Doubled, Fault::Reversed, Fault::QuotesTurned, Fault::Gzip], 5),
        (vec![Fault::Gap], 4),
        (vec![Fault::Empty], 0),
    ];
    for (faults, count) in cases {
        server.fault(Api::CoinGecko, faults.clone());
        let series = source.bars("bitcoin", Resolution::H1, from, to).await.unwrap();
        assert_eq!((series.bars.len(), series.until), (count, to), "{faults:?}");
        assert!(series.bars.is_sorted_by(|one, other| one.start < other.start));
    }
    for fault in [Fault::UnitsTurned, Fault::NullNumber, Fault::Html] {
        server.fault(Api::CoinGecko, [fault.clone()]);
        let error = source.bars("bitcoin", Resolution::H1, from, to).await.unwrap_err();
        assert!(matches!(error, MarketError::Odd { .. }), "{fault:?}: {error:?}");
    }
}

#[tokio::test]
async fn without_a_paid_plan_there_is_the_last_month_by_four_hours() {
    let server = PriceServer::start().await.unwrap();
    let now = TIME + 40 * DAY;
    starts(&server, 4 * HOUR, TIME, now);
    starts(&server, HOUR / 2, now - DAY, now);
    let source = source(&config(&server), now);
    assert_eq!(source.resolutions(), [Resolution::M30, Resolution::H4]);
    let bars =
        |resolution, back: u64| source.bars("bitcoin", resolution, (now - back) * 1_000, u64::MAX);
    assert_eq!(bars(Resolution::H4, 30 * DAY).await.unwrap().bars.len(), 179);
    assert_eq!(bars(Resolution::H4, 2 * DAY).await.unwrap().bars.len(), 11);
    assert_eq!(bars(Resolution::M30, DAY).await.unwrap().bars.len(), 47);
    let days: Vec<String> = server
        .asked(Api::CoinGecko)
        .iter()
        .map(|call| call.param("days").unwrap().to_owned())
        .collect();
    assert_eq!(days, ["30", "7", "1"]);
    for (id, resolution, back) in [
        ("bitcoin", Resolution::H4, 31 * DAY),
        ("bitcoin", Resolution::M30, 2 * DAY),
        ("bitcoin", Resolution::H1, DAY),
        ("ethereum:0x1", Resolution::H4, DAY),
    ] {
        let outcome = source.bars(id, resolution, (now - back) * 1_000, u64::MAX).await;
        assert!(matches!(outcome, Err(MarketError::NotServed { .. })), "{id} {resolution:?}");
    }
}

//! Candles of the market in pages.

use domain::{
    candle::Resolution,
    market::{Bar, Feed, Quote, Source},
};
use serde_json::{Value, json};
use store::market::BarSeries;

use super::{MINUTE, ask, asset, dec};
use crate::{chain::address, service::Service};

/// 2024-01-05.
const DAY: u64 = 1_704_412_800_000;

fn bar(minute: u64, close: &str) -> Bar {
    let close = dec(close);
    let start = DAY + minute * MINUTE;
    Bar { start, open: dec("10"), high: dec("20"), low: dec("5"), close, volume: Some(dec("1.5")) }
}

async fn fill(service: &Service, source: Source, quote: Quote, minutes: &[u64], close: &str) {
    let feed = Feed { source, id: format!("{source}-ETH").into() };
    let series = BarSeries { asset: asset(0xa0), feed, resolution: Resolution::M1 };
    let bars: Vec<Bar> = minutes.iter().map(|minute| bar(*minute, close)).collect();
    service.market().put_bars(&series, quote, &bars).await.unwrap();
}

/// All pages; their items and how many pages there were.
async fn pages(service: &Service, query: &str) -> (Vec<Value>, usize) {
    let (mut items, mut count, mut from) = (Vec::new(), 0, DAY);
    loop {
        let path = format!("/v1/prices/{}/candles?{query}&from={from}", address(0xa0));
        let page = ask(service, &path).await;
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        count += 1;
        match page["next"].as_u64() {
            Some(next) => from = next,
            None => return (items, count),
        }
        assert!(count < 100, "pages without end");
    }
}

#[tokio::test]
async fn each_period_has_the_candle_of_the_source_that_is_believed() {
    let service = Service::empty().await;
    let usdt = Quote::Asset(asset(0xda));
    // a gap of a week after two hours
    let later = 7 * 24 * 60;
    let minutes: Vec<u64> = (0..120).chain(later..later + 30).collect();
    fill(&service, Source::Coinbase, Quote::Usd, &minutes, "11").await;
    fill(&service, Source::Binance, usdt, &(60..120).collect::<Vec<_>>(), "12").await;
    let end = DAY + (later + 60) * MINUTE;

    let (items, count) = pages(&service, &format!("resolution=1m&to={end}&limit=50")).await;
    let starts: Vec<u64> = items.iter().map(|item| item["start"].as_u64().unwrap()).collect();
    let wanted: Vec<u64> = minutes.iter().map(|minute| DAY + minute * MINUTE).collect();
    assert_eq!(starts, wanted);
    assert!(count <= 6, "{count} pages: the gap is stepped over");
    assert_eq!(
        items[60],
        json!({
            "start": DAY + 60 * MINUTE, "open": "10", "high": "20", "low": "5", "close": "12",
            "volume": "1.5", "source": "binance", "feed": "binance-ETH",
            "quote": format!("{:#x}", address(0xda)),
        })
    );
    assert_eq!((&items[59]["source"], &items[59]["quote"]), (&json!("coinbase"), &json!("USD")));

    let whole = format!("resolution=1m&to={end}&limit=1000");
    let (coinbase, _) = pages(&service, &format!("{whole}&source=coinbase")).await;
    assert!(coinbase.len() == 150 && coinbase.iter().all(|item| item["close"] == "11"));
    let (binance, _) = pages(&service, &format!("{whole}&source=binance")).await;
    assert_eq!(binance.len(), 60);
    assert_eq!(pages(&service, &format!("{whole}&source=pyth")).await, (Vec::new(), 1));

    // hours of minutes, and the newest where nothing is said
    let (hours, _) = pages(&service, &format!("resolution=1h&to={end}&limit=24")).await;
    let volumes: Vec<_> = hours.iter().map(|item| item["volume"].as_str().unwrap()).collect();
    assert_eq!(volumes, ["90", "90", "45"]);
    assert_eq!(hours[1]["source"], "binance");
    let newest = format!("/v1/prices/{}/candles?resolution=1h&to={end}&limit=2", address(0xa0));
    let newest = ask(&service, &newest).await;
    assert_eq!(newest["items"].as_array().map(Vec::len), Some(1), "{newest}");
    assert_eq!((&newest["resolution"], &newest["next"]), (&json!("1h"), &json!(null)));
    service.stop().await;
}

//! Candles on a real server, and as bytes.

use domain::{
    candle::Resolution,
    decimal::Decimal,
    market::{Bar, Quote, Source, Span, candles::merge},
};
use proptest::prelude::*;

use super::{BarQuery, PutBars, StoredBar, pack};
use crate::{
    StoreError,
    market::{
        MarketReader,
        tests::{CHAIN, MINUTE, MONDAY, asset, dec, feed, series},
    },
    test_mongo::TestMongo,
};

/// A candle that begins so many minutes after the Monday.
fn bar(minute: u64) -> Bar {
    let close = Decimal::from(230_000 + minute % 977).scaled(-2);
    let open = Decimal::from(230_000 + minute % 871).scaled(-2);
    Bar {
        start: MONDAY + minute * MINUTE,
        open,
        high: open.max(close) + dec("0.07"),
        low: open.min(close),
        close,
        volume: (!minute.is_multiple_of(7)).then(|| Decimal::from(minute).scaled(-4)),
    }
}

fn bars(minutes: impl IntoIterator<Item = u64>) -> Vec<Bar> {
    minutes.into_iter().map(bar).collect()
}

fn query(resolution: Resolution, minutes: (u64, u64)) -> BarQuery {
    BarQuery {
        asset: asset(CHAIN, 1),
        resolution,
        from: MONDAY + minutes.0 * MINUTE,
        to: MONDAY + minutes.1 * MINUTE,
        feed: None,
        limit: 100_000,
    }
}

async fn read(reader: &MarketReader, query: &BarQuery) -> Vec<Bar> {
    reader.bars(query).await.unwrap().into_iter().map(|stored| stored.bar).collect()
}

#[tokio::test]
async fn what_is_stored_is_what_is_read() {
    let mongo = TestMongo::start().await;
    let (market, of) = (mongo.market(), series(Source::Binance, Resolution::M1));
    let quote = Quote::Asset(asset(1, 0xda));
    // in pages, as sources give them; the last one again, backwards
    let all = bars(0..5_000);
    for page in all.chunks(999) {
        let put = market.put_bars(&of, quote, page).await.unwrap();
        assert_eq!(put, PutBars { new: page.len() as u64, changed: 0 });
    }
    let mut backwards = all[3_000..].to_vec();
    backwards.reverse();
    assert_eq!(market.put_bars(&of, quote, &backwards).await.unwrap(), PutBars::default());
    assert_eq!(market.put_bars(&of, quote, &[]).await.unwrap(), PutBars::default());

    let reader = mongo.reader().market();
    assert_eq!(read(&reader, &query(Resolution::M1, (0, 9_999))).await, all);
    let found = reader.bars(&query(Resolution::M1, (1_433, 1_450))).await.unwrap();
    assert_eq!(found.iter().map(|found| found.bar).collect::<Vec<_>>(), all[1_433..1_450]);
    assert!(found.iter().all(|found| found.feed == of.feed && found.quote == quote));
    let few = BarQuery { limit: 3, ..query(Resolution::M1, (1_439, 9_999)) };
    assert_eq!(read(&reader, &few).await, all[1_439..1_442]);
    assert_eq!(read(&reader, &query(Resolution::H1, (0, 9_999))).await, []);
    let other = BarQuery { asset: asset(CHAIN, 2), ..query(Resolution::M1, (0, 9_999)) };
    assert_eq!(read(&reader, &other).await, []);
    let documents = mongo.documents(super::COLLECTION);
    assert_eq!(documents.estimated_document_count().await.unwrap(), 4, "a day is a document");
    mongo.stop().await;
}

#[tokio::test]
async fn a_newer_word_of_a_period_counts() {
    let mongo = TestMongo::start().await;
    let (market, of) = (mongo.market(), series(Source::Coinbase, Resolution::M5));
    let put = async |bars: &[Bar]| market.put_bars(&of, Quote::Usd, bars).await.unwrap();
    put(&bars([0, 5, 20])).await;
    let corrected = Bar { close: dec("2300.5"), high: dec("2400"), ..bar(5) };
    assert_eq!(put(&[corrected, bar(10), bar(0)]).await, PutBars { new: 1, changed: 1 });
    let found = read(market.reader(), &query(Resolution::M5, (0, 60))).await;
    assert_eq!(found, [bar(0), corrected, bar(10), bar(20)]);
    // in another currency it is another series
    let error = market.put_bars(&of, Quote::Asset(asset(1, 9)), &[bar(25)]).await.unwrap_err();
    assert!(matches!(&error, StoreError::Encode { why, .. } if why.contains("quote currency")));
    // a start within a minute has no form
    let odd = Bar { start: MONDAY + 1, ..bar(0) };
    let error = market.put_bars(&of, Quote::Usd, &[odd]).await.unwrap_err();
    assert!(matches!(&error, StoreError::Encode { .. }), "{error}");
    mongo.stop().await;
}

#[tokio::test]
async fn the_highest_ranked_source_of_each_period() {
    let mongo = TestMongo::start().await;
    let market = mongo.market();
    let put = async |source, resolution, bars: &[Bar]| {
        market.put_bars(&series(source, resolution), Quote::Usd, bars).await.unwrap();
    };
    let (minutes, low) = (bars(0..180), bars([0, 1, 2, 200, 201]));
    put(Source::Binance, Resolution::M1, &minutes).await;
    put(Source::Coinbase, Resolution::M1, &low).await;
    let own = Bar { open: dec("2300"), ..bar(60) };
    put(Source::CoinGecko, Resolution::H1, &[own]).await;
    let reader = market.reader();
    let candles = async |resolution, minutes| {
        let found = reader.candles(&query(resolution, minutes)).await.unwrap();
        found.into_iter().map(|StoredBar { feed, bar, .. }| (feed.source, bar)).collect::<Vec<_>>()
    };
    let found = candles(Resolution::M1, (0, 500)).await;
    assert_eq!(found.len(), 182);
    assert_eq!(found[1], (Source::Binance, minutes[1]));
    assert_eq!(found[180], (Source::Coinbase, low[3]));
    // what is stored in the resolution itself, and what is made of shorter ones
    let hours = merge(&minutes, Resolution::H1);
    let late = merge(&low[3..], Resolution::H1)[0];
    let wanted = [
        (Source::Binance, hours[0]),
        (Source::CoinGecko, own),
        (Source::Binance, hours[2]),
        (Source::Coinbase, late),
    ];
    assert_eq!(candles(Resolution::H1, (0, 500)).await, wanted);
    assert_eq!(candles(Resolution::H1, (1, 179)).await, wanted[1..3]);
    let page = BarQuery { limit: 2, ..query(Resolution::H1, (0, 500)) };
    assert_eq!(reader.candles(&page).await.unwrap().len(), 2);
    let one = BarQuery {
        feed: Some(feed(Source::Coinbase, "ETHUSDT")),
        ..query(Resolution::H1, (0, 500))
    };
    assert_eq!(reader.candles(&one).await.unwrap().len(), 2);
    mongo.stop().await;
}

#[tokio::test]
async fn gaps_are_what_is_neither_stored_nor_answered() {
    let mongo = TestMongo::start().await;
    let (market, of) = (mongo.market(), series(Source::Coinbase, Resolution::M1));
    market.put_bars(&of, Quote::Usd, &bars((0..2_000).filter(|n| n % 1_000 != 7))).await.unwrap();
    let span = |from: u64, to: u64| Span { from: MONDAY + from * MINUTE, to: MONDAY + to * MINUTE };
    let reader = market.reader();
    let gaps = async || reader.bar_gaps(&of, span(0, 2_010)).await.unwrap();
    assert_eq!(gaps().await, [span(7, 8), span(1_007, 1_008), span(2_000, 2_010)]);
    market.mark_answered(&of, span(0, 1_500)).await.unwrap();
    assert_eq!(gaps().await, [span(2_000, 2_010)]);
    let starts = reader.bar_starts(&of, span(5, 9)).await.unwrap();
    assert_eq!(starts, [5, 6, 8].map(|minute| MONDAY + minute * MINUTE));
    mongo.stop().await;
}

#[tokio::test]
async fn two_who_backfill_the_same_lose_nothing() {
    let mongo = TestMongo::start().await;
    let of = series(Source::Binance, Resolution::M1);
    let tasks: Vec<_> = (0..6_u64)
        .map(|n| {
            let (market, of) = (mongo.market(), of.clone());
            tokio::spawn(async move {
                let mine = bars((0..2_000).filter(|minute| minute % 6 >= n));
                market.put_bars(&of, Quote::Usd, &mine).await.unwrap().new
            })
        })
        .collect();
    let mut new = 0;
    for task in tasks {
        new += task.await.unwrap();
    }
    assert_eq!(new, 2_000, "each is new once");
    let found = read(&mongo.reader().market(), &query(Resolution::M1, (0, 2_000))).await;
    assert_eq!(found, bars(0..2_000));
    mongo.stop().await;
}

#[tokio::test]
async fn what_something_else_wrote_is_said_to_be_damaged() {
    let mongo = TestMongo::start().await;
    let (market, of) = (mongo.market(), series(Source::Binance, Resolution::M1));
    market.put_bars(&of, Quote::Usd, &bars(0..5)).await.unwrap();
    let documents = mongo.documents(super::COLLECTION);
    for bytes in [vec![], vec![9], vec![1, 0, 200], vec![1, 255]] {
        let spoil = bson::doc! { "$set": { "v": crate::market::chunk::binary(bytes) } };
        documents.update_one(bson::doc! {}, spoil).await.unwrap();
        let error = market.reader().bars(&query(Resolution::M1, (0, 9))).await.unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
        let error = market.put_bars(&of, Quote::Usd, &bars(0..5)).await.unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    }
    mongo.stop().await;
}

fn any_price() -> impl Strategy<Value = Decimal> {
    (1..10_i128.pow(34), -60..6_i32).prop_map(|(digits, power)| Decimal::from_parts(digits, power))
}

proptest! {
    #[test]
    fn candles_are_what_they_were(
        prices in prop::collection::btree_map(0..40_000_u64, prop::array::uniform5(any_price()), 0..40),
        same in any::<bool>(),
    ) {
        let all: Vec<Bar> = prices
            .into_iter()
            .map(|(minute, [open, high, low, close, volume])| Bar {
                start: MONDAY + minute * MINUTE,
                open: if same { close } else { open },
                high,
                low,
                close,
                volume: (minute % 2 == 0).then_some(volume),
            })
            .collect();
        let bytes = pack::pack(MONDAY, &all).unwrap();
        prop_assert_eq!(pack::unpack(MONDAY, &bytes).unwrap(), all);
    }

    #[test]
    fn no_bytes_break_it(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        drop(pack::unpack(MONDAY, &bytes));
        drop(pack::unpack(MONDAY, &[&[1], &bytes[..]].concat()));
    }
}

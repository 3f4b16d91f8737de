//! Candles of one source, the first after a gap, and the last points of many series.

use domain::{
    candle::{Resolution, Subject},
    decimal::Decimal,
    market::{Bar, Deviation, Quote, Source, deviation::of_token},
};

use super::{CHAIN, MINUTE, MONDAY, asset, dec, series};
use crate::{fixtures::pool_id, market::BarQuery, test_mongo::TestMongo};

fn bar(minute: u64, price: u64) -> Bar {
    let price = Decimal::from(price);
    let (start, volume) = (MONDAY + minute * MINUTE, None);
    Bar { start, open: price, high: price, low: price, close: price, volume }
}

#[tokio::test]
async fn a_lower_source_alone_and_the_first_after_a_gap() {
    let mongo = TestMongo::start().await;
    let (market, reader) = (mongo.market(), mongo.reader().market());
    let put = async |source, resolution, bars: &[Bar]| {
        market.put_bars(&series(source, resolution), Quote::Usd, bars).await.unwrap();
    };
    let minutes: Vec<Bar> = (0..120).map(|n| bar(n, 1)).collect();
    put(Source::Binance, Resolution::M1, &minutes).await;
    put(
        Source::Pyth,
        Resolution::M1,
        &minutes.iter().map(|of| bar((of.start - MONDAY) / MINUTE, 2)).collect::<Vec<_>>(),
    )
    .await;
    // an hour by itself a week later, and minutes some days before it
    put(Source::Binance, Resolution::H1, &[bar(7 * 24 * 60, 3)]).await;
    put(Source::Pyth, Resolution::M1, &[bar(5 * 24 * 60 + 90, 4)]).await;
    let query = BarQuery {
        asset: asset(CHAIN, 1),
        resolution: Resolution::H1,
        from: MONDAY,
        to: MONDAY + 30 * 24 * 60 * MINUTE,
        feed: None,
        limit: 1_000,
    };
    let closes = async |source: Option<Source>| -> Vec<Decimal> {
        let found = reader.candles_of(&query, source).await.unwrap();
        found.into_iter().map(|stored| stored.bar.close).collect()
    };
    let numbers = |of: &[u64]| of.iter().copied().map(Decimal::from).collect::<Vec<_>>();
    assert_eq!(closes(None).await, numbers(&[1, 1, 4, 3]));
    assert_eq!(closes(Some(Source::Binance)).await, numbers(&[1, 1, 3]));
    assert_eq!(closes(Some(Source::Pyth)).await, numbers(&[2, 2, 4]));
    assert_eq!(closes(Some(Source::Coinbase)).await, []);

    let first = async |minute: u64, source| {
        let from = MONDAY + minute * MINUTE;
        let found = reader.first_candle(&BarQuery { from, ..query.clone() }, source).await;
        found.unwrap().map(|start| (start - MONDAY) / MINUTE)
    };
    assert_eq!(first(0, None).await, Some(0));
    // an hour that began at an asked time, of minutes that begin later
    assert_eq!(first(120, None).await, Some(5 * 24 * 60 + 60));
    assert_eq!(first(120, Some(Source::Binance)).await, Some(7 * 24 * 60));
    assert_eq!(first(5 * 24 * 60 + 120, Some(Source::Pyth)).await, None);
    assert_eq!(first(7 * 24 * 60 + 1, None).await, None);
    mongo.stop().await;
}

#[tokio::test]
async fn the_last_points_of_many_series() {
    let mongo = TestMongo::start().await;
    let (market, reader) = (mongo.market(), mongo.reader().market());
    let day = 24 * 60;
    let point = |minute: u64| Deviation {
        time: MONDAY + minute * MINUTE,
        pool: Decimal::from(minute + 1),
        market: dec("2"),
    };
    let tokens: Vec<Subject> = (1..6).map(|byte| of_token(asset(CHAIN, byte).address)).collect();
    let put = async |subject: &Subject, minutes: &[u64]| {
        let points: Vec<Deviation> = minutes.iter().copied().map(point).collect();
        market.put_deviations(CHAIN, subject, &points).await.unwrap();
    };
    // of today, of today and later, of yesterday, of long ago, and none
    put(&tokens[0], &[2 * day + 5, 2 * day + 1, day]).await;
    put(&tokens[1], &[2 * day + 5, 2 * day + 100]).await;
    put(&tokens[2], &[day, day + 1]).await;
    put(&tokens[3], &[day - 1]).await;
    let pool = Subject::Pool(pool_id(1));
    put(&pool, &[2 * day]).await;
    let all: Vec<Subject> = tokens.iter().copied().chain([pool]).collect();
    let until = MONDAY + (2 * day + 50) * MINUTE;
    let found = reader.newest_deviations(CHAIN, &all, until).await.unwrap();
    let wanted = [(0, 2 * day + 5), (1, 2 * day + 5), (2, day + 1), (5, 2 * day)];
    assert_eq!(found.len(), wanted.len());
    for (index, minute) in wanted {
        assert_eq!(found.get(&all[index]), Some(&point(minute)), "{index}");
    }
    // of yesterday, when all of today's came later
    put(&tokens[2], &[2 * day + 51]).await;
    let found = reader.newest_deviations(CHAIN, &all, until).await.unwrap();
    assert_eq!(found.get(&all[2]), Some(&point(day + 1)));
    assert!(reader.newest_deviations(CHAIN + 1, &all, until).await.unwrap().is_empty());
    assert!(reader.newest_deviations(CHAIN, &[], until).await.unwrap().is_empty());
    mongo.stop().await;
}

//! Sheets of the past: many moments in one document, what became known first, and what is forgotten.

use alloy_primitives::Address;
use bson::doc;
use domain::{
    decimal::Decimal,
    market::{Millis, Price, Span},
};

use super::{COLLECTION, Known, PART};
use crate::{
    market::{
        MarketReader, MarketWriter, SheetMoment,
        tests::{CHAIN, MINUTE, MONDAY, asset, dec, price},
    },
    test_mongo::TestMongo,
    testing::COMPARISON,
};

const HOUR: Millis = 60 * MINUTE;

fn minute(n: u64) -> Millis {
    MONDAY + n * MINUTE
}

fn token() -> Address {
    asset(CHAIN, 1).address
}

fn moment(n: u64, value: u64) -> SheetMoment {
    (minute(n), vec![(token(), price(&value.to_string()))])
}

fn moments(minutes: std::ops::Range<u64>, add: u64) -> Vec<SheetMoment> {
    minutes.map(|n| moment(n, add + n + 1)).collect()
}

async fn put(market: &MarketWriter, known_at: Millis, runs: &[Vec<SheetMoment>]) -> u64 {
    market.put_sheet_runs(CHAIN, known_at, runs).await.unwrap()
}

/// Value, time of the sheet and when it became known.
async fn at(reader: &MarketReader, at: Millis, known: Known) -> Option<(Decimal, Millis, Millis)> {
    let alone = reader.prices(CHAIN, at, known, &[token()]).await.unwrap();
    let many = reader.prices_at(CHAIN, &[(at, known), (0, known)], &[token()]).await.unwrap();
    assert_eq!(many[0].as_deref(), alone.as_ref(), "{at} {known:?}");
    let sheet = alone?;
    Some((sheet.price(token())?.value?, sheet.at, sheet.known_at))
}

async fn first(reader: &MarketReader, at: Millis) -> Option<Decimal> {
    let found = reader.prices_first(CHAIN, &[at, 5, at], &[token()]).await.unwrap();
    assert!(found[1].is_none() && found[0] == found[2]);
    found[0].as_ref()?.price(token())?.value
}

#[tokio::test]
async fn moments_share_documents_and_each_is_found() {
    let mongo = TestMongo::start().await;
    let (market, reader) = (mongo.market(), mongo.reader().market());
    let later = MONDAY + 1_000 * HOUR;
    let all = moments(0..1_000, 0);
    let documents = put(&market, later, std::slice::from_ref(&all)).await;
    assert!((9..=12).contains(&documents), "{documents} documents for 1,000 moments");
    assert_eq!(put(&market, later, std::slice::from_ref(&all)).await, 0, "again");
    for n in [0, 1, 119, 120, 121, 500, 998, 999] {
        let found = at(&reader, minute(n) + 30_000, Known::Newest).await;
        assert_eq!(found, Some((Decimal::from(n + 1), minute(n), later)), "{n}");
        assert_eq!(at(&reader, minute(n), Known::At(minute(n))).await, None, "not known then");
        assert_eq!(first(&reader, minute(n) + 1).await, Some(Decimal::from(n + 1)));
    }
    assert_eq!(at(&reader, MONDAY - 1, Known::Newest).await, None);
    assert_eq!(first(&reader, MONDAY - 1).await, None);

    // a live sheet behind them, and what is read of a span
    market.put_sheet(CHAIN, minute(1_200), minute(1_200), &moment(0, 7).1).await.unwrap();
    let span = Span { from: minute(300) + 1, to: minute(2_000) };
    let mut runs = reader.sheet_runs(CHAIN, span).await.unwrap();
    let mut read: Vec<SheetMoment> = Vec::new();
    while let Some(run) = runs.next().await.unwrap() {
        read.extend(run.moments);
    }
    assert!(read[0].0 <= minute(300), "it begins with what stands there");
    let expected: Vec<_> = all.iter().filter(|(time, _)| *time >= read[0].0).cloned().collect();
    assert_eq!(read[..read.len() - 1], expected);
    assert_eq!(read.last(), Some(&(minute(1_200), moment(0, 7).1)));
    mongo.stop().await;
}

#[tokio::test]
async fn a_later_version_changes_nothing_that_was_known() {
    let mongo = TestMongo::start().await;
    let (market, reader) = (mongo.market(), mongo.reader().market());
    let (one, two) = (MONDAY + 100 * HOUR, MONDAY + 200 * HOUR);
    put(&market, one, &[moments(0..60, 0)]).await;
    // the same document with another word of each minute, and minutes behind it
    assert!(put(&market, two, &[moments(0..90, 1_000)]).await >= 1);
    for n in [0, 1, 30, 59] {
        assert_eq!(at(&reader, minute(n), Known::Newest).await.unwrap().0, dec("1001") + n.into());
        let before = at(&reader, minute(n), Known::At(two - 1)).await;
        assert_eq!(before, Some((Decimal::from(n + 1), minute(n), one)));
        assert_eq!(first(&reader, minute(n)).await, Some(Decimal::from(n + 1)), "{n}");
    }
    // of what was known first of the minutes behind it, the word that is nearest
    assert_eq!(at(&reader, minute(80), Known::Newest).await.unwrap().0, dec("1081"));
    // two at one moment are two versions, and neither is lost
    assert_eq!(put(&market, two, &[moments(0..60, 5_000)]).await, 1);
    assert_eq!(
        at(&reader, minute(10), Known::Newest).await.unwrap(),
        (dec("5011"), minute(10), two + 1)
    );
    // a long list of tokens stands alone in its run
    let token_of = |n: usize| {
        let word = alloy_primitives::keccak256(n.to_be_bytes());
        (Address::from_word(word), price("3"))
    };
    let mut long: Vec<(Address, Price)> = (0..PART + 3).map(token_of).collect();
    long.sort_by_key(|(token, _)| *token);
    let run = vec![moment(500, 1), (minute(501), long.clone()), moment(502, 3)];
    assert_eq!(put(&market, two, &[run]).await, 3);
    let found = reader.sheet(CHAIN, minute(501), Known::Newest).await.unwrap().unwrap();
    assert_eq!(found.prices, long);
    let mut runs =
        reader.sheet_runs(CHAIN, Span { from: minute(501), to: minute(502) }).await.unwrap();
    assert_eq!(runs.next().await.unwrap().unwrap().moments, [(minute(501), long)]);
    assert_eq!(at(&reader, minute(502), Known::Newest).await.unwrap().0, dec("3"));
    mongo.stop().await;
}

#[tokio::test]
async fn what_is_forgotten_is_what_nobody_needs_for_later_times() {
    let mongo = TestMongo::start().await;
    let (market, reader) = (mongo.market(), mongo.reader().market());
    let documents = mongo.documents(COLLECTION);
    let count = async || documents.count_documents(doc! {}).comment(COMPARISON).await.unwrap();
    assert_eq!(market.forget_sheets(CHAIN, Millis::MAX / 2).await.unwrap(), 0, "there are none");
    let days = 24 * 60;
    for n in 0..10 {
        let now = minute(n * days);
        for chain in [CHAIN, CHAIN + 1] {
            market.put_sheet(chain, now, now, &moment(0, n + 1).1).await.unwrap();
            market.put_sheet(chain, now, now + HOUR, &moment(0, n + 101).1).await.unwrap();
        }
    }
    // one with parts, long ago
    let token_of = |n: usize| {
        let word = alloy_primitives::keccak256(n.to_be_bytes());
        (Address::from_word(word), price("3"))
    };
    let long: Vec<(Address, Price)> = (0..PART + 3).map(token_of).collect();
    market.put_sheet(CHAIN, minute(1), minute(1), &long).await.unwrap();
    assert_eq!(count().await, 42);
    // in the middle of a day: the sheet of its start stands
    let horizon = minute(4 * days) + 5 * HOUR;
    assert_eq!(market.forget_sheets(CHAIN, horizon).await.unwrap(), 9);
    assert_eq!(market.forget_sheets(CHAIN, horizon).await.unwrap(), 0);
    assert_eq!(count().await, 32, "and the second part of the long one");
    assert_eq!(at(&reader, minute(4 * days) - 1, Known::Newest).await, None);
    assert_eq!(at(&reader, horizon, Known::Newest).await.unwrap().0, dec("105"));
    assert_eq!(
        at(&reader, minute(4 * days), Known::At(minute(4 * days))).await.unwrap().0,
        dec("5")
    );
    // the last one is never forgotten
    assert_eq!(market.forget_sheets(CHAIN, Millis::MAX / 2).await.unwrap(), 10);
    assert_eq!(reader.latest_sheet(CHAIN).await.unwrap().unwrap().at, minute(9 * days));
    assert_eq!(count().await, 22, "the other chain has all of its own");
    mongo.stop().await;
}

//! Observations, feeds, answers and deviations on a real server; the others have tests of their own.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256};
use domain::{
    candle::{Resolution, Subject},
    decimal::Decimal,
    market::{
        Asset, Deviation, Feed, FeedState, Last, Millis, Observation, Price, Quote, Source, Span,
        Status,
    },
};

use super::{BarSeries, MarketWriter, key};
use crate::{fixtures::pool_id, test_mongo::TestMongo};

mod ask;
mod choice;

pub(crate) use ask::everything;

/// A Monday.
pub(super) const MONDAY: Millis = 1_704_067_200_000;
pub(super) const MINUTE: Millis = 60_000;
pub(super) const CHAIN: u64 = 8_453;

pub(super) fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(super) const fn asset(chain: u64, byte: u8) -> Asset {
    Asset { chain, address: Address::repeat_byte(byte) }
}

pub(super) fn feed(source: Source, id: &str) -> Feed {
    Feed { source, id: id.into() }
}

pub(super) fn series(source: Source, resolution: Resolution) -> BarSeries {
    BarSeries { asset: asset(CHAIN, 1), feed: feed(source, "ETHUSDT"), resolution }
}

pub(super) fn price(value: &str) -> Price {
    Price {
        value: Some(dec(value)),
        status: Status::Fresh,
        sources: vec![Source::Chainlink, Source::Binance],
        as_of: Some(MONDAY - 3_000),
        confidence: None,
        fresh_until: Some(MONDAY + 57_000),
        reason: None,
    }
}

fn observation(of: Asset, feed: &Feed, time: Millis) -> Observation {
    Observation {
        asset: of,
        quote: Quote::Asset(asset(1, 0xda)),
        value: Decimal::from(time % 1_000_000 + 1),
        feed: feed.clone(),
        source_time: time,
        fetched_at: time + 250,
        confidence: Some(dec("0.97")),
        liquidity: Some(dec("1e9")),
        raw: B256::repeat_byte(7),
    }
}

#[test]
fn every_source_has_a_code_that_stays() {
    let codes: Vec<i32> = Source::ALL.into_iter().map(key::code).collect();
    assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6]);
    for source in Source::ALL {
        assert_eq!(key::source(key::code(source)), Some(source));
    }
    assert_eq!(key::source(7), None);
}

#[tokio::test]
async fn an_observation_is_stored_once_and_never_changed() {
    let mongo = TestMongo::start().await;
    let market = mongo.market();
    let (binance, pyth) = (feed(Source::Binance, "ETHUSDT"), feed(Source::Pyth, "ff61"));
    let (one, other) = (asset(CHAIN, 1), asset(CHAIN, 2));
    let minute = |n: u64| MONDAY + n * MINUTE;
    let mut all: Vec<Observation> =
        (0..20).map(|n| observation(one, &binance, minute(n))).collect();
    all.push(Observation {
        quote: Quote::Usd,
        confidence: None,
        liquidity: None,
        ..observation(one, &pyth, minute(3))
    });
    all.push(observation(other, &binance, minute(3)));
    assert_eq!(market.put_observations(&all).await.unwrap(), 22);
    assert_eq!(market.put_observations(&all).await.unwrap(), 0, "again");
    // a different word at the same source time, beside a new one
    let again = Observation { value: dec("666"), ..all[5].clone() };
    let new = observation(one, &binance, minute(20));
    assert_eq!(market.put_observations(&[again, new.clone()]).await.unwrap(), 1);
    assert_eq!(market.put_observations(&[]).await.unwrap(), 0);

    let reader = mongo.reader().market();
    let span = (minute(2), minute(6));
    let found = reader.observations(&one, &binance, span, 100).await.unwrap();
    let wanted: Vec<Observation> = (2..6).rev().map(|n| all[n].clone()).collect();
    assert_eq!(found, wanted);
    assert_eq!(reader.observations(&one, &binance, span, 2).await.unwrap(), wanted[..2]);
    assert_eq!(reader.observations(&one, &binance, (9, 9), 2).await.unwrap(), []);

    // what both feeds had said at a time
    let feeds = [binance.clone(), pyth];
    let at = |at, back, each| reader.observations_at(&one, &feeds, at, back, each);
    let found = at(minute(7) + 1, 10 * MINUTE, 1).await.unwrap();
    assert_eq!(found, [all[7].clone(), all[20].clone()]);
    assert_eq!(at(minute(20), MINUTE, 9).await.unwrap(), [new, all[19].clone()]);
    assert_eq!(at(MONDAY - 1, MINUTE, 1).await.unwrap(), []);
    mongo.stop().await;
}

#[tokio::test]
async fn the_state_of_a_feed_goes_forward_only() {
    let mongo = TestMongo::start().await;
    let market = mongo.market();
    let mut state = FeedState::new(asset(CHAIN, 1), feed(Source::DefiLlama, "base:0x01"));
    state.reject("jump");
    market.put_feed_states(std::slice::from_ref(&state)).await.unwrap();
    let early = state.clone();
    state.accept(dec("2.5"), MONDAY);
    state.accept(dec("2.5"), MONDAY + 9);
    state.etag = Some("W/\"abc\"".to_owned());
    state.reject("zero");
    let mut never = FeedState::new(asset(CHAIN, 2), feed(Source::Pools, "all"));
    never.jumped = Some((dec("24.5"), MONDAY));
    let elsewhere = FeedState::new(asset(CHAIN + 1, 1), feed(Source::Pools, "all"));
    let all = [state.clone(), never.clone(), elsewhere];
    market.put_feed_states(&all).await.unwrap();
    market.put_feed_states(&all).await.unwrap();
    // another replica that has slept
    market.put_feed_states(&[early]).await.unwrap();
    let found = market.reader().feed_states(CHAIN).await.unwrap();
    assert_eq!(found, [state.clone(), never]);
    let last = Last { value: dec("2.5"), time: MONDAY + 9, unchanged_since: MONDAY };
    assert_eq!(found[0].last, Some(last));
    assert_eq!(found[0].rejected, BTreeMap::from([("jump".into(), 1), ("zero".into(), 1)]));
    assert_eq!(market.reader().feed_states_of(&state.asset).await.unwrap(), [state]);
    mongo.stop().await;
}

#[tokio::test]
async fn spans_that_were_answered_grow_together() {
    let mongo = TestMongo::start().await;
    let market = mongo.market();
    let of = series(Source::Coinbase, Resolution::M1);
    let span = |from, to| Span { from: MONDAY + from * MINUTE, to: MONDAY + to * MINUTE };
    assert_eq!(market.reader().answered(&of).await.unwrap(), []);
    for (from, to) in [(10, 20), (0, 5), (30, 31), (20, 25), (3, 4), (7, 7)] {
        market.mark_answered(&of, span(from, to)).await.unwrap();
    }
    let wanted = [span(0, 5), span(10, 25), span(30, 31)];
    assert_eq!(market.reader().answered(&of).await.unwrap(), wanted);
    // of this series alone
    let other = series(Source::Coinbase, Resolution::M5);
    assert_eq!(market.reader().answered(&other).await.unwrap(), []);
    mongo.stop().await;
}

#[tokio::test]
async fn what_is_due_is_what_was_noted_and_not_cleared() {
    let mongo = TestMongo::start().await;
    let (market, of) = (mongo.market(), series(Source::Coinbase, Resolution::M1));
    let span = |from, to| Span { from: MONDAY + from * MINUTE, to: MONDAY + to * MINUTE };
    let due = async || market.reader().due(&of).await.unwrap();
    assert_eq!(due().await, []);
    market.clear_due(&of, span(0, 9)).await.unwrap();
    market.mark_due(&of, span(0, 100)).await.unwrap();
    market.mark_due(&of, span(5, 5)).await.unwrap();
    assert_eq!(due().await, [span(0, 100)]);
    market.clear_due(&of, span(10, 20)).await.unwrap();
    market.clear_due(&of, span(90, 200)).await.unwrap();
    assert_eq!(due().await, [span(0, 10), span(20, 90)]);
    // what was answered for is another matter
    assert_eq!(market.reader().answered(&of).await.unwrap(), []);
    market.clear_due(&of, span(0, 90)).await.unwrap();
    market.clear_due(&of, span(0, 90)).await.unwrap();
    assert_eq!(due().await, []);
    mongo.stop().await;
}

#[tokio::test]
async fn many_at_once_lose_nothing() {
    let mongo = TestMongo::start().await;
    let of = series(Source::Coinbase, Resolution::M1);
    let span = |n: u64| Span { from: MONDAY + 2 * n * MINUTE, to: MONDAY + (2 * n + 1) * MINUTE };
    let writers: Vec<_> = (0..24)
        .map(|n| {
            let (market, of) = (mongo.market(), of.clone());
            tokio::spawn(async move { market.mark_answered(&of, span(n)).await })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap().unwrap();
    }
    let wanted: Vec<Span> = (0..24).map(span).collect();
    assert_eq!(mongo.reader().market().answered(&of).await.unwrap(), wanted);
    mongo.stop().await;
}

/// Whatever is in the day already: one small change, and nothing is read.
#[tokio::test]
async fn a_point_costs_what_a_point_is() {
    let mongo = TestMongo::start().await;
    let (market, pool) = (mongo.market(), Subject::Pool(pool_id(3)));
    let point = |n: u64| Deviation {
        time: MONDAY + n * MINUTE,
        pool: Decimal::from(n + 1),
        market: dec("2000.123456789"),
    };
    let day: Vec<Deviation> = (0..1_400).map(point).collect();
    MarketWriter::new(mongo.unseen().clone()).put_deviations(CHAIN, &pool, &day).await.unwrap();
    market.put_deviations(CHAIN, &pool, &[point(1_400)]).await.unwrap();
    let (mut commands, mut bytes) = (0, 0);
    for (shape, sent) in mongo.commands() {
        if shape.collection == "price_deviations" {
            commands += sent.len();
            let size = |command: &bson::Document| bson::serialize_to_vec(command).unwrap().len();
            bytes += sent.iter().map(size).sum::<usize>();
        }
    }
    assert!(commands <= 2 && bytes < 2_000, "{commands} commands of {bytes} bytes");
    let ever = (0, Millis::MAX);
    let found = market.reader().deviations(CHAIN, &pool, ever, 10_000).await.unwrap();
    assert_eq!((found.len(), found.last()), (1_401, Some(&point(1_400))));
    // no document is larger than an hour
    let largest = mongo.unseen().collection::<bson::RawDocumentBuf>("price_deviations");
    let mut cursor = largest.find(bson::doc! {}).await.unwrap();
    while cursor.advance().await.unwrap() {
        assert!(cursor.current().as_bytes().len() < 8_000);
    }
    mongo.stop().await;
}

#[tokio::test]
async fn deviations_are_a_series() {
    let mongo = TestMongo::start().await;
    let market = mongo.market();
    let point = |n: u64| Deviation {
        time: MONDAY + n * 7 * MINUTE + n,
        pool: Decimal::from(n + 1).scaled(-3),
        market: dec("2000.123456789"),
    };
    let all: Vec<Deviation> = (0..900).map(point).collect();
    let pool = Subject::Pool(pool_id(3));
    let token = Subject::Token { factory: Address::repeat_byte(1), token: Address::ZERO };
    let put = async |market: &MarketWriter, subject: &Subject, points: &[Deviation]| {
        market.put_deviations(CHAIN, subject, points).await.unwrap();
    };
    put(&market, &pool, &all[300..]).await;
    put(&market, &pool, &all[..400]).await;
    put(&market, &pool, &all).await;
    put(&market, &token, &all[..1]).await;
    let reader = market.reader();
    let ever = (0, Millis::MAX);
    assert_eq!(reader.deviations(CHAIN, &pool, ever, 10_000).await.unwrap(), all);
    let span = (all[250].time, all[700].time);
    assert_eq!(reader.deviations(CHAIN, &pool, span, 10_000).await.unwrap(), all[250..700]);
    assert_eq!(reader.deviations(CHAIN, &pool, span, 5).await.unwrap(), all[250..255]);
    assert_eq!(reader.deviations(CHAIN, &token, ever, 9).await.unwrap(), all[..1]);
    assert_eq!(reader.deviations(CHAIN + 1, &pool, ever, 9).await.unwrap(), []);
    assert_eq!(all[0].ratio(), Some(dec("0.001").safe_div(all[0].market) - Decimal::ONE));
    // of one time the newer word counts
    let again = Deviation { pool: dec("7"), ..all[3] };
    put(&market, &pool, &[again]).await;
    assert_eq!(reader.deviations(CHAIN, &pool, ever, 4).await.unwrap()[3], again);
    mongo.stop().await;
}

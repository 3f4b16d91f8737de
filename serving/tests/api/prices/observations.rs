//! What was said, whether it counted, and how far pools are from it.

use alloy_primitives::B256;
use domain::market::{
    Deviation, Feed, FeedState, Millis, Observation, Price, Quote, Source, deviation::of_token,
};
use serde_json::json;

use super::{MINUTE, ask, asset, dec, now, price, put};
use crate::{
    chain::address,
    service::{CHAIN, Service},
};

fn observation(source: Source, value: &str, time: Millis) -> Observation {
    Observation {
        asset: asset(0xa0),
        quote: if source == Source::Binance { Quote::Asset(asset(0xda)) } else { Quote::Usd },
        value: dec(value),
        feed: Feed { source, id: source.name().into() },
        source_time: time,
        fetched_at: time + 100,
        confidence: Some(dec("0.9")),
        liquidity: None,
        raw: B256::ZERO,
    }
}

#[tokio::test]
async fn what_was_said_and_whether_it_counted() {
    let service = Service::empty().await;
    let (market, begin) = (service.market(), now() - 60 * MINUTE);
    // the third is an outlier; what the first says a minute later is not in the price of before
    let said = [
        observation(Source::Chainlink, "2000", begin),
        observation(Source::Binance, "2001", begin - 30_000),
        observation(Source::Coinbase, "9000", begin - 10_000),
        observation(Source::Chainlink, "2010", begin + MINUTE),
    ];
    market.put_observations(&said).await.unwrap();
    let mut states: Vec<FeedState> =
        said[..3].iter().map(|said| FeedState::new(said.asset, said.feed.clone())).collect();
    states[2].reject("jump");
    states.push(FeedState::new(asset(0xa0), Feed { source: Source::Pyth, id: "ff".into() }));
    market.put_feed_states(&states).await.unwrap();
    let made = Price {
        reason: Some("too far from the others: coinbase".into()),
        ..price("2000.5", begin - 30_000)
    };
    put(&service, begin + 200, begin + 200, &[(address(0xa0), made)]).await;

    let at = async |time: Millis| {
        ask(&service, &format!("/v1/prices/{}/observations?at={time}", address(0xa0))).await
    };
    let body = at(begin + 10_000).await;
    assert_eq!(body["price"]["value"], "2000.5");
    let items = body["items"].as_array().unwrap();
    let told: Vec<_> =
        items.iter().map(|item| (item["source"].as_str().unwrap(), &item["counted"])).collect();
    let (yes, no) = (&json!(true), &json!(false));
    assert_eq!(told, [("chainlink", yes), ("binance", yes), ("coinbase", no), ("pyth", no)]);
    assert_eq!(
        items[1],
        json!({
            "source": "binance", "feed": "binance", "value": "2001",
            "quote": format!("{:#x}", address(0xda)), "sourceTime": begin - 30_000,
            "fetchedAt": begin - 29_900, "ageSeconds": 40, "confidence": "0.9", "liquidity": null,
            "counted": true, "refused": {},
        })
    );
    assert_eq!(items[2]["refused"], json!({ "jump": 1 }));
    assert_eq!((&items[3]["value"], &items[3]["ageSeconds"]), (&json!(null), &json!(null)));
    let later = at(begin + 2 * MINUTE).await;
    assert_eq!((&later["items"][0]["value"], &later["items"][0]["counted"]), (&json!("2010"), no));
    service.stop().await;
}

/// Two feeds of one source: the one that spoke last, and what it said when the price was made.
#[tokio::test]
async fn of_several_feeds_of_a_source_the_one_counts_that_spoke() {
    let service = Service::empty().await;
    let (market, begin) = (service.market(), now() - 60 * MINUTE);
    let other = Feed { source: Source::Binance, id: "other pair".into() };
    let of_other = |value: &str, time| Observation {
        feed: other.clone(),
        ..observation(Source::Binance, value, time)
    };
    let said = [
        observation(Source::Binance, "2000", begin - 20_000),
        of_other("2001", begin - 5_000),
        // after the price was made
        of_other("2002", begin + 5_000),
        // before it by the source's clock, and heard too late
        Observation {
            fetched_at: begin + 9_000,
            ..observation(Source::Binance, "2003", begin - 1_000)
        },
    ];
    market.put_observations(&said).await.unwrap();
    let states: Vec<FeedState> =
        said[..2].iter().map(|said| FeedState::new(said.asset, said.feed.clone())).collect();
    market.put_feed_states(&states).await.unwrap();
    put(&service, begin, begin, &[(address(0xa0), price("2001", begin - 5_000))]).await;
    let counted = async |time: Millis| {
        let path = format!("/v1/prices/{}/observations?at={time}", address(0xa0));
        let body = ask(&service, &path).await;
        let items = body["items"].as_array().unwrap().iter();
        let told = items.map(|item| (item["value"].clone(), item["counted"].as_bool().unwrap()));
        told.collect::<Vec<_>>()
    };
    // as the answer stands at the moment of the price, and when both feeds have spoken since: then neither of these words
    // is in it
    let both = |one: &str, is: bool| (json!(one), is);
    assert_eq!(counted(begin - 500).await, [both("2003", false), both("2001", false)], "no price");
    assert_eq!(counted(begin + 100).await, [both("2003", false), both("2001", true)]);
    assert_eq!(counted(begin + 6_000).await, [both("2003", false), both("2002", false)]);
    service.stop().await;
}

/// A feed that was taken out of the configuration, though it spoke later than the one in its place.
#[tokio::test]
async fn a_feed_that_is_named_no_more_counts_in_no_later_price() {
    let service = Service::empty().await;
    let (market, begin) = (service.market(), now() - 60 * MINUTE);
    let gone = Feed { source: Source::Binance, id: "old pair".into() };
    let said = [
        observation(Source::Binance, "2000", begin - 20_000),
        Observation { feed: gone, ..observation(Source::Binance, "2001", begin - 5_000) },
    ];
    market.put_observations(&said).await.unwrap();
    let mut states: Vec<FeedState> =
        said.iter().map(|said| FeedState::new(said.asset, said.feed.clone())).collect();
    states[1].retired = Some(begin + 1_000);
    market.put_feed_states(&states).await.unwrap();
    put(&service, begin, begin, &[(address(0xa0), price("2001", begin - 5_000))]).await;
    let (at, made) = (begin + 2_000, price("2000", begin - 20_000));
    put(&service, at, at, &[(address(0xa0), made)]).await;
    let counted = async |time: Millis| {
        let path = format!("/v1/prices/{}/observations?at={time}", address(0xa0));
        let body = ask(&service, &path).await;
        let items = body["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["counted"] == json!(true)).collect::<Vec<_>>()
    };
    assert_eq!(counted(begin + 100).await, [false, true], "it still was");
    assert_eq!(counted(begin + 3_000).await, [true, false]);
    service.stop().await;
}

#[tokio::test]
async fn deviations_come_in_pages() {
    let service = Service::empty().await;
    let begin = now() - 3 * 24 * 60 * MINUTE;
    let point = |n: u64| Deviation {
        time: begin + n * MINUTE,
        pool: dec("2020"),
        market: if n == 0 { dec("2000") } else { dec("2020") },
    };
    let points: Vec<Deviation> = (0..1_500).map(point).collect();
    let subject = of_token(address(0xa0));
    service.market().put_deviations(CHAIN, &subject, &points).await.unwrap();
    let path = format!("/v1/prices/{}/deviation", address(0xa0));
    let first = ask(&service, &format!("{path}?from={begin}")).await;
    let wanted = json!({ "time": begin, "pool": "2020", "market": "2000", "deviation": "0.01" });
    assert_eq!(first["items"][0], wanted);
    assert_eq!(first["items"].as_array().map(Vec::len), Some(1_000));
    assert_eq!(first["next"], begin + 1_000 * MINUTE);
    let rest = ask(&service, &format!("{path}?from={}", first["next"])).await;
    assert_eq!((rest["items"].as_array().map(Vec::len), &rest["next"]), (Some(500), &json!(null)));
    let to = begin + 10 * MINUTE;
    let some = ask(&service, &format!("{path}?from={begin}&to={to}")).await;
    assert_eq!(some["items"].as_array().map(Vec::len), Some(10));
    assert_eq!(ask(&service, &path).await["items"], json!([]), "of the last day");
    service.stop().await;
}

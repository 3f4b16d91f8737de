//! Many moments at once are what they are one by one, and each is found by its index.

use alloy_primitives::{Address, keccak256};
use bson::{Document, doc};
use domain::{
    decimal::Decimal,
    market::{Millis, Price},
};

use super::{COLLECTION, Known};
use crate::{
    market::{
        sheets::PART,
        tests::{CHAIN, MINUTE, MONDAY, price},
    },
    test_mongo::TestMongo,
};

const HOUR: Millis = 60 * MINUTE;

fn all_at(count: usize, value: u64) -> Vec<(Address, Price)> {
    let token = |n: usize| Address::from_word(keccak256(n.to_be_bytes()));
    let price =
        |n: usize| Price { value: Some(Decimal::from(value)), ..price(&(n + 1).to_string()) };
    (0..count).map(|n| (token(n), price(n))).collect()
}

#[tokio::test]
async fn many_moments_are_what_each_is_alone() {
    let mongo = TestMongo::start().await;
    let (market, reader) = (mongo.market(), mongo.reader().market());
    assert_eq!(reader.prices_at(CHAIN, &[(MONDAY, Known::Newest)], &[]).await.unwrap(), [None]);
    for n in 0..60 {
        let (at, count) = (MONDAY + n * MINUTE, if n == 30 { PART + 5 } else { 4 });
        market.put_sheet(CHAIN, at, at, &all_at(count, n + 1)).await.unwrap();
        // corrected some hours later, or at once
        if n % 3 == 0 {
            let known_at = at + (n % 2) * 5 * HOUR;
            market.put_sheet(CHAIN, at, known_at, &all_at(4, 1_000 + n)).await.unwrap();
        }
        market.put_sheet(CHAIN + 1, at + 1, at + 1, &all_at(4, 7)).await.unwrap();
    }
    let mut moments = vec![(MONDAY - 1, Known::Newest), (MONDAY + 5, Known::At(MONDAY - 1))];
    for n in (0..70).rev() {
        let at = MONDAY + n * MINUTE + 500;
        let known =
            [Known::Newest, Known::At(at), Known::At(at + 2 * HOUR), Known::At(at - MINUTE)];
        moments.extend(known.map(|known| (at, known)));
    }
    let tokens: Vec<Address> = all_at(PART + 5, 1).iter().map(|(token, _)| *token).collect();
    let some = &tokens[2..PART + 2];
    let found = reader.prices_at(CHAIN, &moments, some).await.unwrap();
    assert_eq!(found.len(), moments.len());
    for ((at, known), found) in moments.iter().zip(&found) {
        let alone = reader.prices(CHAIN, *at, *known, some).await.unwrap();
        assert_eq!(found.as_deref(), alone.as_ref(), "{at} {known:?}");
    }
    assert!(found[0].is_none() && found[1].is_none());
    assert!(found.iter().flatten().count() > 200);
    mongo.stop().await;
}

#[tokio::test]
async fn each_moment_is_found_by_the_index() {
    let mongo = TestMongo::start().await;
    let market = mongo.market();
    for n in 0..400 {
        let at = MONDAY + n * MINUTE;
        market.put_sheet(CHAIN, at, at, &all_at(2, n + 1)).await.unwrap();
    }
    let moments: Vec<_> =
        (0..20).map(|n| MONDAY + n * 17 * MINUTE).map(|at| (at, Known::At(at))).collect();
    mongo.reader().market().prices_at(CHAIN, &moments, &[]).await.unwrap();
    let commands = mongo.commands();
    let asked = commands.iter().find(|(shape, _)| shape.order.contains("$lookup"));
    let (_, asked) = asked.expect("it was asked");
    let pipeline = asked[0].get_array("pipeline").unwrap().clone();
    let aggregate = doc! { "aggregate": COLLECTION, "pipeline": pipeline, "cursor": {} };
    let explain = doc! { "explain": aggregate, "verbosity": "executionStats" };
    let answer = mongo.unseen().run_command(explain).await.unwrap();
    let stages = answer.get_array("stages").unwrap();
    let lookup: &Document = stages
        .iter()
        .filter_map(|stage| stage.as_document())
        .find(|stage| stage.contains_key("$lookup"))
        .unwrap();
    let number = |name: &str| lookup.get_i64(name).unwrap();
    assert_eq!((number("collectionScans"), number("totalDocsExamined")), (0, 20), "{lookup}");
    assert!(number("totalKeysExamined") <= 40, "{lookup}");
    assert_eq!(lookup.get_array("indexesUsed").unwrap(), &["known".into()], "{lookup}");
    mongo.stop().await;
}

//! Sheets on a real server, and as bytes.

use alloy_primitives::{Address, keccak256};
use bson::{Bson, doc};
use domain::{
    decimal::Decimal,
    market::{Millis, Price, Source, Status},
};
use proptest::prelude::*;

use super::{COLLECTION, Known, PART, Sheet, pack};
use crate::{
    StoreError,
    market::{
        MarketReader, MarketWriter,
        tests::{CHAIN, MINUTE, MONDAY, dec, price},
    },
    test_mongo::TestMongo,
    testing::COMPARISON,
};

mod past;

/// Tokens, not in order.
fn tokens(count: usize) -> Vec<Address> {
    let token = |n: usize| Address::from_word(keccak256(n.to_be_bytes()));
    (0..count).map(token).collect()
}

fn all_at(count: usize, value: &str) -> Vec<(Address, Price)> {
    tokens(count).into_iter().map(|token| (token, price(value))).collect()
}

async fn value(reader: &MarketReader, at: Millis, known: Known) -> Option<Decimal> {
    let token = tokens(1)[0];
    let sheet = reader.prices(CHAIN, at, known, &[token]).await.unwrap()?;
    sheet.price(token)?.value
}

#[tokio::test]
async fn the_sheet_before_a_time_answers_for_it() {
    let mongo = TestMongo::start().await;
    let market = mongo.market();
    let reader = mongo.reader().market();
    assert_eq!(reader.latest_sheet(CHAIN).await.unwrap(), None);
    let put = async |minute: u64, value: &str| {
        let at = MONDAY + minute * MINUTE;
        market.put_sheet(CHAIN, at, at + 900, &all_at(3, value)).await.unwrap()
    };
    assert!(put(0, "1").await && put(1, "2").await && put(7, "3").await);
    // nothing new, nothing written
    assert!(!put(7, "3").await && !put(8, "3").await);
    market.put_sheet(CHAIN + 1, MONDAY, MONDAY, &all_at(3, "77")).await.unwrap();
    let documents = mongo.documents(COLLECTION);
    assert_eq!(documents.count_documents(doc! {}).comment(COMPARISON).await.unwrap(), 4);

    for (minute, wanted) in [(0, "1"), (1, "2"), (2, "2"), (6, "2"), (7, "3"), (5_000, "3")] {
        let found = value(&reader, MONDAY + minute * MINUTE, Known::Newest).await;
        assert_eq!(found, Some(dec(wanted)), "minute {minute}");
    }
    assert_eq!(value(&reader, MONDAY - 1, Known::Newest).await, None);
    assert_eq!(value(&reader, MONDAY + MINUTE - 1, Known::Newest).await, Some(dec("1")));
    let latest = reader.latest_sheet(CHAIN).await.unwrap().unwrap();
    assert_eq!((latest.at, latest.known_at), (MONDAY + 7 * MINUTE, MONDAY + 7 * MINUTE + 900));
    assert_eq!(latest.prices.len(), 3);
    assert!(latest.prices.is_sorted_by_key(|(address, _)| *address));
    assert_eq!(latest.price(Address::repeat_byte(0xee)), None);
    mongo.stop().await;
}

#[tokio::test]
async fn a_correction_is_a_version_and_overwrites_nothing() {
    let mongo = TestMongo::start().await;
    let market = mongo.market();
    let reader = mongo.reader().market();
    let minute = |n: u64| MONDAY + n * MINUTE;
    let put = async |at: u64, known: u64, value: &str| {
        market.put_sheet(CHAIN, minute(at), minute(known), &all_at(1, value)).await.unwrap()
    };
    for n in 0..10 {
        assert!(put(n, n, &(100 + n).to_string()).await);
    }
    // an hour later it is known better, and once more
    assert!(put(5, 65, "205").await);
    assert!(put(5, 70, "305").await);
    assert!(put(6, 70, "306").await);
    assert!(!put(5, 80, "305").await, "that is what is known already");
    // two words of one moment are two versions
    assert!(put(6, 70, "307").await);
    // said again, in any order, nothing of it is new
    assert!(!put(5, 5, "105").await && !put(5, 65, "205").await && !put(6, 70, "306").await);
    assert!(!put(6, 70, "307").await);

    let newest = async |n| value(&reader, minute(n), Known::Newest).await;
    assert_eq!(newest(4).await, Some(dec("104")));
    assert_eq!(newest(5).await, Some(dec("305")));
    assert_eq!(newest(6).await, Some(dec("307")));
    assert_eq!(newest(7).await, Some(dec("107")));
    let known = async |n, at| value(&reader, minute(n), Known::At(minute(at))).await;
    for n in 0..10 {
        assert_eq!(known(n, n).await, Some(Decimal::from(100 + n)), "as it was known then");
        assert_eq!(known(n, 64).await, Some(Decimal::from(100 + n)));
    }
    assert_eq!(known(5, 65).await, Some(dec("205")));
    assert_eq!(known(5, 69).await, Some(dec("205")));
    assert_eq!(known(5, 70).await, Some(dec("305")));
    assert_eq!(known(6, 70).await, Some(dec("306")));
    // of a time that was not over yet, what was known was of then
    assert_eq!(known(9, 3).await, Some(dec("103")));
    assert_eq!(value(&reader, minute(3), Known::At(MONDAY - 1)).await, None);
    mongo.stop().await;
}

#[tokio::test]
async fn a_long_list_has_parts_and_is_seen_whole() {
    let mongo = TestMongo::start().await;
    let (market, reader) = (mongo.market(), mongo.reader().market());
    let count = 2 * PART + 5;
    let all = all_at(count, "1.5");
    assert!(market.put_sheet(CHAIN, MONDAY, MONDAY, &all).await.unwrap());
    assert!(!market.put_sheet(CHAIN, MONDAY + MINUTE, MONDAY, &all).await.unwrap());
    let mut wanted = all.clone();
    wanted.sort_by_key(|(address, _)| *address);
    for known in [Known::Newest, Known::At(MONDAY)] {
        let found = reader.sheet(CHAIN, MONDAY + 5, known).await.unwrap().unwrap();
        assert_eq!(
            found,
            Sheet { chain: CHAIN, at: MONDAY, known_at: MONDAY, prices: wanted.clone() }
        );
    }
    let some = [wanted[3].0, wanted[PART + 1].0, wanted[count - 1].0, Address::ZERO];
    let found = reader.prices(CHAIN, MONDAY, Known::Newest, &some).await.unwrap().unwrap();
    assert_eq!(
        found.prices,
        [wanted[3].clone(), wanted[PART + 1].clone(), wanted[count - 1].clone()]
    );
    // a writer that was killed before the last part: as if it had not begun
    let changed = all_at(count, "9");
    market.put_sheet(CHAIN, MONDAY + 2 * MINUTE, MONDAY, &changed).await.unwrap();
    let last = doc! { "_id.t": i64::try_from(MONDAY + 2 * MINUTE).unwrap() };
    let documents = mongo.documents(COLLECTION);
    assert_eq!(documents.delete_one(last).await.unwrap().deleted_count, 1);
    let found = reader.latest_sheet(CHAIN).await.unwrap().unwrap();
    assert_eq!((found.at, found.prices.len()), (MONDAY, count));
    // and it is written when it is tried again
    assert!(market.put_sheet(CHAIN, MONDAY + 2 * MINUTE, MONDAY, &changed).await.unwrap());
    let found = reader.latest_sheet(CHAIN).await.unwrap().unwrap();
    assert_eq!((found.at, found.prices.len()), (MONDAY + 2 * MINUTE, count));
    mongo.stop().await;
}

#[tokio::test]
async fn five_hundred_prices_are_one_query() {
    let mongo = TestMongo::start().await;
    // written where nobody looks, so that what is seen is what is asked
    let market = MarketWriter::new(mongo.unseen().clone());
    let reader = mongo.reader().market();
    let all = tokens(500);
    for n in 0..50_u64 {
        let prices: Vec<_> =
            all.iter().map(|token| (*token, price(&(n + 1).to_string()))).collect();
        let at = MONDAY + n * MINUTE;
        market.put_sheet(CHAIN, at, at + 50 * (n % 2) * MINUTE, &prices).await.unwrap();
    }
    for known in [Known::Newest, Known::At(MONDAY + 30 * MINUTE)] {
        let before = sent(&mongo);
        let found = reader.prices(CHAIN, MONDAY + 31 * MINUTE, known, &all).await.unwrap().unwrap();
        assert_eq!(found.prices.len(), 500);
        assert_eq!(sent(&mongo) - before, 1, "{known:?}");
    }
    // and the server looks at one document for it, found by an index
    for (shape, commands) in mongo.commands() {
        if shape.collection != COLLECTION {
            continue;
        }
        let mut command = commands[0].clone();
        for bound in ["lsid", "$db", "$clusterTime", "txnNumber"] {
            command.remove(bound);
        }
        let explain = doc! { "explain": command, "verbosity": "executionStats" };
        let answer = mongo.unseen().run_command(explain).await.unwrap();
        let stats = answer.get_document("executionStats").unwrap();
        assert!(stats.get_i32("totalDocsExamined").unwrap() <= 1, "{stats}");
        let plan =
            answer.get_document("queryPlanner").unwrap().get_document("winningPlan").unwrap();
        let plan = Bson::from(plan.clone()).to_string();
        assert!(
            plan.contains("IXSCAN") && !plan.contains("COLLSCAN") && !plan.contains("SORT\""),
            "{plan}"
        );
    }
    mongo.stop().await;
}

/// Commands about sheets that were sent.
fn sent(mongo: &TestMongo) -> usize {
    let all = mongo.commands().into_iter();
    all.filter(|(shape, _)| shape.collection == COLLECTION)
        .map(|(_, commands)| commands.len())
        .sum()
}

#[tokio::test]
async fn a_price_that_contradicts_itself_is_refused() {
    let mongo = TestMongo::start().await;
    let market = mongo.market();
    let token = tokens(1)[0];
    for odd in [
        Price { value: None, ..price("1") },
        Price { as_of: None, ..price("1") },
        Price { value: Some(dec("1")), ..Price::none("none".to_owned()) },
    ] {
        let error = market.put_sheet(CHAIN, MONDAY, MONDAY, &[(token, odd)]).await.unwrap_err();
        assert!(matches!(error, StoreError::Encode { .. }), "{error}");
    }
    // no token at all is a sheet, too: nobody takes the one before for it
    assert!(market.put_sheet(CHAIN, MONDAY, MONDAY, &[]).await.unwrap());
    assert_eq!(market.reader().latest_sheet(CHAIN).await.unwrap().unwrap().prices, []);
    mongo.stop().await;
}

fn any_price() -> impl Strategy<Value = Price> {
    let status = prop::sample::select(vec![
        Status::Fresh,
        Status::Stale,
        Status::Disputed,
        Status::Depegged,
        Status::None,
    ]);
    let value = (1..10_i128.pow(34), -60..6_i32);
    let confidence =
        prop::option::of((0..1_000_000_u64).prop_map(|part| Decimal::from(part).scaled(-6)));
    let until = prop_oneof![
        Just(None),
        Just(Some(Millis::MAX)),
        (0..90_000_000_u64).prop_map(|later| Some(2 * MONDAY + later)),
    ];
    let sources = prop::sample::subsequence(Source::ALL.to_vec(), 0..=7);
    let reason = prop::option::of("[a-z é]{0,40}");
    (status, value, sources, 0..=2 * MONDAY, confidence, until, reason).prop_map(
        |(status, (digits, power), sources, as_of, confidence, fresh_until, reason)| {
            if status == Status::None {
                return Price { sources, reason, ..Price::none(String::new()) };
            }
            let value = Some(Decimal::from_parts(digits, power));
            Price { value, status, sources, as_of: Some(as_of), confidence, fresh_until, reason }
        },
    )
}

proptest! {
    #[test]
    fn prices_are_what_they_were(
        prices in prop::collection::btree_map(any::<[u8; 20]>(), any_price(), 0..40),
        every in 1..5_usize,
    ) {
        let all: Vec<(Address, Price)> =
            prices.into_iter().map(|(address, price)| (Address::from(address), price)).collect();
        let bytes = pack::pack(&all);
        let mut found = Vec::new();
        pack::unpack(&bytes, |_| true, &mut found).unwrap();
        prop_assert_eq!(&found, &all);
        // some of them
        let (mut n, mut some) = (0, Vec::new());
        let wanted = |_| { n += 1; n % every == 0 };
        pack::unpack(&bytes, wanted, &mut some).unwrap();
        let wanted: Vec<_> = all.into_iter().skip(every - 1).step_by(every).collect();
        prop_assert_eq!(some, wanted);
    }

    #[test]
    fn no_bytes_break_it(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut found = Vec::new();
        drop(pack::unpack(&bytes, |_| true, &mut found));
        drop(pack::unpack(&[&[1], &bytes[..]].concat(), |_| true, &mut found));
    }
}

//! Keys, as they are kept.

use bson::doc;

use super::{COLLECTION, KeyRecord};
use crate::test_mongo::TestMongo;

fn key(id: &str) -> KeyRecord {
    KeyRecord {
        id: id.to_owned(),
        name: "Bot „ä“".to_owned(),
        hash: [7; 32],
        scopes: vec!["read".to_owned(), "of tomorrow".to_owned()],
        created: 1_700_000_000_000,
        expires: None,
        revoked: None,
        used: None,
        successor: None,
    }
}

#[tokio::test]
async fn what_is_kept_is_read_again_and_no_id_is_given_twice() {
    let mongo = TestMongo::start().await;
    let keys = mongo.keys();
    let whole = KeyRecord {
        expires: Some(1_800_000_000_000),
        revoked: Some(1_700_000_000_001),
        used: Some(1_700_000_000_002),
        successor: Some("a".to_owned()),
        ..key("b")
    };
    assert_eq!(keys.all().await.unwrap(), []);
    assert!(keys.add(&whole).await.unwrap() && keys.add(&key("a")).await.unwrap());
    let other = KeyRecord { hash: [8; 32], ..key("a") };
    assert!(!keys.add(&other).await.unwrap(), "there is one of this id");
    assert_eq!(keys.all().await.unwrap(), [key("a"), whole]);
    mongo.stop().await;
}

#[tokio::test]
async fn the_first_end_and_the_last_use_count() {
    let mongo = TestMongo::start().await;
    let keys = mongo.keys();
    assert!(keys.add(&key("a")).await.unwrap());
    for at in [20, 10, 30] {
        assert!(keys.revoke("a", at).await.unwrap());
        keys.used("a", at).await.unwrap();
    }
    let found = keys.all().await.unwrap();
    assert_eq!(found, [KeyRecord { revoked: Some(10), used: Some(30), ..key("a") }]);
    assert!(!keys.revoke("b", 1).await.unwrap());
    keys.used("b", 1).await.unwrap();
    assert_eq!(keys.all().await.unwrap().len(), 1, "no key comes from its use");
    mongo.stop().await;
}

#[tokio::test]
async fn of_two_that_would_take_the_place_of_a_key_one_does() {
    let mongo = TestMongo::start().await;
    let keys = mongo.keys();
    let short = KeyRecord { expires: Some(5), ..key("short") };
    assert!(keys.add(&key("long")).await.unwrap() && keys.add(&short).await.unwrap());
    let (one, other) = tokio::join!(keys.succeed("long", "x", 9), keys.succeed("long", "y", 8));
    assert!(one.unwrap() != other.unwrap());
    // who did not hear the answer may ask again
    for _ in 0..2 {
        assert!(keys.succeed("short", "z", 9).await.unwrap());
    }
    assert!(!keys.succeed("short", "another", 9).await.unwrap());
    assert!(!keys.succeed("nobody", "z", 9).await.unwrap());
    let found = keys.all().await.unwrap();
    let by_x = found[0].successor.as_deref() == Some("x");
    let (successor, end) = if by_x { ("x", 9) } else { ("y", 8) };
    let long = KeyRecord { expires: Some(end), successor: Some(successor.into()), ..key("long") };
    // who ends before anyway is not prolonged
    assert_eq!(found, [long, KeyRecord { successor: Some("z".into()), ..short }]);
    mongo.stop().await;
}

#[tokio::test]
async fn a_key_that_cannot_be_read_is_an_error_and_not_a_missing_one() {
    let mongo = TestMongo::start().await;
    let broken = doc! { "_id": { "c": 0_i64, "k": "a" }, "name": "x" };
    mongo.documents(COLLECTION).insert_one(broken).await.unwrap();
    let error = mongo.keys().all().await.unwrap_err();
    assert!(error.to_string().contains(COLLECTION), "{error}");
    mongo.stop().await;
}

//! What is kept, for how long, and what clients are told of it.

use std::time::Instant;

use alloy_primitives::B256;
use axum::body::Bytes;

use super::*;

const CHAIN: ChainId = 1;
const ROOM: usize = 10_000;

fn block(number: u64, fork: u8) -> BlockRef {
    let mut hash = B256::left_padding_from(&number.to_be_bytes());
    hash.0[0] = fork;
    BlockRef { number, hash, parent_hash: B256::ZERO, timestamp: 1_000 + number * 12 }
}

fn said(body: &'static str) -> Answer {
    let etag = HeaderValue::from_static("W/\"x\"");
    Answer { etag, kind: None, body: Bytes::from_static(body.as_bytes()) }
}

fn body(kept: &Kept, block: &BlockRef, path: &str) -> Option<Bytes> {
    kept.get(CHAIN, block, path).map(|answer| answer.body)
}

#[test]
fn an_answer_is_given_while_its_block_is_the_newest_seen() {
    let kept = Kept::default();
    let (one, two) = (block(1, 0), block(2, 0));
    kept.saw(CHAIN, &one, kept.turn());
    kept.put(CHAIN, &one, "/a", said("one"), ROOM);
    assert_eq!(body(&kept, &one, "/a"), Some("one".into()));
    assert_eq!(body(&kept, &one, "/b"), None);
    assert_eq!(body(&kept, &two, "/a"), None);

    // a request that began before the newer block was seen ends after it
    let early = kept.turn();
    kept.saw(CHAIN, &two, kept.turn());
    kept.saw(CHAIN, &one, early);
    kept.put(CHAIN, &one, "/a", said("late"), ROOM);
    assert_eq!(body(&kept, &one, "/a"), None);
    kept.put(CHAIN, &two, "/a", said("two"), ROOM);
    assert_eq!(body(&kept, &two, "/a"), Some("two".into()));

    // the chain went back
    kept.saw(CHAIN, &block(1, 9), kept.turn());
    assert_eq!(body(&kept, &two, "/a"), None);
}

#[test]
fn no_answer_is_given_for_longer_than_what_changes_without_a_block() {
    let (kept, one, made) = (Kept::default(), block(1, 0), Instant::now());
    kept.saw(CHAIN, &one, kept.turn());
    let put = |seconds, text| {
        let now = made + Duration::from_secs(seconds);
        kept.put_at(now, (CHAIN, &one, "/a"), said(text), ROOM);
    };
    let after = |millis| kept.get_at(made + Duration::from_millis(millis), CHAIN, &one, "/a");
    put(0, "one");
    assert!(after(0).is_some() && after(4_900).is_some());
    assert!(after(5_000).is_none() && after(5_100).is_none());
    // one that is made anew begins anew
    put(4, "again");
    assert!(after(8_900).is_some() && after(9_100).is_none());
}

#[test]
fn there_is_only_so_much_room() {
    let kept = Kept::default();
    let one = block(1, 0);
    kept.saw(CHAIN, &one, kept.turn());
    for number in 0..1_000 {
        kept.put(CHAIN, &one, &format!("/{number}"), said("something"), ROOM);
    }
    let found = (0..1_000).filter(|number| body(&kept, &one, &format!("/{number}")).is_some());
    let found = found.count();
    assert!((30..40).contains(&found), "{found}");
    // the same path again takes no room
    for _ in 0..1_000 {
        kept.put(CHAIN, &one, "/0", said("something else"), ROOM);
    }
    assert_eq!(body(&kept, &one, "/0"), Some("something else".into()));
    let long = format!("/{}", "x".repeat(5_000));
    kept.saw(CHAIN, &block(2, 0), kept.turn());
    kept.put(CHAIN, &block(2, 0), &long, said("long"), ROOM);
    assert_eq!(body(&kept, &block(2, 0), &long), None);
}

#[test]
fn answers_stand_until_the_next_block_is_due() {
    let pace = Pace::default();
    let (ten, twenty) = (block(10, 0), block(20, 0));
    assert_eq!(pace.until_next(CHAIN, &ten, ten.timestamp), 1, "one block has no pace");
    assert_eq!(pace.until_next(CHAIN, &twenty, twenty.timestamp), 12);
    assert_eq!(pace.until_next(CHAIN, &twenty, twenty.timestamp + 5), 7);
    assert_eq!(pace.until_next(CHAIN, &twenty, twenty.timestamp + 500), 1);
    // an older one, and a clock that is behind
    assert_eq!(pace.until_next(CHAIN, &ten, twenty.timestamp), 1);
    assert_eq!(pace.until_next(CHAIN, &twenty, 0), 60);
    assert_eq!(pace.until_next(2, &twenty, twenty.timestamp), 1);
}

#[test]
fn a_tag_is_of_a_block_a_generation_and_a_path() {
    let (one, fork) = (block(1, 0), block(1, 9));
    let tag = etag(&one, 1, "/udf/config");
    assert_eq!(tag, etag(&one, 1, "/udf/config"));
    for other in
        [etag(&fork, 1, "/udf/config"), etag(&one, 2, "/udf/config"), etag(&one, 1, "/udf/x")]
    {
        assert_ne!(tag, other);
    }
    assert!(tag.to_str().unwrap().contains(&format!("{:x}", one.hash)), "{tag:?}");
    let asks = |value: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_str(value).unwrap());
        has(&headers, &tag)
    };
    let text = tag.to_str().unwrap();
    assert!(asks(text) && asks(&text[2..]) && asks(&format!("\"a\", {text}")));
    assert!(!asks("\"a\"") && !asks("") && !asks("*"));
}

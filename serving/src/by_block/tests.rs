//! What is kept, for how long, and what clients are told of it.

use std::time::Instant;

use alloy_primitives::B256;
use axum::body::Bytes;

use super::*;

mod once;

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
fn the_oldest_answers_go_first_and_none_takes_most_of_the_room() {
    let (kept, one, made) = (Kept::default(), block(1, 0), Instant::now());
    kept.saw(CHAIN, &one, kept.turn());
    let at = |seconds| made + Duration::from_secs(seconds);
    let put = |seconds, path: &str, bytes: usize| {
        let answer = Answer { body: vec![b'x'; bytes].into(), ..said("") };
        kept.put_at(at(seconds), (CHAIN, &one, path), answer, ROOM)
    };
    let has = |seconds, path: &str| kept.get_at(at(seconds), CHAIN, &one, path).is_some();
    // so many fill it
    for number in 0..10 {
        assert!(put(0, &format!("/{number}"), 700), "it is of the newest block");
    }
    assert!(has(0, "/0") && has(0, "/9"));
    // one that is made anew is not the oldest any more
    put(1, "/0", 700);
    put(1, "/new", 700);
    assert!(has(1, "/0") && has(1, "/new") && !has(1, "/1") && has(1, "/2"));
    // what is over makes room before what is not
    put(5, "/newer", 700);
    assert!(has(5, "/0") && has(5, "/new") && has(5, "/newer"));
    for number in 20..27 {
        put(5, &format!("/{number}"), 700);
        assert!(has(5, "/0") && has(5, "/new"), "{number}");
    }
    // a large one drives out nothing
    put(5, "/large", ROOM / 8);
    assert!(!has(5, "/large") && has(5, "/0") && has(5, "/26"));
    // nor does an older one stay in its place
    put(5, "/0", ROOM / 8);
    assert!(!has(5, "/0"));
    // a chain that stands still goes on to be answered for
    for number in 0..1_000 {
        put(6, &format!("/still/{number}"), 700);
        assert!(has(6, &format!("/still/{number}")));
    }
    assert!(put(6, "/a", ROOM) && !kept.put(CHAIN, &block(2, 0), "/a", said("two"), ROOM));
}

#[test]
fn what_was_read_a_moment_ago_is_not_newer_than_what_was_seen_meanwhile() {
    let (kept, hold) = (Kept::default(), Duration::from_secs(3_600));
    let (one, two, fork) = (block(1, 0), block(2, 0), block(1, 9));
    kept.saw_lately(CHAIN, &one, kept.begin(), hold);
    // a later block
    kept.saw_lately(CHAIN, &two, kept.begin(), hold);
    kept.put(CHAIN, &two, "/a", said("two"), ROOM);
    for earlier in [one, fork] {
        kept.saw_lately(CHAIN, &earlier, kept.begin(), hold);
        assert_eq!(body(&kept, &two, "/a"), Some("two".into()));
    }
    // the chain turned back, and that is no moment ago
    let begun = kept.begin();
    kept.saw_lately(CHAIN, &two, begun, Duration::ZERO);
    kept.saw_lately(CHAIN, &fork, kept.begin(), Duration::ZERO);
    assert_eq!(body(&kept, &two, "/a"), None);
    // who began before that says nothing of now, unless it read a higher one
    kept.put(CHAIN, &fork, "/a", said("fork"), ROOM);
    kept.saw_lately(CHAIN, &block(1, 3), begun, Duration::ZERO);
    assert_eq!(body(&kept, &fork, "/a"), Some("fork".into()));
    let three = block(3, 0);
    kept.saw_lately(CHAIN, &three, begun, Duration::ZERO);
    assert_eq!(body(&kept, &fork, "/a"), None);
    assert!(kept.put(CHAIN, &three, "/a", said("three"), ROOM));
}

#[test]
fn an_answer_says_which_block_it_is_of() {
    let name = |block: &BlockRef| {
        let BlockRef { number, hash, timestamp, .. } = block;
        format!(r#"{{"number":{number},"hash":"{hash:#x}","timestamp":{timestamp}}}"#)
    };
    let (one, two, three) = (block(1, 0), block(2, 0), block(3, 0));
    let of = |body: String, question: &str| match named::of(body.as_bytes(), question, &two) {
        Of::Newest(block) => format!("newest {}", block.number),
        other => format!("{other:?}"),
    };
    let list = |block: &BlockRef| format!(r#"{{"block":{},"items":[]}}"#, name(block));
    assert_eq!(of(list(&two), "/v1/pools"), "newest 2");
    assert_eq!(of(list(&three), "/v1/pools"), "newest 3");
    assert_eq!(of(list(&block(2, 9)), "/v1/pools"), "newest 2");
    assert_eq!(of(list(&one), "/v1/pools?asOfBlock=1"), "Older");
    assert_eq!(of(list(&one), "/v1/pools"), "Unknown");
    let chains = format!(r#"{{"chains":[{{"chainId":1,"block":{}}}]}}"#, name(&three));
    assert_eq!(of(chains, "/v1/chains"), "newest 3");
    for other in [r#"{"chains":[{"block":null}]}"#, r#"{"block":7}"#, "{}", "", r#"{"block":"#] {
        assert_eq!(of(other.to_owned(), "/v1/chains"), "Unknown", "{other}");
    }
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
    // any answer that there is
    assert!(asks("*") && asks(" * "));
    assert!(!asks("\"a\"") && !asks("") && !asks("\"*\""));
}

#[test]
fn a_question_is_of_the_chain_that_it_says() {
    for (question, wanted) in [
        ("/v1/pools", None),
        ("/v1/pools?first=1&chain=5", Some("5")),
        ("/v1/pools/0x1/candles?limit=1&chain=7", Some("7")),
        // answers of all chains are kept as those of none
        ("/v1/chains", None),
        ("/v1/chains?chain=5", None),
        ("/v1/pools?chains=5", None),
    ] {
        assert_eq!(layer::named_chain(question), wanted, "{question}");
    }
}

#[test]
fn an_answer_tells_of_which_newest_blocks_it_is() {
    let text = |number: u64| {
        format!(
            r#"{{"number":{number},"hash":"{:#x}","timestamp":{}}}"#,
            block(number, 0).hash,
            1_000 + number * 12
        )
    };
    let of = |body: &str, question: &str| {
        let all = named::all(body.as_bytes(), question, || Some(5)).into_iter();
        all.map(|(chain, block)| (chain, block.number, block.hash)).collect::<Vec<_>>()
    };
    let page = format!(r#"{{"block":{},"items":[]}}"#, text(7));
    assert_eq!(of(&page, "/v1/pools?chain=5"), [(5, 7, block(7, 0).hash)]);
    // an older one that was asked for is no news
    assert_eq!(of(&page, "/v1/pools?asOf=7"), []);
    assert_eq!(of("{}", "/v1/pools"), []);
    assert_eq!(named::all(page.as_bytes(), "/v1/pools", || None), []);
    let chains = format!(
        r#"{{"chains":[{{"chainId":1,"block":{}}},{{"chainId":2,"block":null}},{{"chainId":3,"block":{}}}]}}"#,
        text(7),
        text(9)
    );
    let expected = [(1, 7, block(7, 0).hash), (3, 9, block(9, 0).hash)];
    assert_eq!(of(&chains, "/v1/chains?chain=5"), expected);
}

//! An answer stands until the next block: whoever has it is told so, and the store is not asked again.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderMap, Request, header},
};
use serde_json::{Value, json};

use crate::{chain, node::node, service::Service};

const PATHS: [&str; 7] = [
    "/v1/pools",
    "/v1/swaps?first=3",
    "/v1/tokens",
    "/v1/chains",
    "/v1/dexes",
    "/v1/pools/0x2222222222222222222222222222222222222222/candles?resolution=1m",
    "/v1/pools/0x2222222222222222222222222222222222222222/days",
];

/// How answers name the last block but one.
const BEFORE: &[u8] = br#""number":12"#;

fn get(path: &str, tag: Option<&str>) -> Request<Body> {
    let request = Request::get(path);
    let request =
        tag.into_iter().fold(request, |request, tag| request.header("if-none-match", tag));
    request.body(Body::empty()).unwrap()
}

fn post(query: &str) -> Request<Body> {
    let body = json!({ "query": query }).to_string();
    let request = Request::post("/graphql").header("content-type", "application/json");
    request.body(body.into()).unwrap()
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> String {
    headers.get(&name).unwrap_or_else(|| panic!("no {name}")).to_str().unwrap().to_owned()
}

#[tokio::test]
async fn answers_stand_until_the_next_block() {
    let service = Service::empty().await;
    let blocks = chain::blocks();
    let (last, first) = blocks.split_last().unwrap();
    service.commit(None, first).await;
    let mut tags = Vec::new();
    for path in PATHS {
        service.refresh().await;
        let (status, headers, body) = service.whole(get(path, None)).await;
        assert_eq!(status, 200, "{path}: {body:?}");
        let tag = text(&headers, header::ETAG);
        assert!(text(&headers, header::CACHE_CONTROL).starts_with("public, max-age="), "{path}");
        // who has it is told so, and who has not gets the same
        let (status, headers, none) = service.whole(get(path, Some(&tag))).await;
        assert_eq!((status, none.len(), text(&headers, header::ETAG)), (304, 0, tag.clone()));
        let (status, headers, none) = service.whole(get(path, Some("*"))).await;
        assert_eq!((status, none.len(), text(&headers, header::ETAG)), (304, 0, tag.clone()));
        let (status, _, again) = service.whole(get(path, Some("W/\"other\""))).await;
        assert!(status == 200 && again == body, "{path}");
        tags.push((path, tag, body));
    }
    let parent = first.last().map(|block| block.block.number);
    service.commit(parent, std::slice::from_ref(last)).await;
    service.refresh().await;
    for (path, tag, body) in tags {
        let (status, headers, now) = service.whole(get(path, Some(&tag))).await;
        assert!(status == 200 && now != body, "{path}: {now:?}");
        assert_ne!(text(&headers, header::ETAG), tag, "{path}");
    }
    service.stop().await;
}

/// What is asked for by POST comes whole, whatever its sender says that it has.
#[tokio::test]
async fn only_what_is_got_is_answered_by_its_tag() {
    let service = Service::filled().await;
    let query = "{ pools { nodes { id } } }";
    let (_, headers, body) = service.whole(post(query)).await;
    let tag = text(&headers, header::ETAG);
    let mut again = post(query);
    again.headers_mut().insert(header::IF_NONE_MATCH, tag.parse().unwrap());
    let (status, _, whole) = service.whole(again).await;
    assert!(status == 200 && whole == body, "{status}: {whole:?}");
    service.stop().await;
}

/// The store may be a block ahead of what is known to be the newest, and that block may be taken back.
#[tokio::test]
async fn an_answer_of_a_block_that_left_is_not_kept_as_one_of_the_block_before() {
    let service = Service::empty().await;
    let blocks = chain::blocks();
    let (last, first) = blocks.split_last().unwrap();
    let query = "{ block { number } swaps(first: 1) { nodes { id } } }";
    service.commit(None, first).await;
    let last = std::slice::from_ref(last);
    let ask = |name: &str| if name == "graphql" { post(query) } else { get(name, None) };
    let names: Vec<_> = PATHS.into_iter().chain(["graphql"]).collect();
    for name in names {
        // a busy machine may take longer than what is followed closely
        let (ahead, kept) = loop {
            service.refresh().await;
            service.commit(first.last().map(|block| block.block.number), last).await;
            let (status, headers, ahead) = service.whole(ask(name)).await;
            assert_eq!(status, 200, "{name}: {ahead:?}");
            service.take_back(1).await;
            let (_, _, now) = service.whole(ask(name)).await;
            if headers.contains_key(header::ETAG) {
                break (ahead, now);
            }
        };
        assert_ne!(kept, ahead, "{name}");
        assert!(kept.windows(BEFORE.len()).any(|part| part == BEFORE), "{name}: {kept:?}");
    }
    service.stop().await;
}

fn number(body: &[u8]) -> u64 {
    let body: Value = serde_json::from_slice(body).unwrap();
    let places = ["/block/number", "/chains/0/block/number", "/data/block/number"];
    let found = places.iter().find_map(|place| body.pointer(place));
    found.and_then(Value::as_u64).unwrap_or_else(|| panic!("no block: {body}"))
}

/// The store is a block ahead of the pools in memory: who was told of it is not told of the one before any more.
#[tokio::test]
async fn no_answer_is_of_a_block_before_that_of_another() {
    let service = Service::empty().await;
    let blocks = chain::blocks();
    let (last, first) = blocks.split_last().unwrap();
    let parent = first.last().map(|block| block.block.number);
    service.commit(None, first).await;
    let queries = ["{ block { number } pools(first: 1) { nodes { id } } }", "{ block { number } }"];
    let ask = |name: &str| if name.starts_with('{') { post(name) } else { get(name, None) };
    let names: Vec<_> = PATHS.into_iter().chain(queries).collect();
    let mut was_kept = 0;
    for (kept, other) in names.iter().zip(names.iter().cycle().skip(1)) {
        service.refresh().await;
        let (_, headers, before) = service.whole(ask(kept)).await;
        assert_eq!(number(&before), 12, "{kept}");
        was_kept += usize::from(headers.contains_key(header::ETAG));
        service.commit(parent, std::slice::from_ref(last)).await;
        let (_, headers, ahead) = service.whole(ask(other)).await;
        assert_eq!(number(&ahead), 13, "{other}");
        // nor is anybody told to keep it as long as the one before would stand
        let age = headers.get(header::CACHE_CONTROL).map(|age| age.to_str().unwrap());
        assert!(age.is_none_or(|age| ["no-cache", "public, max-age=1"].contains(&age)), "{age:?}");
        let (_, _, now) = service.whole(ask(kept)).await;
        assert_eq!(number(&now), 13, "{kept} after {other}");
        // and it is kept by then
        service.refresh().await;
        let (_, _, still) = service.whole(ask(kept)).await;
        assert_eq!(still, now, "{kept}");
        service.take_back(1).await;
    }
    assert!(was_kept > 0, "nothing was followed closely");
    service.stop().await;
}

/// What is asked beside kept answers tells of the store's block, too.
#[tokio::test]
async fn nothing_kept_is_given_after_what_speaks_of_a_newer_block() {
    let service = Service::with_node(node(|_, _| None).await).await;
    let blocks = chain::blocks();
    let (last, first) = blocks.split_last().unwrap();
    let parent = first.last().map(|block| block.block.number);
    service.commit(None, first).await;
    let tx = format!("/v1/tx/{}", alloy_primitives::B256::repeat_byte(7));
    let balances = format!("/v1/accounts/{}/balances?at=indexed", chain::address(8));
    let file = "/v1/swaps?first=3".to_owned();
    for (other, place) in [(tx, "/indexedTo/number"), (balances, "/block/number"), (file, "")] {
        let mut was_kept = false;
        while !was_kept {
            service.refresh().await;
            let (_, headers, before) = service.whole(get("/v1/pools", None)).await;
            assert_eq!(number(&before), 12);
            was_kept = headers.contains_key(header::ETAG);
            service.commit(parent, std::slice::from_ref(last)).await;
            if place.is_empty() {
                let mut file = get(&other, None);
                file.headers_mut().insert(header::ACCEPT, "text/csv".parse().unwrap());
                let (_, headers, body) = service.whole(file).await;
                assert_eq!(headers["sooho-block-number"], "13", "{body:?}");
            } else {
                let (_, told) = service.get(&other).await;
                assert_eq!(told.pointer(place), Some(&json!(13)), "{told}");
            }
            let (_, _, now) = service.whole(get("/v1/pools", None)).await;
            assert_eq!(number(&now), 13, "after {other}");
            service.take_back(1).await;
        }
    }
    service.stop().await;
}

/// The same of answers that are given while nobody knows which block is the newest.
#[tokio::test]
async fn what_is_told_while_nobody_follows_the_store_is_noted() {
    let service = Service::empty().await;
    let blocks = chain::blocks();
    let (last, first) = blocks.split_last().unwrap();
    let parent = first.last().map(|block| block.block.number);
    service.commit(None, first).await;
    for path in ["/v1/swaps?first=3", "/v1/chains"] {
        loop {
            service.refresh().await;
            let (_, headers, _) = service.whole(get("/v1/pools", None)).await;
            if headers.contains_key(header::ETAG) {
                break;
            }
        }
        tokio::time::sleep(Duration::from_millis(600)).await;
        service.commit(parent, std::slice::from_ref(last)).await;
        let (_, headers, told) = service.whole(get(path, None)).await;
        assert_eq!((number(&told), text(&headers, header::CACHE_CONTROL)), (13, "no-cache".into()));
        service.take_back(1).await;
        service.refresh().await;
        // that is not given any more, but asked
        service.freeze(true);
        let asked = service.whole(get("/v1/pools", None));
        let asked = tokio::time::timeout(Duration::from_millis(300), asked).await;
        service.freeze(false);
        assert!(asked.is_err(), "{path}: {asked:?}");
    }
    service.stop().await;
}

/// What was seen to be the newest was so when the store was asked, not when it answered.
#[tokio::test]
async fn a_store_that_answers_late_is_not_followed_closely() {
    let service = Service::filled().await;
    service.freeze(true);
    let late = async {
        tokio::time::sleep(Duration::from_millis(900)).await;
        service.freeze(false);
    };
    futures::join!(service.refresh(), late);
    let (status, headers, _) = service.whole(get("/v1/pools", None)).await;
    assert_eq!((status, text(&headers, header::CACHE_CONTROL)), (200, "no-cache".to_owned()));
    service.stop().await;
}

/// Of an endpoint that has no files as well as of one that has.
#[tokio::test]
async fn who_would_rather_have_a_file_is_answered_out_of_what_is_kept_or_by_a_file() {
    let service = Service::filled().await;
    let csv =
        |path: &str| Request::get(path).header("accept", "text/csv").body(Body::empty()).unwrap();
    let kind = |headers: &HeaderMap| text(headers, header::CONTENT_TYPE);
    let pool = "/v1/pools/0x2222222222222222222222222222222222222222";
    service.refresh().await;
    let (status, headers, body) = service.whole(csv(pool)).await;
    assert_eq!((status, kind(&headers)), (200, "application/json".to_owned()));
    service.refresh().await;
    service.freeze(true);
    let (status, headers, again) = service.whole(csv(pool)).await;
    service.freeze(false);
    assert!(status == 200 && again == body && headers.contains_key(header::ETAG), "{again:?}");

    // the page is no answer to who wants the file, nor the file to who wants the page
    for _ in 0..2 {
        service.refresh().await;
        let (_, page, _) = service.whole(get("/v1/swaps", None)).await;
        assert_eq!(kind(&page), "application/json");
        let (status, file, _) = service.whole(csv("/v1/swaps")).await;
        assert!(status == 200 && kind(&file).starts_with("text/csv"), "{file:?}");
        assert_eq!(text(&file, header::CACHE_CONTROL), "no-store");
        assert!(!file.contains_key(header::ETAG), "{file:?}");
    }
    // nobody follows the store: a file says itself that it is not kept
    tokio::time::sleep(Duration::from_millis(600)).await;
    let (_, file, _) = service.whole(csv("/v1/swaps")).await;
    assert_eq!(text(&file, header::CACHE_CONTROL), "no-store");
    service.stop().await;
}

#[tokio::test]
async fn what_is_kept_is_not_asked_of_the_store() {
    let service = Service::filled().await;
    let lasting = "{ pools(first: 2) { nodes { id token0 { symbol } } } }";
    let all = PATHS.iter().map(|path| (Some(*path), None)).chain([(None, Some(lasting))]);
    for (path, query) in all {
        let request =
            || path.map_or_else(|| post(query.unwrap_or_default()), |path| get(path, None));
        service.refresh().await;
        let (status, _, body) = service.whole(request()).await;
        assert_eq!(status, 200);
        service.refresh().await;
        service.freeze(true);
        let (status, _, again) = service.whole(request()).await;
        service.freeze(false);
        assert!(status == 200 && again == body, "{path:?} {query:?}: {again:?}");
    }
    // what is of more than the block is asked each time, errors and refusals, too
    for query in [
        "{ pools(first: 1) { nodes { token0 { marketPrice { status } } } } }",
        "{ pool(id: \"x\") { id } }",
    ] {
        service.refresh().await;
        let (_, headers, _) = service.whole(post(query)).await;
        assert!(!headers.contains_key(header::ETAG), "{query}");
    }
    let (_, headers, _) = service.whole(get("/v1/pools/0x12", None)).await;
    assert!(!headers.contains_key(header::ETAG));
    // nobody follows the store: nothing is kept
    tokio::time::sleep(Duration::from_millis(600)).await;
    let (status, headers, _) = service.whole(get("/v1/pools", None)).await;
    assert_eq!((status, text(&headers, header::CACHE_CONTROL)), (200, "no-cache".to_owned()));
    service.stop().await;
}

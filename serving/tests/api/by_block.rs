//! An answer stands until the next block: whoever has it is told so, and the store is not asked again.

use axum::{
    body::Body,
    http::{HeaderMap, Request, header},
};
use serde_json::json;

use crate::{chain, service::Service};

const PATHS: [&str; 7] = [
    "/v1/pools",
    "/v1/swaps?first=3",
    "/v1/tokens",
    "/v1/chains",
    "/v1/dexes",
    "/v1/chains/31337/pools/0x2222222222222222222222222222222222222222/candles?resolution=1m",
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
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    let (status, headers, _) = service.whole(get("/v1/pools", None)).await;
    assert_eq!((status, text(&headers, header::CACHE_CONTROL)), (200, "no-cache".to_owned()));
    service.stop().await;
}

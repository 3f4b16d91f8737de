//! An answer stands until the next block: whoever has it is told so, and the store is not asked again.

use axum::{
    body::Body,
    http::{HeaderMap, Request, header},
};
use serde_json::json;

use crate::{chain, service::Service};

const PATHS: [&str; 4] = ["/v1/pools", "/v1/swaps?first=3", "/v1/tokens", "/v1/chains"];

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

#[tokio::test]
async fn what_is_kept_is_not_asked_of_the_store() {
    let service = Service::filled().await;
    let lasting = "{ pools(first: 2) { nodes { id token0 { symbol } } } }";
    for (path, query) in [(Some("/v1/pools"), None), (None, Some(lasting))] {
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

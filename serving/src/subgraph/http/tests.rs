//! Paths, requests and answers, without a subgraph.

use std::time::Duration;

use api_kit::{
    health::Ready,
    problem::Problem,
    shell::{BODY_LIMIT, Shell},
};
use axum::{
    body::{Body, to_bytes},
    http::{Request as HttpRequest, header},
};
use prometheus::Registry;
use serde_json::{Value as Json, json};
use subgraph::{entities::BlockInfo, value::Bytes};
use tower::ServiceExt as _;

use super::*;

async fn parts(response: Response) -> (StatusCode, Option<String>, Json) {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let kind = kind.map(|kind| kind.to_str().unwrap().to_owned());
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, kind, serde_json::from_slice(&body).unwrap())
}

fn posted(body: impl Into<Body>) -> Request {
    HttpRequest::post("/").header("content-type", "application/json").body(body.into()).unwrap()
}

fn told<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

#[test]
fn a_path_means_a_subgraph_or_its_page() {
    let by_name = |path| Target::by_name(path).map(|target| (target.what, target.is_page));
    for (path, wanted) in [
        ("a", Some(("a", false))),
        ("uniswap/uniswap-v3", Some(("uniswap/uniswap-v3", false))),
        ("a/graphql", Some(("a", true))),
        ("a/b/graphql", Some(("a/b", true))),
        // a word like any other where it is no end
        ("graphql", Some(("graphql", false))),
        ("a/b/c", None),
        ("a/b/c/graphql", None),
        ("a/", None),
        ("/a", None),
        ("/graphql", None),
        ("a//graphql", None),
        ("", None),
    ] {
        assert_eq!(by_name(path), wanted, "{path}");
    }
    let by_id = |path| Target::by_id(path).map(|target| (target.what, target.is_page));
    for (path, wanted) in [
        ("QmA", Some(("QmA", false))),
        ("QmA/graphql", Some(("QmA", true))),
        ("QmA/b", None),
        ("QmA/b/graphql", None),
    ] {
        assert_eq!(by_id(path), wanted, "{path}");
    }
}

#[test]
fn a_target_knows_its_place_and_what_is_not_there() {
    let target = Target::by_name("a/b/graphql").unwrap();
    assert_eq!(target.path(), "/subgraphs/name/a/b");
    assert_eq!(target.unknown(), "deployment `a/b` does not exist");
    assert_eq!(Target::by_id("QmA").unwrap().path(), "/subgraphs/id/QmA");
    let long = "ä".repeat(1_000);
    let unknown = Target::by_id(&long).unwrap().unknown();
    assert_eq!(unknown.chars().filter(|letter| *letter == 'ä').count(), 255);
}

#[tokio::test]
async fn a_request_is_read_whatever_its_type_is_called() {
    let body = r#"{ "query": "{ a }", "variables": { "x": 1 }, "operationName": "B" }"#;
    for kind in ["application/json", "text/plain", "application/json; charset=utf-8"] {
        let request = HttpRequest::post("/?api-version=0.0.7")
            .header("content-type", kind)
            .header("authorization", "Bearer of-another-gateway")
            .body(body.into())
            .unwrap();
        let read = asked::read(request).await.unwrap();
        assert_eq!((read.query.as_str(), &read.variables["x"]), ("{ a }", &json!(1)), "{kind}");
    }
}

#[tokio::test]
async fn requests_that_cannot_be_read() {
    let without_type = HttpRequest::post("/").body(r#"{ "query": "{ a }" }"#.into()).unwrap();
    let too_long = format!("the body is larger than {BODY_LIMIT} bytes");
    for (request, status, said) in [
        (without_type, 400, "Content-Type header is required"),
        (posted(""), 400, "Body is required"),
        (posted("{"), 400, "the body is not JSON"),
        (posted("[]"), 400, "the body is not an object"),
        (posted("{}"), 400, "the member `query` is missing"),
        (posted(r#"{ "query": "", "variables": 1 }"#), 400, "`variables` is not an object"),
        (posted(" ".repeat(BODY_LIMIT + 1)), 413, too_long.as_str()),
    ] {
        let refusal = asked::read(request).await.unwrap_err();
        let (answered, kind, body) = parts(refusal).await;
        assert_eq!((answered.as_u16(), kind.as_deref()), (status, Some("application/json")));
        let error = body["error"].as_str().unwrap_or_default();
        assert!(error.starts_with(said) && body.as_object().unwrap().len() == 1, "{body}");
    }
    // all that is allowed
    let query = "#".repeat(BODY_LIMIT - r#"{"query":""}"#.len());
    let read = asked::read(posted(format!(r#"{{"query":"{query}"}}"#))).await.unwrap();
    assert_eq!(read.query.len(), query.len());
}

#[tokio::test]
async fn an_answer_says_of_which_block_it_is() {
    let block = BlockInfo {
        number: 7,
        hash: Bytes::parse(&"Ab".repeat(32)).unwrap(),
        parent: Bytes::parse("").unwrap(),
        timestamp: 1_700_000_000,
    };
    let response = reply::answered(&Ok(r#"{"a":1}"#.to_owned()), Some(&block));
    assert_eq!(told(&response, "graph-attestable"), Some("true"));
    let indexed: Json = serde_json::from_str(told(&response, "graph-indexed").unwrap()).unwrap();
    let hash = format!("0x{}", "ab".repeat(32));
    assert_eq!(indexed, json!({ "hash": hash, "number": 7, "timestamp": 1_700_000_000 }));
    let (status, kind, body) = parts(response).await;
    assert_eq!((status.as_u16(), kind.as_deref()), (200, Some("application/json")));
    assert_eq!(body, json!({ "data": { "a": 1 } }));

    let response = reply::answered(&Err(vec![QueryError::new("no")]), None);
    assert_eq!(told(&response, "graph-attestable"), Some("false"));
    assert_eq!(told(&response, "graph-indexed"), None);
    let (status, _, body) = parts(response).await;
    assert_eq!((status.as_u16(), body), (200, json!({ "errors": [{ "message": "no" }] })));
}

#[tokio::test]
async fn what_is_not_there() {
    let (status, kind, body) = parts(nothing().await).await;
    assert_eq!((status.as_u16(), kind.as_deref()), (404, Some("application/json")));
    assert_eq!(body, json!({ "message": "Not found" }));
    // no such subgraph: an answer, by POST and by GET
    let target = Target::by_name("a/b").unwrap();
    let wanted = json!({ "errors": [{ "message": "deployment `a/b` does not exist" }] });
    let asked = answer(&target, None, posted(r#"{ "query": "{ a }" }"#)).await;
    for response in [asked, page_of(&target, None)] {
        let (status, _, body) = parts(response).await;
        assert_eq!((status.as_u16(), &body), (200, &wanted));
    }
    // and who asks nothing is told that first
    let (status, _, _) = parts(answer(&target, None, posted("")).await).await;
    assert_eq!(status.as_u16(), 400);
}

#[tokio::test]
async fn the_page_asks_the_subgraph_beside_it() {
    let response = reply::found("/subgraphs/name/a/b/graphql");
    assert_eq!(response.status().as_u16(), 302);
    assert_eq!(told(&response, "location"), Some("/subgraphs/name/a/b/graphql"));
    let page = page::of("/subgraphs/name/a/b", "a/b").0;
    assert!(page.contains("/subgraphs/name/a/b") && page.contains("<title>a/b</title>"), "{page}");
    let status = status_page().await;
    assert_eq!(status.status().as_u16(), 200);
    assert!(told(&status, "content-type").unwrap().starts_with("text/html"));
}

/// Routes without a subgraph, in the shell of the service.
async fn sent(request: Request) -> Response {
    let ready = Ready::new(async || Err(Problem::unavailable("NOT_READY", "not yet")));
    let timeout = Duration::from_secs(10);
    let shell = Shell { service: "test", timeout, ready, registry: Registry::new() };
    let app = shell.wrap(routes(Arc::new(Subgraphs::default()))).unwrap();
    app.oneshot(request).await.unwrap()
}

fn made(method: &str, path: &str) -> Request {
    HttpRequest::builder().method(method).uri(path).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn paths_that_are_none() {
    for (method, path) in [
        ("GET", "/subgraphs"),
        ("GET", "/subgraphs/"),
        ("POST", "/subgraphs/graphql"),
        ("GET", "/subgraphs/name"),
        ("GET", "/subgraphs/name/"),
        ("POST", "/subgraphs/name/a/b/c"),
        ("GET", "/subgraphs/name/%ff"),
        ("POST", "/subgraphs/id/a/b"),
        ("GET", "/subgraphs/network/a/b"),
        ("PUT", "/subgraphs/name"),
    ] {
        let response = sent(made(method, path)).await;
        assert_eq!(told(&response, "access-control-allow-origin"), Some("*"), "{method} {path}");
        let (status, _, body) = parts(response).await;
        assert_eq!((status.as_u16(), body), (404, json!({ "message": "Not found" })), "{path}");
    }
}

#[tokio::test]
async fn other_methods_are_refused() {
    for (method, path) in [("PUT", "/subgraphs/name/a/b"), ("DELETE", "/subgraphs/status")] {
        let (status, _, body) = parts(sent(made(method, path)).await).await;
        assert_eq!((status.as_u16(), &body["code"]), (405, &json!("METHOD_NOT_ALLOWED")), "{path}");
    }
}

#[tokio::test]
async fn every_place_answers_documents() {
    let post = |path: &str, body: &'static str| {
        let request = HttpRequest::post(path).header("content-type", "application/json");
        request.body(body.into()).unwrap()
    };
    for (path, name) in [
        ("/subgraphs/name/a", "a"),
        ("/subgraphs/name/a/b", "a/b"),
        ("/subgraphs/name/a%2Fb?api-version=0.0.7", "a/b"),
        ("/subgraphs/name/a/b/graphql", "a/b"),
        ("/subgraphs/id/QmA", "QmA"),
        ("/subgraphs/id/QmA/graphql", "QmA"),
    ] {
        let (status, _, body) = parts(sent(post(path, r#"{ "query": "{ a }" }"#)).await).await;
        let message = format!("deployment `{name}` does not exist");
        assert_eq!((status.as_u16(), &body["errors"][0]["message"]), (200, &json!(message)));
        let (status, _, body) = parts(sent(post(path, "")).await).await;
        let wanted = json!({ "error": "Body is required" });
        assert_eq!((status.as_u16(), body), (400, wanted), "{path}");
    }
    let query = r#"{ "query": "{ indexingStatuses { synced } }" }"#;
    let (status, _, body) = parts(sent(post("/subgraphs/status", query)).await).await;
    assert_eq!((status.as_u16(), body), (200, json!({ "data": { "indexingStatuses": [] } })));
    let page = sent(made("GET", "/subgraphs/status")).await;
    assert!(told(&page, "content-type").unwrap().starts_with("text/html"));
}

#[tokio::test]
async fn browsers_may_ask_from_anywhere() {
    let mut request = made("OPTIONS", "/subgraphs/name/a/b");
    let asked = "content-type, user-agent, authorization";
    for (name, value) in [
        ("origin", "https://info.example.org"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", asked),
    ] {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    let response = sent(request).await;
    assert_eq!(response.status().as_u16(), 200);
    assert_eq!(told(&response, "access-control-allow-origin"), Some("*"));
    assert_eq!(told(&response, "access-control-allow-methods"), Some("*"));
    assert_eq!(told(&response, "access-control-allow-headers"), Some(asked));
}

//! The shell, driven without a socket and where it matters with one.

use std::{io::Read as _, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
    routing::{get, post},
};
use prometheus::Registry;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::{BODY_LIMIT, Shell};
use crate::{extract::Json, health::Ready, problem::Problem};

mod logged;
mod refused;

const LONG: &str = "{\"price\":\"1234.5\"}";

async fn boom() -> &'static str {
    panic!("on purpose")
}

fn app() -> Router {
    let routes = Router::new()
        .route("/things/{id}", get(async || "thing"))
        .route("/long", get(async || LONG.repeat(1_000)))
        .route("/panic", get(boom))
        .route("/slow", get(async || tokio::time::sleep(Duration::from_secs(60)).await))
        .route("/late", post(async || tokio::time::sleep(Duration::from_secs(60)).await))
        .route("/json", post(async |Json(_): Json<Value>| "taken"));
    shell().wrap(routes).unwrap()
}

/// One that waits for nothing long.
fn shell() -> Shell {
    Shell {
        service: "test",
        timeout: Duration::from_millis(50),
        ready: Ready::new(async || Err(Problem::unavailable("NOT_READY", "not yet"))),
        registry: Registry::new(),
    }
}

async fn ask(app: &Router, request: Request<Body>) -> (StatusCode, String, Value) {
    let response = app.clone().oneshot(request).await.unwrap();
    assert!(response.headers().contains_key("x-request-id"));
    let status = response.status();
    let kind =
        response.headers().get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap().to_owned());
    let body = to_bytes(response.into_body(), 1 << 22).await.unwrap();
    let value = serde_json::from_slice(&body)
        .unwrap_or_else(|_| String::from_utf8_lossy(&body).into_owned().into());
    (status, kind.unwrap_or_default(), value)
}

fn get_request(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn everything_that_goes_wrong_is_a_problem() {
    let app = app();
    let too_long = Request::post("/json")
        .header("content-type", "application/json")
        .body("1".repeat(BODY_LIMIT + 1).into());
    let no_json =
        Request::post("/json").header("content-type", "application/json").body("{".into());
    let no_type = Request::post("/json").body("{}".into());
    for (request, status, code) in [
        (get_request("/nowhere"), 404, "NOT_FOUND"),
        (Request::delete("/things/1").body(Body::empty()).unwrap(), 405, "METHOD_NOT_ALLOWED"),
        (get_request("/panic"), 500, "INTERNAL_ERROR"),
        (get_request("/slow"), 504, "TIMEOUT"),
        (get_request("/readyz"), 503, "NOT_READY"),
        (too_long.unwrap(), 413, "BODY_TOO_LARGE"),
        (no_json.unwrap(), 400, "BODY_INVALID"),
        (no_type.unwrap(), 415, "MEDIA_TYPE_UNSUPPORTED"),
    ] {
        let (answered, kind, body) = ask(&app, request).await;
        assert_eq!((answered.as_u16(), body["code"].as_str()), (status, Some(code)), "{body}");
        assert_eq!(kind, "application/problem+json");
    }
}

#[tokio::test]
async fn metrics_speak_of_routes_not_of_paths() {
    let app = app();
    for path in ["/things/1", "/things/2", "/nowhere/3", "/panic", "/healthz"] {
        ask(&app, get_request(path)).await;
    }
    let (_, _, text) = ask(&app, get_request("/metrics")).await;
    let text = text.as_str().unwrap();
    for line in [
        r#"sooho_http_requests_total{method="GET",route="/things/{id}",service="test",status="200"} 2"#,
        r#"sooho_http_requests_total{method="GET",route="unmatched",service="test",status="404"} 1"#,
        r#"sooho_http_panics_total{service="test"} 1"#,
        r#"sooho_http_requests_in_flight{service="test"} 1"#,
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}

#[tokio::test]
async fn a_reasonable_request_id_is_kept_and_another_replaced() {
    for (given, kept) in [("abc-1.2_3", true), ("has space", false), (&*"x".repeat(65), false)] {
        let request =
            Request::get("/healthz").header("x-request-id", given).body(Body::empty()).unwrap();
        let response = app().oneshot(request).await.unwrap();
        assert_eq!(response.headers()["x-request-id"] == given, kept);
    }
}

#[tokio::test]
async fn any_origin_may_ask() {
    let request = Request::get("/healthz")
        .header("origin", "https://example.org")
        .body(Body::empty())
        .unwrap();
    let response = app().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
}

#[tokio::test]
async fn serving_ends_with_the_token() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let shutdown = CancellationToken::new();
    let server = tokio::spawn(super::serve(app(), listener, shutdown.clone()));
    shutdown.cancel();
    tokio::time::timeout(Duration::from_secs(5), server).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn long_answers_are_compressed_for_who_asks() {
    let app = app();
    let ask = async |path: &str, encoding: &str| {
        let request = Request::get(path).header("accept-encoding", encoding);
        let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let told = response.headers().get("content-encoding");
        let told = told.map(|told| told.to_str().unwrap().to_owned());
        (told, to_bytes(response.into_body(), 1 << 22).await.unwrap())
    };
    let (told, bytes) = ask("/long", "gzip").await;
    assert!(told.as_deref() == Some("gzip") && bytes.len() < 1_000, "{told:?}, {}", bytes.len());
    let mut text = String::new();
    flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
    assert_eq!(text, LONG.repeat(1_000));
    assert_eq!(ask("/long", "br").await.0.as_deref(), Some("br"));
    // who does not ask, and what is short
    for (path, encoding) in [("/long", "identity"), ("/things/1", "gzip")] {
        assert_eq!(ask(path, encoding).await.0, None, "{path}");
    }
}

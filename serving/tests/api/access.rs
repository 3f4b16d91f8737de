//! Keys and scopes: who may ask what, where anybody may do less than everything.

use std::time::Duration;

use api_kit::access::{KeyScope, NewKey, Scopes};
use axum::{
    body::Body,
    http::{HeaderMap, Request},
};
use serde_json::{Value, json};
use store::keys::Keys;

use crate::service::Service;

const FOR_NOBODY: Scopes = Scopes::NONE;
const POOLS: &str = "{ pools { nodes { id } } }";
/// Longer than keys that are known are believed.
const LATER: Duration = Duration::from_secs(6);

async fn key(keys: &Keys, scopes: &[KeyScope], expires: Option<u64>) -> NewKey {
    let scopes = scopes.iter().copied().collect();
    let made = NewKey::make("somebody".to_owned(), scopes, expires).unwrap();
    assert!(keys.add(&made.record).await.unwrap());
    made
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

fn graphql(path: &str) -> Request<Body> {
    let body = json!({ "query": POOLS }).to_string();
    Request::post(path).header("content-type", "application/json").body(body.into()).unwrap()
}

fn simulate() -> Request<Body> {
    let request = Request::post("/v1/simulate").header("content-type", "application/json");
    request.body("{}".into()).unwrap()
}

/// The scope that a request takes, the request, and the status for those who may.
type Way = (KeyScope, fn() -> Request<Body>, u16);

/// A way in of each kind, the scope that it takes, and what it answers to those who may.
fn ways() -> [Way; 10] {
    [
        (KeyScope::Read, || get("/v1/pools"), 200),
        (KeyScope::Read, || get("/v1/quote?amount=1"), 400),
        (KeyScope::Read, || graphql("/graphql"), 200),
        (KeyScope::Read, || get("/graphql?query=%7Bchains%7Bname%7D%7D"), 200),
        (KeyScope::Read, || graphql("/graphql/stream"), 200),
        (KeyScope::Read, || get("/graphql/stream?query=%7Bchains%7Bname%7D%7D"), 200),
        (KeyScope::Feeds, || get("/udf/config"), 200),
        (KeyScope::Feeds, || get("/dexscreener/local/latest-block"), 503),
        (KeyScope::Simulate, simulate, 400),
        (KeyScope::Admin, || get("/admin/keys"), 200),
    ]
}

async fn ask(
    service: &Service,
    mut request: Request<Body>,
    key: Option<&str>,
) -> (u16, HeaderMap, Value) {
    if let Some(key) = key {
        let value = format!("Bearer {key}").parse().unwrap();
        request.headers_mut().insert("authorization", value);
    }
    let (status, headers, body) = service.whole(request).await;
    let text = String::from_utf8(body.to_vec()).unwrap();
    (status, headers, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

async fn code(service: &Service, request: Request<Body>, key: Option<&str>) -> (u16, String) {
    let (status, _, answer) = ask(service, request, key).await;
    (status, answer["code"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn each_way_in_takes_its_own_scope_and_no_other() {
    let service = Service::open_to(FOR_NOBODY).await;
    service.fill().await;
    for (needed, request, answers) in ways() {
        let (status, headers, problem) = ask(&service, request(), None).await;
        assert_eq!((status, &problem["code"]), (401, &json!("KEY_REQUIRED")), "{problem}");
        assert_eq!(problem["scope"], needed.name());
        assert_eq!(headers["www-authenticate"], "Bearer realm=\"sooho\"");
        for scope in KeyScope::ALL {
            let made = key(&service.keys(), &[scope], None).await;
            let (status, headers, answer) =
                ask(&service, request(), Some(&made.key.reveal())).await;
            if scope == needed {
                assert_eq!(status, answers, "{needed}: {answer}");
                let kept = headers.get("cache-control").and_then(|kept| kept.to_str().ok());
                assert!(kept.is_none_or(|kept| !kept.contains("public")), "{needed}: {kept:?}");
                let varies =
                    headers.get_all("vary").iter().any(|by| by == "authorization, x-api-key");
                assert!(varies, "{needed}: {headers:?}");
            } else {
                assert_eq!((status, &answer["code"]), (403, &json!("SCOPE_MISSING")), "{answer}");
            }
        }
    }
    // what says how the service is, and what it can do, is everybody's
    for path in ["/healthz", "/readyz", "/metrics", "/status", "/openapi.json", "/docs/"] {
        assert_eq!(ask(&service, get(path), None).await.0, 200, "{path}");
    }
    // so is the page to try queries with: it asks nothing by itself
    let page = Request::get("/graphql").header("accept", "text/html").body(Body::empty()).unwrap();
    assert_eq!(ask(&service, page, None).await.0, 200);
    let (_, _, metrics) = ask(&service, get("/metrics"), None).await;
    let count = |reason: &str| {
        let start =
            format!("sooho_access_refused_total{{reason=\"{reason}\",service=\"serving\"}} ");
        let line = metrics.as_str().unwrap().lines().find_map(|line| line.strip_prefix(&start));
        line.map(str::to_owned)
    };
    assert_eq!((count("missing"), count("scope")), (Some("10".into()), Some("40".into())));
    service.stop().await;
}

#[tokio::test]
async fn files_take_a_scope_beside_that_of_their_list() {
    let service = Service::open_to([KeyScope::Read].into_iter().collect()).await;
    service.fill().await;
    let csv = || get("/v1/pools?format=csv");
    assert_eq!(code(&service, csv(), None).await, (401, "KEY_REQUIRED".into()));
    let made = key(&service.keys(), &[KeyScope::Export], None).await;
    let (status, headers, _) = ask(&service, csv(), Some(&made.key.reveal())).await;
    assert_eq!(
        (status, &headers["content-type"]),
        (200, &"text/csv; charset=utf-8; header=present".parse().unwrap())
    );
    let (status, headers, _) = ask(&service, get("/v1/pools"), None).await;
    assert_eq!(status, 200);
    assert!(headers["cache-control"].to_str().unwrap().starts_with("public"), "{headers:?}");
    service.stop().await;
}

#[tokio::test]
async fn a_key_that_is_good_for_nothing_is_refused_where_none_is_needed() {
    let service = Service::filled().await;
    let keys = service.keys();
    let good = key(&keys, &[KeyScope::Admin], None).await;
    let text = good.key.reveal();
    // the secret of one with the id of another
    let other = key(&keys, &[KeyScope::Admin], None).await.key.reveal();
    let mixed = format!("{}{}", &text[..26], &other[26..]);
    let unknown = NewKey::make("x".into(), Scopes::OPEN, None).unwrap().key.reveal();
    let old = key(&keys, &[KeyScope::Read], Some(1_700_000_000_000)).await.key.reveal();
    let revoked = key(&keys, &[KeyScope::Read], None).await;
    assert!(keys.revoke(revoked.key.id(), 1).await.unwrap());
    for (sent, expected) in [
        ("nonsense", "KEY_INVALID"),
        (&text[..90], "KEY_INVALID"),
        (&mixed, "KEY_UNKNOWN"),
        (&unknown, "KEY_UNKNOWN"),
        (&old, "KEY_EXPIRED"),
        (&revoked.key.reveal(), "KEY_REVOKED"),
    ] {
        let found = code(&service, get("/v1/pools"), Some(sent)).await;
        assert_eq!(found, (401, expected.to_owned()));
    }
    let twice = Request::get("/v1/pools").header("authorization", format!("Bearer {text}"));
    let twice = twice.header("x-api-key", other).body(Body::empty()).unwrap();
    assert_eq!(code(&service, twice, None).await, (400, "KEY_AMBIGUOUS".into()));
    assert_eq!(ask(&service, get("/v1/pools"), Some(&text)).await.0, 200);
    service.stop().await;
}

#[tokio::test]
async fn a_new_key_is_good_at_once_and_one_taken_back_ends_within_seconds() {
    let service = Service::open_to(FOR_NOBODY).await;
    service.fill().await;
    let keys = service.keys();
    let pools = || get("/v1/pools");
    let first = key(&keys, &[KeyScope::Read], None).await;
    assert_eq!(ask(&service, pools(), Some(&first.key.reveal())).await.0, 200);
    let second = key(&keys, &[KeyScope::Read, KeyScope::Admin], None).await;
    assert_eq!(ask(&service, pools(), Some(&second.key.reveal())).await.0, 200);
    assert!(keys.revoke(first.key.id(), 1).await.unwrap());
    tokio::time::sleep(LATER).await;
    let found = code(&service, pools(), Some(&first.key.reveal())).await;
    assert_eq!(found, (401, "KEY_REVOKED".into()));

    // who may use it is told without what is secret, and when each was used
    let (status, _, list) = ask(&service, get("/admin/keys"), Some(&second.key.reveal())).await;
    assert_eq!(status, 200);
    let of =
        |id: &str| list["keys"].as_array().unwrap().iter().find(|key| key["id"] == id).unwrap();
    let (first_view, second_view) = (of(first.key.id()), of(second.key.id()));
    assert_eq!(
        (&first_view["state"], &second_view["state"]),
        (&json!("revoked"), &json!("active"))
    );
    assert!(
        first_view["lastUsedAt"].is_string() && second_view["lastUsedAt"].is_string(),
        "{list}"
    );
    assert_eq!(second_view["scopes"], json!(["read", "admin"]));
    assert!(
        !list.to_string().contains("hash") && !list.to_string().contains("sooho_key_"),
        "{list}"
    );
    service.stop().await;
}

#[tokio::test]
async fn while_the_store_is_away_known_keys_go_on_and_others_are_not_called_wrong() {
    let service = Service::open_to(FOR_NOBODY).await;
    service.fill().await;
    let known = key(&service.keys(), &[KeyScope::Read], None).await.key.reveal();
    let nothing = || get("/graphql?query=%7B__typename%7D");
    assert_eq!(ask(&service, nothing(), Some(&known)).await.0, 200);
    let unseen = key(&service.keys(), &[KeyScope::Read], None).await.key.reveal();
    let stranger = NewKey::make("x".into(), Scopes::OPEN, None).unwrap().key.reveal();
    service.freeze(true);
    tokio::time::sleep(LATER).await;
    for _ in 0..3 {
        let (status, _, answer) = ask(&service, nothing(), Some(&known)).await;
        assert_eq!(status, 200, "{answer}");
    }
    for key in [&stranger, &unseen] {
        let found = code(&service, nothing(), Some(key)).await;
        assert_eq!(found, (503, "STORE_UNAVAILABLE".into()));
    }
    service.freeze(false);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(ask(&service, nothing(), Some(&unseen)).await.0, 200);
    assert_eq!(code(&service, nothing(), Some(&stranger)).await, (401, "KEY_UNKNOWN".into()));
    service.stop().await;
}

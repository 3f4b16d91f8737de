//! The OpenAPI document has the routes that are served: all of them, and no other.

use std::collections::BTreeSet;

use axum::{body::Body, http::Request};
use serde_json::Value;

use crate::service::Service;

/// Method and path.
type Route = (String, String);

/// Files of the page at `/docs`: whatever stands below it.
const FILES: [&str; 3] = ["/docs", "/docs/", "/docs/{*rest}"];

/// Answers that say there is nothing.
const NOTHING: [&str; 3] = ["/subgraphs", "/subgraphs/", "/subgraphs/{*path}"];

/// What a router serves, by its own word: it prints its routes by number, and the path of each number.
fn served(printed: &str) -> BTreeSet<Route> {
    let (routes, rest) = printed.split_once("node: Node { paths: {").unwrap();
    let (paths, _) = rest.split_once("\"} }").unwrap();
    let mut found = BTreeSet::new();
    for entry in paths.split("RouteId(").skip(1) {
        let (number, path) = entry.split_once("): \"").unwrap();
        let path = path.split('"').next().unwrap();
        let (_, route) = routes.split_once(&format!("RouteId({number}): ")).unwrap();
        let (_, methods) = route.split_once("allow_header: Bytes(b\"").unwrap();
        let methods = methods.split('"').next().unwrap();
        for method in methods.split(',').filter(|method| *method != "HEAD") {
            found.insert((method.to_owned(), path.to_owned()));
        }
    }
    found
}

fn documented(document: &Value) -> BTreeSet<Route> {
    let mut found = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            found.insert((method.to_uppercase(), path.clone()));
        }
    }
    found
}

#[tokio::test]
async fn every_route_is_documented_and_every_documented_one_is_served() {
    let service = Service::empty().await;
    let mut served = served(&service.routes());
    let files = served.extract_if(.., |(_, path)| FILES.contains(&path.as_str())).count();
    assert_eq!(files, FILES.len(), "the page to try it");
    let none = served.extract_if(.., |(_, path)| NOTHING.contains(&path.as_str())).count();
    assert!(none >= NOTHING.len(), "what is no subgraph");
    assert!(served.len() > 90, "{served:?}");
    assert_eq!(served, documented(&serving::openapi::document()));
    service.stop().await;
}

#[tokio::test]
async fn the_document_is_served() {
    let service = Service::empty().await;
    let ask = |tag: Option<&str>| {
        let request = Request::get("/openapi.json").header("if-none-match", tag.unwrap_or("none"));
        service.whole(request.body(Body::empty()).unwrap())
    };
    let (status, headers, body) = ask(None).await;
    assert_eq!((status, &headers["content-type"]), (200, &"application/json".parse().unwrap()));
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), serving::openapi::document());
    let (status, _, body) = ask(headers["etag"].to_str().ok()).await;
    assert_eq!((status, body.len()), (304, 0));
    service.stop().await;
}

#[tokio::test]
async fn the_page_is_whole_and_asks_nobody_else() {
    let service = Service::empty().await;
    let get = |path: String| service.whole(Request::get(path).body(Body::empty()).unwrap());
    let (status, headers, _) = get("/docs".to_owned()).await;
    assert_eq!((status, &headers["location"]), (303, &"/docs/".parse().unwrap()));
    let (status, headers, page) = get("/docs/".to_owned()).await;
    assert_eq!(status, 200);
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'self'"), "{policy}");
    let page = String::from_utf8(page.to_vec()).unwrap();
    // what the policy does not let through must not be in it
    assert!(!page.contains("<script>"), "{page}");
    let named = page.split(['"', '\'']).filter(|text| text.starts_with("./"));
    let named: Vec<String> = named.map(|text| text.replacen("./", "/docs/", 1)).collect();
    assert!(named.iter().any(|file| file.ends_with(".js")), "{page}");
    assert!(named.iter().any(|file| file.ends_with(".css")), "{page}");
    for file in named {
        let (status, headers, body) = get(file.clone()).await;
        assert_eq!(status, 200, "{file}");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert!(!body.is_empty(), "{file}");
        if file.ends_with("initializer.js") {
            assert!(String::from_utf8(body.to_vec()).unwrap().contains("/openapi.json"));
        }
    }
    assert!(!page.contains("src=\"http") && !page.contains("href=\"http"), "{page}");
    service.stop().await;
}

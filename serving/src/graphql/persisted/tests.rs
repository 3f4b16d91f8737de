//! Names for documents: what is found, what is refused, and how much is kept.

use std::path::Path;

use alloy_primitives::hex;
use async_graphql::Request;
use serde_json::{Value, json};

use super::{id::sha256, *};

const QUERY: &str = "{ chains { name } }";

fn settings() -> GraphQlSettings {
    GraphQlSettings::default()
}

fn listing(only_documents: bool, documents: &Value) -> GraphQlSettings {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("list.json");
    std::fs::write(&file, documents.to_string()).unwrap();
    let documents = Arc::new(DocumentList::read(&file).unwrap());
    GraphQlSettings { only_documents, documents, ..settings() }
}

fn asking(body: Value) -> Request {
    crate::graphql::asked::request(body).unwrap()
}

fn apollo(hash: &str, query: Option<&str>) -> Request {
    let named = json!({"version": 1, "sha256Hash": hash});
    asking(json!({"query": query, "extensions": {"persistedQuery": named}}))
}

fn hash(document: &str) -> String {
    hex::encode(sha256(document))
}

/// The document that is run, or the code of the refusal.
fn run(persisted: &Persisted, mut request: Request) -> Result<String, String> {
    match persisted.admit(&mut request) {
        Ok(()) => Ok(request.query),
        Err(error) => match error.extensions.as_ref().and_then(|more| more.get("code")) {
            Some(async_graphql::Value::String(code)) => Err(code.clone()),
            _ => Err(error.message),
        },
    }
}

#[test]
fn the_hash_is_that_of_the_protocol() {
    // from Apollo's own description
    assert_eq!(
        hash("{__typename}"),
        "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38"
    );
}

#[test]
fn a_document_is_sent_once() {
    let persisted = Persisted::new(settings());
    let (name, other) = (hash(QUERY), hash("{ block { number } }"));
    let not_found = Err("PERSISTED_QUERY_NOT_FOUND".to_owned());
    assert_eq!(run(&persisted, apollo(&name, None)), not_found);
    assert_eq!(
        run(&persisted, apollo(&other, Some(QUERY))),
        Err("PERSISTED_QUERY_HASH_MISMATCH".to_owned())
    );
    assert_eq!(run(&persisted, apollo(&other, None)), not_found);
    assert_eq!(run(&persisted, apollo(&name, Some(QUERY))), Ok(QUERY.to_owned()));
    assert_eq!(run(&persisted, apollo(&name, None)), Ok(QUERY.to_owned()));
    // what would be refused is not kept
    for document in ["{ chains {", &format!("{{ chains {{ name }} }} #{}", "x".repeat(40_000))] {
        assert!(run(&persisted, apollo(&hash(document), Some(document))).is_err());
        assert_eq!(run(&persisted, apollo(&hash(document), None)), not_found);
    }
    let off = Persisted::new(GraphQlSettings { apq_bytes: 0, ..settings() });
    for query in [None, Some(QUERY)] {
        let refusal = Err("PERSISTED_QUERY_NOT_SUPPORTED".to_owned());
        assert_eq!(run(&off, apollo(&name, query)), refusal);
    }
    assert_eq!(run(&off, Request::new(QUERY)), Ok(QUERY.to_owned()));
}

#[test]
fn nonsense_has_a_code() {
    let persisted = Persisted::new(settings());
    for named in [
        json!(1),
        json!("x"),
        json!([]),
        json!({}),
        json!({"version": 2, "sha256Hash": hash(QUERY)}),
        json!({"version": "1", "sha256Hash": hash(QUERY)}),
        json!({"version": 1}),
        json!({"version": 1, "sha256Hash": 7}),
        json!({"version": 1, "sha256Hash": ""}),
        json!({"version": 1, "sha256Hash": "x".repeat(100_000)}),
    ] {
        for query in [None, Some(QUERY)] {
            let body = json!({"query": query, "extensions": {"persistedQuery": named}});
            let refusal = Err("PERSISTED_QUERY_INVALID".to_owned());
            assert_eq!(run(&persisted, asking(body)), refusal, "{named}");
        }
    }
    let upper = apollo(&hash(QUERY).to_uppercase(), Some(QUERY));
    assert_eq!(run(&persisted, upper), Ok(QUERY.to_owned()));
    assert_eq!(
        run(&persisted, apollo("beef", Some(QUERY))),
        Err("PERSISTED_QUERY_HASH_MISMATCH".to_owned())
    );
    for body in [
        json!({"extensions": {"persistedQuery": null}}),
        json!({"query": 1, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "a"}}}),
        json!({"extensions": [{"persistedQuery": 1}]}),
        json!({"extensions": "persistedQuery"}),
    ] {
        let refused = crate::graphql::asked::request(body.clone());
        assert_eq!(
            refused.map(|_| ()).map_err(|problem| problem.code()),
            Err("BODY_INVALID"),
            "{body}"
        );
    }
}

#[test]
fn what_was_used_last_stays() {
    let kept = Kept::new(10_000);
    let documents: Vec<String> =
        (0..500).map(|number| format!("{{ a{number}: __typename }}")).collect();
    for document in &documents {
        kept.put(sha256(document), document);
        assert!(kept.get(sha256(&documents[0])).is_some(), "it is used all the time");
        assert!(kept.bytes() <= 10_000);
    }
    let found = documents.iter().filter(|document| kept.get(sha256(document)).is_some()).count();
    assert!((30..40).contains(&found), "{found}");
    assert!(kept.get(sha256(&documents[499])).is_some());
    let before = kept.bytes();
    kept.put(sha256(&documents[499]), &documents[499]);
    kept.put(sha256("large"), &"x".repeat(20_000));
    assert_eq!(kept.bytes(), before);
}

#[test]
fn listed_documents_have_names() {
    let relay = json!({"a1b2": QUERY, "7": "query B { block { number } }"});
    let apollo_s = json!({
        "format": "apollo-persisted-query-manifest", "version": 1,
        "operations": [
            {"id": "a1b2", "name": "A", "type": "query", "body": QUERY},
            {"id": "7", "name": "B", "type": "query", "body": "query B { block { number } }"},
        ],
    });
    assert_eq!(listing(true, &relay), listing(true, &apollo_s));
    for only in [false, true] {
        let persisted = Persisted::new(listing(only, &relay));
        for body in [
            json!({"documentId": "a1b2"}),
            json!({"doc_id": "a1b2", "query": null}),
            json!({"documentId": "a1b2", "query": QUERY}),
            json!({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "a1b2"}}}),
            json!({"query": format!("\n{QUERY} ")}),
        ] {
            let found = run(&persisted, asking(body.clone()));
            assert_eq!(found.as_deref().map(str::trim), Ok(QUERY), "{body}");
        }
        let unknown = asking(json!({"documentId": "b"}));
        assert_eq!(run(&persisted, unknown), Err("PERSISTED_QUERY_NOT_IN_LIST".to_owned()));
        let another = asking(json!({"documentId": "a1b2", "query": "{ __typename }"}));
        let mismatch = Err("PERSISTED_QUERY_HASH_MISMATCH".to_owned());
        assert_eq!(run(&persisted, another), mismatch);
    }
}

#[test]
fn nothing_but_the_list_is_answered() {
    let persisted = Persisted::new(listing(true, &json!({"a": QUERY})));
    let refused = Err("QUERY_NOT_IN_SAFELIST".to_owned());
    for query in ["{ block { number } }", "{ __schema { types { name } } }", "{ __typename }"] {
        assert_eq!(run(&persisted, Request::new(query)), refused);
        assert_eq!(run(&persisted, apollo(&hash(query), Some(query))), refused);
        let unknown = Err("PERSISTED_QUERY_NOT_IN_LIST".to_owned());
        assert_eq!(run(&persisted, apollo(&hash(query), None)), unknown);
    }
    assert_eq!(run(&persisted, apollo(&hash(QUERY), Some(QUERY))), Ok(QUERY.to_owned()));
    let schema = "{ __schema { types { name } } }";
    let listed = GraphQlSettings { introspection: false, ..listing(true, &json!({"s": schema})) };
    assert_eq!(run(&Persisted::new(listed), Request::new(schema)), Ok(schema.to_owned()));
}

#[test]
fn the_schema_is_told_where_that_is_wanted() {
    let closed = Persisted::new(GraphQlSettings { introspection: false, ..settings() });
    for query in [
        "{ __schema { types { name } } }",
        "query A { a: __type(name: \"Pool\") { name } }",
        "{ ...F } fragment F on Query { ...G } fragment G on Query { x: __schema { types { name } } }",
        "{ ... on Query { ... { __type(name: \"Pool\") { name } } } }",
        "query A { __typename } query B { __schema { types { name } } }",
        "{ pools { nodes { __schema { types { name } } } } }",
    ] {
        assert_eq!(
            run(&closed, Request::new(query)),
            Err("INTROSPECTION_DISABLED".to_owned()),
            "{query}"
        );
        assert!(run(&Persisted::new(settings()), Request::new(query)).is_ok());
        let refused = run(&closed, apollo(&hash(query), Some(query)));
        assert_eq!(refused, Err("INTROSPECTION_DISABLED".to_owned()));
    }
    assert!(run(&closed, Request::new("{ __typename pools { __typename } }")).is_ok());
}

#[test]
fn files_that_are_no_lists_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |path: &Path| DocumentList::read(path).unwrap_err().to_string();
    assert!(refused(folder.path()).contains("has no documents"));
    assert!(refused(&folder.path().join("none")).contains("cannot be read"));
    let file = folder.path().join("list.json");
    for (text, why) in [
        ("", "neither"),
        ("{\"a\": 1}", "neither"),
        ("{}", "has no documents"),
        ("{\"a\": \"{ ...A } fragment A on Query { ...A }\"}", "contains itself"),
    ] {
        std::fs::write(&file, text).unwrap();
        let refusal = refused(&file);
        assert!(refusal.contains(why) && refusal.contains(&*folder.path().to_string_lossy()));
    }
}

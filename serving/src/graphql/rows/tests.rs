//! Rows are answered as the library answers a list of the same objects.

use async_graphql::{
    ComplexObject, EmptyMutation, EmptySubscription, Object, Request, Result, Schema, SimpleObject,
    Value as GraphQlValue, parser::parse_query,
};
use serde::Serialize;
use serde_json::{Error, Value};

use super::{Known, Leaves, Members, Merged, Row, Rows, merged::is_merged};
use crate::graphql::written;

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject)]
#[graphql(complex)]
struct Thing {
    /// Its place.
    index: u64,
    /// Perhaps one.
    name: Option<String>,
}

impl Leaves for Thing {
    fn members(&self, members: &mut impl Members) -> std::result::Result<(), Error> {
        members.all(self)
    }
}

/// What hangs on a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject)]
#[graphql(complex)]
struct Next {
    /// Its place.
    index: u64,
}

impl Leaves for Next {
    fn members(&self, members: &mut impl Members) -> std::result::Result<(), Error> {
        members.all(self)
    }
}

#[ComplexObject]
impl Next {
    /// Fails for each third.
    async fn picky(&self) -> Result<u64> {
        if self.index % 3 == 2 { Err("not this one".into()) } else { Ok(self.index) }
    }

    /// The row again.
    async fn thing(&self) -> Thing {
        tokio::task::yield_now().await;
        thing(self.index)
    }
}

#[ComplexObject]
impl Thing {
    /// Fails for each third.
    async fn picky(&self) -> Result<String> {
        // not ready at once
        tokio::task::yield_now().await;
        if self.index % 3 == 2 {
            Err("not this one".into())
        } else {
            Ok(format!("#{}", self.index))
        }
    }

    /// Fails for each third, which is told as null.
    async fn perhaps(&self) -> Option<Result<u64>> {
        Some(if self.index % 3 == 1 { Err("nor that one".into()) } else { Ok(self.index) })
    }

    /// Another one.
    async fn next(&self, #[graphql(default = 1)] by: u64) -> Row<Next> {
        tokio::task::yield_now().await;
        Row(Next { index: self.index + by })
    }
}

fn thing(index: u64) -> Thing {
    Thing { index, name: index.is_multiple_of(2).then(|| format!("thing {index}")) }
}

/// The same list twice.
struct Query;

#[Object]
impl Query {
    async fn library(&self) -> Vec<Thing> {
        (0..40).map(thing).collect()
    }

    async fn ours(&self) -> Rows<Thing> {
        Rows((0..40).map(thing).collect())
    }
}

/// Answers of both as text, with their errors, sorted: rows that are resolved beside each other fail in any order.
async fn both(selection: &str, rest: &str) -> [(String, Vec<String>); 2] {
    let schema = Schema::build(Query, EmptyMutation, EmptySubscription);
    let schema = schema.data(Known::default()).finish();
    let no = if selection.contains("$no") { "($no: Boolean = false)" } else { "" };
    let mut answers = Vec::new();
    for name in ["library", "ours"] {
        let query = format!("query{no} {{ list: {name} {{ {selection} }} }} {rest}");
        let mut request = Request::new(query);
        if name == "ours" {
            // without it all is left to the library
            let merged = Merged::of(&mut request);
            request = request.data(merged);
        }
        let answer = schema.execute(request).await;
        let mut errors: Vec<String> = answer
            .errors
            .iter()
            .map(|error| format!("{} at {:?}", error.message, error.path))
            .collect();
        errors.sort();
        let mut text = Vec::new();
        written::value(&answer.data, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(text, serde_json::to_string(&answer.data).unwrap());
        answers.push((text, errors));
    }
    answers.try_into().unwrap()
}

#[tokio::test]
async fn rows_are_answered_as_lists_are() {
    let fragments =
        "fragment One on Thing { name ...Two } fragment Two on Thing { next { index picky } }";
    for (selection, rest) in [
        ("index name", ""),
        ("index __typename other: index", ""),
        ("picky index", ""),
        ("perhaps index", ""),
        ("next { index thing { name } } index", ""),
        ("next { thing { index picky perhaps } picky } a: next(by: 5) { index }", ""),
        ("...One index", fragments),
        ("index ... on Thing { name } ... { picky }", ""),
        ("index @include(if: $no) name", ""),
        ("... @skip(if: $no) { index }", ""),
        // what takes more than resolving each once
        ("index index", ""),
        ("next { index } next { picky }", ""),
        ("next { index } ...One", fragments),
    ] {
        let [library, ours] = both(selection, rest).await;
        // the library puts fields in the order in which they are done
        let [whole, of_library] =
            [&ours.0, &library.0].map(|text| serde_json::from_str::<Value>(text).unwrap());
        assert_eq!((&whole, &ours.1), (&of_library, &library.1), "{selection}");
        assert_eq!(whole["list"].as_array().map(Vec::len), Some(40), "{selection}");
    }
}

#[tokio::test]
async fn rows_are_written_only_where_a_request_was_looked_at() {
    let schema = Schema::build(Query, EmptyMutation, EmptySubscription);
    let schema = schema.data(Known::default()).finish();
    let list = async |query: &str, is_seen| {
        let mut request = Request::new(query);
        if is_seen {
            let merged = Merged::of(&mut request);
            request = request.data(merged);
        }
        let GraphQlValue::Object(mut data) = schema.execute(request).await.data else { panic!() };
        data.swap_remove("ours").unwrap()
    };
    for query in ["{ ours { index } }", "{ ours { picky next { index } } }"] {
        // text is the only member of an object; the library makes a list
        assert!(matches!(list(query, true).await, GraphQlValue::Object(_)), "{query}");
        assert!(matches!(list(query, false).await, GraphQlValue::List(_)), "{query}");
    }
    let parts = "{ ours { next { index } next { picky } } }";
    assert!(matches!(list(parts, true).await, GraphQlValue::List(_)));
}

#[tokio::test]
async fn what_fails_is_told_with_its_path() {
    let [_, (data, errors)] = both("index picky", "").await;
    assert_eq!(errors.len(), 13);
    assert!(
        errors.iter().any(|error| error.contains("Index(38)") && error.contains("\"picky\"")),
        "{errors:?}"
    );
    assert!(data.contains(r#"{"index":38}"#), "{data}");
}

#[tokio::test]
async fn parts_of_one_object_come_together() {
    let fragments = [
        ("...One", "fragment One on Thing { next { index } }"),
        ("...Two", "fragment Two on Thing { next { picky } index }"),
    ];
    for selection in [
        "next { index } next { picky }",
        "next { index index } next { picky }",
        "...One ...Two",
        "next { index } ...Two",
        "... { next { index } } next { picky }",
        "...One index ... { next { thing { index } } }",
    ] {
        let used = fragments.iter().filter(|(name, _)| selection.contains(name));
        let rest: String = used.map(|(_, text)| *text).collect();
        let [_, (text, _)] = both(&format!("name {selection}"), &rest).await;
        let whole: Value = serde_json::from_str(&text).unwrap();
        let first = &whole["list"][0];
        assert_eq!(first["name"], "thing 0");
        assert_eq!(first["next"]["index"], 1, "{selection}: {first}");
        let picky = selection.contains("picky") || selection.contains("Two");
        assert_eq!(first["next"]["picky"], if picky { 1.into() } else { Value::Null }, "{first}");
    }
    let parts = "{ list: ours { index } ...Rest } fragment Rest on Query { list: ours { name } }";
    let schema = Schema::build(Query, EmptyMutation, EmptySubscription).finish();
    let mut request = Request::new(parts);
    let merged = Merged::of(&mut request);
    let answer = schema.execute(request.data(merged)).await.data.into_json().unwrap();
    assert_eq!(answer["list"][2], serde_json::json!({ "index": 2, "name": "thing 2" }));
}

#[test]
fn documents_with_objects_in_parts_are_seen() {
    let deep = format!("{{ a {} {} }}", "{ a ".repeat(100), "}".repeat(100));
    let wide =
        format!("{{ {} }}", (0..30_000).map(|n| format!("a{n}: a {{ b }} ")).collect::<String>());
    let chain: String = (1..400)
        .map(|n| format!("fragment F{n} on A {{ ...F{} k{n}: k {{ b }} }} ", n - 1))
        .collect();
    let chain = format!("{{ ...F399 }} fragment F0 on A {{ k {{ b }} }} {chain}");
    for (document, wanted) in [
        ("{ a { b c } d { b } }", false),
        ("{ a b a }", false),
        ("{ a { b } c: a { d } }", false),
        ("{ ...F e { b } } fragment F on A { a { b } }", false),
        ("{ a { ...F } c { ...F } } fragment F on A { x { b } }", false),
        ("{ a { b } a { c } }", true),
        ("{ x { a { b } a { c } } }", true),
        ("{ a { b } ...F } fragment F on A { a { c } }", true),
        ("{ ...F ...F } fragment F on A { a { c } }", true),
        ("{ ...F ... on A { ... { a { d } } } } fragment F on A { a { c } }", true),
        ("{ ...F } fragment F on A { a { c } ...F }", true),
        // too much to look at
        (&deep, true),
        (&wide, true),
        (&chain, true),
    ] {
        // what the parser refuses is refused
        let Ok(parsed) = parse_query(document) else { continue };
        let shown: String = document.chars().take(80).collect();
        assert_eq!(is_merged(&parsed), wanted, "{shown}");
    }
}

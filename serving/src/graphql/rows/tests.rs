//! Rows are answered as the library answers a list of the same objects.

use async_graphql::{
    ComplexObject, EmptyMutation, EmptySubscription, Object, Result, Schema, SimpleObject,
};

use serde::Serialize;
use serde_json::{Error, Value};

use super::{Known, Leaves, Members, Row, Rows};
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
        let answer = schema.execute(query.as_str()).await;
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
async fn what_fails_is_told_with_its_path() {
    let [_, (data, errors)] = both("index picky", "").await;
    assert_eq!(errors.len(), 13);
    assert!(
        errors.iter().any(|error| error.contains("Index(38)") && error.contains("\"picky\"")),
        "{errors:?}"
    );
    assert!(data.contains(r#"{"index":38}"#), "{data}");
}

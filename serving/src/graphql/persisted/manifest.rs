//! Lists of documents as build tools write them: Apollo's manifest of persisted queries, and Relay's map of ids.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What Apollo calls its format.
const APOLLO: &str = "apollo-persisted-query-manifest";

#[derive(Deserialize)]
#[serde(untagged)]
enum Manifest {
    Apollo(Apollo),
    Relay(BTreeMap<String, String>),
}

#[derive(Deserialize)]
struct Apollo {
    format: String,
    version: u64,
    operations: Vec<Operation>,
}

#[derive(Deserialize)]
struct Operation {
    id: String,
    body: String,
}

/// Ids and documents of a file.
pub(super) fn read(text: &str) -> Result<Vec<(String, String)>, String> {
    let neither = |error: serde_json::Error| {
        format!("it is neither Apollo's manifest nor Relay's map of ids to documents: {error}")
    };
    match serde_json::from_str(text).map_err(neither)? {
        Manifest::Apollo(Apollo { format, version, .. }) if format != APOLLO || version != 1 => {
            Err(format!(
                "its format is `{format}`, version {version}; `{APOLLO}`, version 1 is known"
            ))
        }
        Manifest::Apollo(Apollo { operations, .. }) => {
            Ok(operations.into_iter().map(|operation| (operation.id, operation.body)).collect())
        }
        Manifest::Relay(documents) => Ok(documents.into_iter().collect()),
    }
}

//! A request as it comes: the body of a POST, or the query of a URL.

use api_kit::problem::Problem;
use async_graphql::Request;
use axum::body::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::IntoParams;

use super::persisted::DOCUMENT;

/// Names of the id of a listed document beside the other members, as clients say it.
const IDS: [&str; 2] = ["documentId", "doc_id"];

/// A request in the query of a URL.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Params {
    /// The document.
    #[param(example = "{ pools(first: 2) { nodes { id } } }")]
    query: Option<String>,
    /// Which operation of the document.
    operation_name: Option<String>,
    /// JSON.
    variables: Option<String>,
    /// JSON.
    extensions: Option<String>,
    /// Id of a listed document.
    #[serde(alias = "doc_id")]
    document_id: Option<String>,
}

impl Params {
    /// The same as the body of a POST; `None` where no document is meant.
    pub(super) fn body(self) -> Result<Option<Value>, Problem> {
        let Self { query, operation_name, variables, extensions, document_id } = self;
        if query.is_none() && extensions.is_none() && document_id.is_none() {
            return Ok(None);
        }
        let mut body = Map::new();
        let texts =
            [("query", query), ("operationName", operation_name), ("documentId", document_id)];
        for (name, text) in texts {
            body.extend(text.map(|text| (name.to_owned(), text.into())));
        }
        for (name, text) in [("variables", variables), ("extensions", extensions)] {
            let Some(text) = text else { continue };
            let value: Value = serde_json::from_str(&text).map_err(|error| {
                Problem::bad_request("QUERY_INVALID", format!("`{name}` is no JSON: {error}"))
            })?;
            body.insert(name.to_owned(), value);
        }
        Ok(Some(Value::Object(body)))
    }
}

/// A message of a socket with its document named as [`request`] names it: the protocol there knows the usual members alone.
pub(super) fn message(data: Bytes) -> Bytes {
    // nearly all have nothing of this
    let says = |name: &&str| data.windows(name.len()).any(|part| part == name.as_bytes());
    if !IDS.iter().any(says) {
        return data;
    }
    let Ok(mut message) = serde_json::from_slice::<Value>(&data) else { return data };
    match message.get_mut("payload").and_then(Value::as_object_mut) {
        Some(payload) => name_document(payload),
        None => return data,
    }
    serde_json::to_vec(&message).map_or(data, Bytes::from)
}

/// Puts the id of a listed document to where the executor looks for it.
fn name_document(members: &mut Map<String, Value>) {
    // what is null was not said
    members.retain(|_, value| !value.is_null());
    if let Some(id) = IDS.iter().find_map(|name| members.remove(*name)) {
        let extensions = members.entry("extensions").or_insert_with(|| Map::new().into());
        if let Value::Object(extensions) = extensions {
            extensions.insert(DOCUMENT.to_owned(), id);
        }
    }
}

/// One request of a body.
pub(super) fn request(mut body: Value) -> Result<Request, Problem> {
    if let Value::Object(members) = &mut body {
        name_document(members);
    }
    let extensions = body.get("extensions");
    let is_named = extensions.is_some_and(|extensions| {
        ["persistedQuery", DOCUMENT]
            .iter()
            .any(|name| extensions.get(name).is_some_and(|id| !id.is_null()))
    });
    let has_text = match body.get("query") {
        Some(query) => query.is_string(),
        None => is_named,
    };
    if !has_text {
        let detail = "give one request: {\"query\": \"…\", \"variables\": {…}}; lists of requests are not taken";
        return Err(Problem::bad_request("BODY_INVALID", detail));
    }
    serde_json::from_value(body)
        .map_err(|error| Problem::bad_request("BODY_INVALID", error.to_string()))
}

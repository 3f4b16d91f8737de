//! What the OpenAPI document says of GraphQL over HTTP: the shapes of requests and answers. What is in them, the schema says.

#![expect(
    dead_code,
    reason = "shapes are described here; requests and answers are made by the executor"
)]

use api_kit::access::KeyScope;
use serde_json::Value;
use utoipa::{ToSchema, openapi::OpenApi};

use crate::openapi::{
    keys,
    problems::{self, Fault, Told},
};

/// A request of GraphQL: `query`, or what names a document in `extensions` or `documentId`.
#[derive(ToSchema)]
#[schema(as = GraphQlRequest, rename_all = "camelCase")]
pub(super) struct Asked {
    /// The document.
    #[schema(examples("{ pools(first: 2) { nodes { id } } }"))]
    query: Option<String>,
    /// Which operation of the document.
    operation_name: Option<String>,
    /// Values of its variables.
    #[schema(value_type = Option<Object>)]
    variables: Option<Value>,
    /// `persistedQuery`: the hash of a document (automatic persisted queries).
    #[schema(value_type = Option<Object>)]
    extensions: Option<Value>,
    /// Id of a listed document.
    document_id: Option<String>,
}

/// An answer of GraphQL.
#[derive(ToSchema)]
#[schema(as = GraphQlAnswer)]
pub(super) struct Answer {
    /// What was asked for; null where it could not be told.
    #[schema(value_type = Option<Object>)]
    data: Option<Value>,
    /// What went wrong; `extensions.code` is stable.
    errors: Option<Vec<Failure>>,
    /// Beside the data.
    #[schema(value_type = Option<Object>)]
    extensions: Option<Value>,
}

/// An error in an answer.
#[derive(ToSchema)]
#[schema(as = GraphQlError)]
struct Failure {
    /// For people.
    message: String,
    /// Where in the document.
    #[schema(value_type = Option<Vec<Object>>)]
    locations: Option<Vec<Value>>,
    /// Where in the answer: names of fields, and numbers in lists.
    #[schema(value_type = Option<Vec<Value>>)]
    path: Option<Vec<Value>>,
    /// `code` for programs, and what belongs to it.
    #[schema(value_type = Option<Object>)]
    extensions: Option<Value>,
}

/// An event of a stream of answers.
#[derive(ToSchema)]
#[schema(as = GraphQlEvent)]
pub(super) struct Streamed {
    /// `next`, or `complete` at the end.
    event: String,
    /// An answer as JSON; nothing at the end.
    data: Option<String>,
}

/// How these operations fail beside what each says itself.
pub(super) fn document(mut document: OpenApi) -> OpenApi {
    let faults = [Fault::BadRequest, Fault::Internal, Fault::Unavailable, Fault::Timeout];
    problems::add(&mut document, &faults, Told::Problem);
    problems::add_to_bodies(&mut document);
    keys::needed(&mut document, KeyScope::Read);
    document
}

//! What the OpenAPI document says of subgraphs over HTTP. What is in their answers, their schemas say.

#![expect(
    dead_code,
    reason = "shapes are described here; requests and answers are made by the engine"
)]

use api_kit::access::KeyScope;
use serde_json::Value;
use utoipa::{ToSchema, openapi::OpenApi};

use crate::openapi::{
    keys,
    problems::{self, Fault, Told},
};

/// A request to a subgraph. The name of an operation is not looked at.
#[derive(ToSchema)]
#[schema(as = SubgraphRequest)]
pub(super) struct Asked {
    /// The document.
    #[schema(examples("{ _meta { block { number } } }"))]
    query: String,
    /// Values of its variables.
    #[schema(value_type = Option<Object>)]
    variables: Option<Value>,
}

/// An answer of a subgraph: `data`, or `errors`.
#[derive(ToSchema)]
#[schema(as = SubgraphAnswer)]
pub(super) struct Answer {
    /// What was asked for.
    #[schema(value_type = Object, required = false)]
    data: Option<Value>,
    /// Why there is no data.
    #[schema(value_type = Vec<Failure>, required = false)]
    errors: Option<Vec<Failure>>,
}

/// Why a subgraph has no data.
#[derive(ToSchema)]
#[schema(as = SubgraphError)]
pub(super) struct Failure {
    /// For people, and for clients that look for a part of it.
    message: String,
    /// Where in the document.
    #[schema(value_type = Vec<Object>, required = false)]
    locations: Option<Vec<Value>>,
}

/// A request to a subgraph that cannot be read.
#[derive(ToSchema)]
#[schema(as = SubgraphRefusal)]
pub(super) struct Refusal {
    /// What is wrong with it.
    error: String,
}

/// A path of no subgraph.
#[derive(ToSchema)]
#[schema(as = SubgraphNotFound)]
pub(super) struct NotFound {
    /// That there is nothing.
    message: String,
}

/// How these operations fail beside what each says itself.
pub(super) fn document(mut document: OpenApi) -> OpenApi {
    problems::add(&mut document, &[Fault::Internal, Fault::Timeout], Told::Problem);
    keys::needed(&mut document, KeyScope::Read);
    document
}

//! Subgraphs over HTTP, as the reference's clients expect them: every answer of a document has the status 200, errors included.
//!
//! | Path below `/subgraphs` | POST | GET |
//! |---|---|---|
//! | `/name/NAME`, `/id/ID` | a document is answered | to the page |
//! | the same and `/graphql` | a document is answered | the page to try documents with |
//! | `/status` | how far the subgraphs are | the same page for it |
//! | anything else | 404 | 404 |
//!
//! CORS is the shell's: it answers `OPTIONS` and lets any origin in. Who asks is not looked at here: clients that know hosted
//! gateways send keys of those.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, Request, State, rejection::PathRejection},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::any,
};
use subgraph::{QueryError, envelope};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use self::target::Target;
use super::{
    described::{self, Answer, Asked, NotFound, Refusal},
    served::{Served, Subgraphs},
    status,
};

mod asked;
mod page;
mod reply;
mod target;
#[cfg(test)]
mod tests;

/// The routes of all subgraphs.
pub(crate) fn routes(all: Arc<Subgraphs>) -> Router {
    let routes: Router<Arc<Subgraphs>> = handlers().into();
    routes
        .route("/subgraphs", any(nothing))
        .route("/subgraphs/", any(nothing))
        .route("/subgraphs/{*path}", any(nothing))
        .with_state(all)
}

fn handlers() -> OpenApiRouter<Arc<Subgraphs>> {
    OpenApiRouter::new()
        .routes(routes!(status_page, status_answer))
        .routes(routes!(name_page, name_answer))
        .routes(routes!(id_page, id_answer))
}

/// What the routes say of themselves.
pub(crate) fn document() -> OpenApi {
    described::document(handlers().into_openapi())
}

/// The rest of a path; an error: it is no text.
type Rest = Result<Path<String>, PathRejection>;

/// What is no path.
async fn nothing() -> Response {
    reply::not_found()
}

/// Answers a document of a subgraph.
///
/// Refusals of documents have the status 200, too: `errors` says why. Keys of other gateways are not looked at.
#[utoipa::path(
    post,
    path = "/subgraphs/name/{*name}",
    operation_id = "subgraphByName",
    tag = "subgraphs",
    params(("*name" = String, Path, description = "Name of a subgraph, `owner/name` or one word, and `/graphql` or not.", example = "uniswap/uniswap-v3")),
    request_body(content = Asked, description = "A document."),
    responses(
        (status = 200, description = "Data, or why there is none.", body = Answer),
        (status = 400, description = "The request cannot be read.", body = Refusal),
        (status = 404, description = "No name of a subgraph.", body = NotFound),
        (status = 413, description = "The body is too large.", body = Refusal),
    ),
)]
async fn name_answer(State(all): State<Arc<Subgraphs>>, rest: Rest, request: Request) -> Response {
    let Ok(Path(rest)) = rest else { return reply::not_found() };
    match Target::by_name(&rest) {
        Some(target) => answer(&target, all.named(target.what), request).await,
        None => reply::not_found(),
    }
}

/// Answers a document of a subgraph.
///
/// Refusals of documents have the status 200, too: `errors` says why. Keys of other gateways are not looked at.
#[utoipa::path(
    post,
    path = "/subgraphs/id/{*id}",
    operation_id = "subgraphById",
    tag = "subgraphs",
    params(("*id" = String, Path, description = "Id of a deployment, and `/graphql` or not.", example = "QmQCDg5mb8dx2ZGj4aVGMUNLjjftRZNhVEFSVtmpiHUXVd")),
    request_body(content = Asked, description = "A document."),
    responses(
        (status = 200, description = "Data, or why there is none.", body = Answer),
        (status = 400, description = "The request cannot be read.", body = Refusal),
        (status = 404, description = "No name of a subgraph.", body = NotFound),
        (status = 413, description = "The body is too large.", body = Refusal),
    ),
)]
async fn id_answer(State(all): State<Arc<Subgraphs>>, rest: Rest, request: Request) -> Response {
    let Ok(Path(rest)) = rest else { return reply::not_found() };
    match Target::by_id(&rest) {
        Some(target) => answer(&target, all.with_id(target.what), request).await,
        None => reply::not_found(),
    }
}

async fn answer(target: &Target<'_>, served: Option<&Arc<Served>>, request: Request) -> Response {
    // a body that nobody reads would be taken for a broken connection, so this comes first
    let request = match asked::read(request).await {
        Ok(request) => request,
        Err(refusal) => return refusal,
    };
    let Some(served) = served else { return unknown(target) };
    let (answer, newest) = served.answer(request).await;
    reply::answered(&answer, newest.as_ref())
}

/// A page to try documents with.
#[utoipa::path(
    get,
    path = "/subgraphs/name/{*name}",
    operation_id = "subgraphPageByName",
    tag = "subgraphs",
    params(("*name" = String, Path, description = "Name of a subgraph, `owner/name` or one word, and `/graphql` for the page itself.", example = "uniswap/uniswap-v3/graphql")),
    responses(
        (status = 200, description = "GraphiQL.", body = String, content_type = "text/html"),
        (status = 302, description = "To the page.", body = String, content_type = "text/plain"),
        (status = 404, description = "No name of a subgraph.", body = NotFound),
    ),
)]
async fn name_page(State(all): State<Arc<Subgraphs>>, rest: Rest) -> Response {
    let Ok(Path(rest)) = rest else { return reply::not_found() };
    match Target::by_name(&rest) {
        Some(target) => page_of(&target, all.named(target.what)),
        None => reply::not_found(),
    }
}

/// A page to try documents with.
#[utoipa::path(
    get,
    path = "/subgraphs/id/{*id}",
    operation_id = "subgraphPageById",
    tag = "subgraphs",
    params(("*id" = String, Path, description = "Id of a deployment, and `/graphql` for the page itself.", example = "QmQCDg5mb8dx2ZGj4aVGMUNLjjftRZNhVEFSVtmpiHUXVd/graphql")),
    responses(
        (status = 200, description = "GraphiQL.", body = String, content_type = "text/html"),
        (status = 302, description = "To the page.", body = String, content_type = "text/plain"),
        (status = 404, description = "No name of a subgraph.", body = NotFound),
    ),
)]
async fn id_page(State(all): State<Arc<Subgraphs>>, rest: Rest) -> Response {
    let Ok(Path(rest)) = rest else { return reply::not_found() };
    match Target::by_id(&rest) {
        Some(target) => page_of(&target, all.with_id(target.what)),
        None => reply::not_found(),
    }
}

fn page_of(target: &Target<'_>, served: Option<&Arc<Served>>) -> Response {
    match served {
        None => unknown(target),
        Some(served) if target.is_page => page::of(&target.path(), served.name()).into_response(),
        Some(_) => reply::found(&format!("{}/graphql", target.path())),
    }
}

/// To clients that is an answer, too.
fn unknown(target: &Target<'_>) -> Response {
    reply::answered(&Err(vec![QueryError::new(target.unknown())]), None)
}

/// A page to try documents with.
#[utoipa::path(
    get,
    path = "/subgraphs/status",
    operation_id = "subgraphStatusPage",
    tag = "subgraphs",
    responses(
        (status = 200, description = "GraphiQL.", body = String, content_type = "text/html"),
    ),
)]
async fn status_page() -> Response {
    page::of("/subgraphs/status", "Subgraphs").into_response()
}

/// Answers a document: how far the subgraphs are.
///
/// What analytics pages ask of an index node: `indexingStatusForCurrentVersion` and the like.
#[utoipa::path(
    post,
    path = "/subgraphs/status",
    operation_id = "subgraphStatus",
    tag = "subgraphs",
    request_body(content = Asked, description = "A document."),
    responses(
        (status = 200, description = "Data, or why there is none.", body = Answer),
        (status = 400, description = "The request cannot be read.", body = Refusal),
        (status = 413, description = "The body is too large.", body = Refusal),
    ),
)]
async fn status_answer(State(all): State<Arc<Subgraphs>>, request: Request) -> Response {
    match asked::read(request).await {
        Ok(request) => {
            let told = status::answer(&all, request).await;
            reply::written(StatusCode::OK, envelope::body(&told))
        }
        Err(refusal) => refusal,
    }
}

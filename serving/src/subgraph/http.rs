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
    routing::{any, get},
};
use subgraph::{QueryError, envelope};

use self::target::Target;
use super::{
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
    Router::new()
        .route("/subgraphs/status", get(status_page).post(status_answer).fallback(nothing))
        .route("/subgraphs/name/{*name}", get(name_page).post(name_answer).fallback(nothing))
        .route("/subgraphs/id/{*id}", get(id_page).post(id_answer).fallback(nothing))
        .route("/subgraphs", any(nothing))
        .route("/subgraphs/", any(nothing))
        .route("/subgraphs/{*path}", any(nothing))
        .with_state(all)
}

/// The rest of a path; an error: it is no text.
type Rest = Result<Path<String>, PathRejection>;

/// What is no path, or has another method.
async fn nothing() -> Response {
    reply::not_found()
}

async fn name_answer(State(all): State<Arc<Subgraphs>>, rest: Rest, request: Request) -> Response {
    let Ok(Path(rest)) = rest else { return reply::not_found() };
    match Target::by_name(&rest) {
        Some(target) => answer(&target, all.named(target.what), request).await,
        None => reply::not_found(),
    }
}

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

async fn name_page(State(all): State<Arc<Subgraphs>>, rest: Rest) -> Response {
    let Ok(Path(rest)) = rest else { return reply::not_found() };
    match Target::by_name(&rest) {
        Some(target) => page_of(&target, all.named(target.what)),
        None => reply::not_found(),
    }
}

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

async fn status_page() -> Response {
    page::of("/subgraphs/status", "Subgraphs").into_response()
}

async fn status_answer(State(all): State<Arc<Subgraphs>>, request: Request) -> Response {
    match asked::read(request).await {
        Ok(request) => {
            let told = status::answer(&all, request).await;
            reply::written(StatusCode::OK, envelope::body(&told))
        }
        Err(refusal) => refusal,
    }
}

//! REST: one file per endpoint. Lists answer `{block, items, next}`.

use std::sync::Arc;

use api_kit::{page::Slice, problem::Problem};
use axum::{
    Router,
    routing::{get, post},
};
use serde::Deserialize;

use crate::deps::Deps;

mod check;
mod collections;
mod owners;
mod token_owners;
mod transfers;
mod wallet;

/// The routes below `/v1`.
pub(crate) fn routes(deps: Arc<Deps>) -> Router {
    Router::new()
        .route("/v1/collections", get(collections::get))
        .route("/v1/collections/{address}/owners", get(owners::get))
        .route("/v1/collections/{address}/tokens/{id}/owners", get(token_owners::get))
        .route("/v1/collections/{address}/transfers", get(transfers::get))
        .route("/v1/wallets/{address}/nfts", get(wallet::get))
        .route("/v1/ownership/check", post(check::post))
        .with_state(deps)
}

/// The query of a list without a filter.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Params {
    chain: Option<String>,
    first: Option<String>,
    after: Option<String>,
}

impl Params {
    fn slice(&self) -> Result<Slice<'_>, Problem> {
        Slice::parse(self.first.as_deref(), self.after.as_deref())
    }
}

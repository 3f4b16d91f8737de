//! `GET /v1/tx/{hash}`: what became of a transaction, what its logs say, and whether it is indexed.

use std::sync::Arc;

use alloy_primitives::B256;
use api_kit::{
    extract::{Path, Query},
    problem::Problem,
};
use axum::{Extension, Json, extract::State};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::openapi::shapes::{ChainNumber, TxHash};
use crate::{
    by_block::ByBlock,
    deps::Deps,
    transactions::{answer::Transaction, tx},
};

/// The chain meant.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Params {
    #[param(value_type = Option<ChainNumber>)]
    chain: Option<String>,
}

/// What became of a transaction, what its logs say, and whether it is indexed.
///
/// Asked of the chain itself; while its node does not answer, what is stored of it.
#[utoipa::path(
    get,
    path = "/v1/tx/{hash}",
    operation_id = "transaction",
    tag = "transactions",
    params(("hash" = TxHash, Path), Params),
    responses((status = 200, description = "The transaction.", body = Transaction))
)]
pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    Extension(by_block): Extension<ByBlock>,
    Path(text): Path<String>,
    Query(params): Query<Params>,
) -> Result<Json<Transaction>, Problem> {
    let chain = deps.chains.parse(params.chain.as_deref())?;
    tx::find(&deps, &by_block, chain, hash(&text)?).await.map(Json)
}

fn hash(text: &str) -> Result<B256, Problem> {
    let digits = text.strip_prefix("0x").filter(|digits| digits.len() == 64);
    digits.and_then(|_| text.parse().ok()).ok_or_else(|| {
        let detail = "a transaction is named by its hash: 0x and 64 hex digits";
        Problem::bad_request("HASH_INVALID", detail)
    })
}

//! `GET /v1/tokens/{address}`: one token.

use std::sync::Arc;

use api_kit::{
    answer::Item,
    extract::{Path, Query},
    parse,
    problem::Problem,
    scope::Scope,
};
use axum::{Json, extract::State};
use serde::Deserialize;

use crate::{deps::Deps, failure, view::token::Token};

/// The chain meant.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Chain {
    pub(super) chain: Option<String>,
}

pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    Path(address): Path<String>,
    Query(params): Query<Chain>,
) -> Result<Json<Item<Token>>, Problem> {
    let (chain, _) = deps.chains.parse(params.chain.as_deref())?;
    let address = parse::address("address", &address)?;
    let snapshot = Scope::new(deps.reader.clone()).at(chain).await?;
    let token = snapshot.tokens_by_addresses(&[address]).await?.pop();
    let token = token.ok_or_else(|| failure::unknown_token(address))?;
    Ok(Json(Item { block: snapshot.block().into(), item: Token::new(chain, token) }))
}

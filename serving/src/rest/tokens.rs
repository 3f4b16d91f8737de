//! `GET /v1/tokens`: tokens by address, perhaps of one symbol.

use std::sync::Arc;

use api_kit::{answer::Page, extract::Query, page::Slice, problem::Problem, scope::Scope};
use axum::{Json, extract::State};
use serde::Deserialize;

use crate::{deps::Deps, read::tokens, view::token::Token};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    chain: Option<String>,
    symbol: Option<String>,
    first: Option<String>,
    after: Option<String>,
}

pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    Query(params): Query<Params>,
) -> Result<Json<Page<Token>>, Problem> {
    let (chain, _) = deps.chains.parse(params.chain.as_deref())?;
    let slice = Slice::parse(params.first.as_deref(), params.after.as_deref())?;
    let snapshot = Scope::new(deps.reader.clone()).at(chain).await?;
    let page = tokens::page(&snapshot, params.symbol, slice).await?;
    Ok(Json(Page::new(snapshot.block(), page, |token| Token::new(chain, token))))
}

//! `GET /v1/tokens`: tokens by address, perhaps of one symbol, or those whose symbol or address begins alike.

use std::sync::Arc;

use api_kit::{answer::Page, extract::Query, page::Slice, problem::Problem};
use axum::{Json, extract::State};
use serde::Deserialize;

use crate::{
    deps::Deps,
    read::{as_of::At, tokens},
    view::token::Token,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    chain: Option<String>,
    symbol: Option<String>,
    search: Option<String>,
    first: Option<String>,
    after: Option<String>,
}

pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    Query(params): Query<Params>,
) -> Result<Json<Page<Token>>, Problem> {
    let (chain, _) = deps.chains.parse(params.chain.as_deref())?;
    let slice = Slice::parse(params.first.as_deref(), params.after.as_deref())?;
    let filter = tokens::Filter::of(params.symbol, params.search)?;
    let at = At::of(&deps, deps.chains.resolve(Some(chain))?, None).await?;
    let page = tokens::page(&at, filter, slice).await?;
    Ok(Json(Page::new(at.block(), page, |token| Token::new(chain, token))))
}

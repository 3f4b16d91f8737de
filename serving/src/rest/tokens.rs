//! `GET /v1/tokens`: tokens by address, perhaps of one symbol, or those whose symbol or address begins alike.

use std::sync::Arc;

use api_kit::{extract::Query, problem::Problem};
use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::export::{Asked, tables};
use crate::openapi::shapes::{ChainNumber, Cursor, PageSize};
use crate::{
    deps::Deps,
    read::{as_of::At, tokens},
    view::token::Token,
};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Params {
    #[param(value_type = Option<ChainNumber>)]
    chain: Option<String>,
    /// Only those with exactly this symbol; not with `search`.
    symbol: Option<String>,
    /// Only those whose symbol or address begins like this.
    #[param(min_length = 1, max_length = 64)]
    search: Option<String>,
    #[param(value_type = Option<PageSize>)]
    first: Option<String>,
    #[param(value_type = Option<Cursor>)]
    after: Option<String>,
}

/// Tokens by address.
///
/// Perhaps of one symbol, or those whose symbol or address begins alike.
#[utoipa::path(
    get,
    path = "/v1/tokens",
    operation_id = "tokens",
    tag = "tokens",
    params(Params),
    responses(
        (status = 200, description = "A page of tokens.", body = api_kit::answer::Page<Token>),
    ),
)]
pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    asked: Asked,
    Query(params): Query<Params>,
) -> Result<Response, Problem> {
    let (chain, _) = deps.chains.parse(params.chain.as_deref())?;
    let list = asked.list(params.first.as_deref(), params.after.as_deref())?;
    let filter = tokens::Filter::of(params.symbol, params.search)?;
    let at = At::of(&deps, deps.chains.resolve(Some(chain))?, None).await?;
    list.answer(tables::TOKENS, at, move |at, part| {
        let filter = filter.clone();
        async move {
            let rows = tokens::page(&at, filter, part.slice()).await?;
            Ok(rows.map(|token| Token::new(chain, token)))
        }
    })
    .await
}

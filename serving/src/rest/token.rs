//! `GET /v1/tokens/{address}`: one token, with what each DEX's events add up to for it.

use std::sync::Arc;

use api_kit::{
    answer::Item,
    extract::{Path, Query},
    parse,
    problem::Problem,
};
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::as_of;
use crate::openapi::shapes::{AddressText, AsOfBlock, AsOfTimestamp, ChainNumber};
use crate::{
    deps::Deps,
    failure,
    read::{as_of::At, dexes, tokens},
    view::{dex::TokenOnDex, token::Token},
};

/// The chain and the block that are meant.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct One {
    #[param(value_type = Option<ChainNumber>)]
    chain: Option<String>,
    #[param(value_type = Option<AsOfBlock>)]
    as_of_block: Option<String>,
    #[param(value_type = Option<AsOfTimestamp>)]
    as_of_timestamp: Option<String>,
}

impl One {
    pub(super) async fn open(&self, deps: &Deps) -> Result<At, Problem> {
        let (block, timestamp) = (self.as_of_block.as_deref(), self.as_of_timestamp.as_deref());
        Ok(as_of::open(deps, self.chain.as_deref(), block, timestamp).await?.1)
    }
}

/// A token and its figures.
#[derive(Serialize, ToSchema)]
pub(super) struct TokenItem {
    #[serde(flatten)]
    token: Token,
    /// By DEX; DEXes without a pool of it are left out.
    figures: Vec<TokenOnDex>,
}

/// One token, with what the events of each DEX add up to for it.
#[utoipa::path(
    get,
    path = "/v1/tokens/{address}",
    operation_id = "token",
    tag = "tokens",
    params(("address" = AddressText, Path), One),
    responses((status = 200, description = "The token as of the block.", body = Item<TokenItem>))
)]
pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    Path(address): Path<String>,
    Query(params): Query<One>,
) -> Result<Json<Item<TokenItem>>, Problem> {
    let address = parse::address("address", &address)?;
    let at = params.open(&deps).await?;
    let token = tokens::by_addresses(&at, &[address]).await?.pop();
    let token = token.ok_or_else(|| failure::unknown_token(address))?;
    let chain = at.snapshot().chain();
    let figures = dexes::of_token(&at, deps.chains.resolve(Some(chain))?.1, address).await?;
    let item = TokenItem { token: Token::new(chain, token), figures };
    Ok(Json(Item { block: at.block().into(), item }))
}

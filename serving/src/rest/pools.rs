//! `GET /v1/pools`: pools by creation, swaps or locked value, perhaps of one protocol or DEX, with one token or two.

use std::sync::Arc;

use api_kit::{extract::Query, parse, problem::Problem};
use axum::{extract::State, response::Response};
use serde::Deserialize;
use store::PoolOrder;
use utoipa::{IntoParams, ToSchema};

use super::{
    as_of,
    export::{Asked, tables},
    pool::PoolItem,
};
use crate::openapi::shapes::{AsOfBlock, AsOfTimestamp, ChainNumber, Cursor, PageSize};
use crate::{deps::Deps, read::pools, view::protocol::Protocol};

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Params {
    #[param(value_type = Option<ChainNumber>)]
    chain: Option<String>,
    /// Only pools of these rules.
    #[param(inline)]
    protocol: Option<Protocol>,
    /// Only of this DEX, by its configured name.
    #[param(min_length = 1, max_length = 80)]
    dex: Option<String>,
    /// One token, or both with a comma between them.
    #[param(pattern = "^0x[0-9a-fA-F]{40}(,0x[0-9a-fA-F]{40})?$")]
    token: Option<String>,
    /// `created` (newest first) unless said; `swaps` and `tvl`: most first.
    #[param(inline)]
    order_by: Option<OrderBy>,
    #[param(value_type = Option<PageSize>)]
    first: Option<String>,
    #[param(value_type = Option<Cursor>)]
    after: Option<String>,
    #[param(value_type = Option<AsOfBlock>)]
    as_of_block: Option<String>,
    #[param(value_type = Option<AsOfTimestamp>)]
    as_of_timestamp: Option<String>,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[schema(as = PoolOrder)]
#[serde(rename_all = "lowercase")]
enum OrderBy {
    Created,
    Swaps,
    Tvl,
}

/// Pools by creation, swaps or locked value.
///
/// Perhaps of one protocol or DEX, with one token or two.
#[utoipa::path(
    get,
    path = "/v1/pools",
    operation_id = "pools",
    tag = "pools",
    params(Params),
    responses(
        (status = 200, description = "A page of pools.", body = api_kit::answer::Page<PoolItem>),
    ),
)]
pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    asked: Asked,
    Query(params): Query<Params>,
) -> Result<Response, Problem> {
    let tokens = params.token.iter().flat_map(|tokens| tokens.splitn(3, ','));
    let tokens: Result<Vec<_>, _> = tokens.map(|token| parse::address("token", token)).collect();
    let filter = pools::Filter {
        protocol: params.protocol.map(Into::into),
        dex: params.dex,
        tokens: pools::Tokens::of(&tokens?)?,
        order: match params.order_by {
            None | Some(OrderBy::Created) => PoolOrder::Created,
            Some(OrderBy::Swaps) => PoolOrder::Swaps,
            Some(OrderBy::Tvl) => PoolOrder::Tvl,
        },
    };
    let list = asked.list(params.first.as_deref(), params.after.as_deref())?;
    let (block, timestamp) = (params.as_of_block.as_deref(), params.as_of_timestamp.as_deref());
    let (_, at) = as_of::open(&deps, params.chain.as_deref(), block, timestamp).await?;
    list.answer(tables::POOLS, at, move |at, part| {
        let filter = filter.clone();
        async move {
            let page = pools::page(&at, filter, part.slice()).await?;
            page.map_all(async |pools| PoolItem::with_tokens(&at, pools).await).await
        }
    })
    .await
}

//! `GET /v1/pools`: pools by creation, swaps or locked value, perhaps of one protocol or DEX, with one token or two.

use std::sync::Arc;

use api_kit::{answer::Page, extract::Query, page::Slice, parse, problem::Problem};
use axum::{Json, extract::State};
use serde::Deserialize;
use store::PoolOrder;

use super::{as_of, pool::PoolItem};
use crate::{deps::Deps, read::pools, view::protocol::Protocol};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Params {
    chain: Option<String>,
    protocol: Option<Protocol>,
    dex: Option<String>,
    /// One token, or both with a comma between them.
    token: Option<String>,
    order_by: Option<OrderBy>,
    first: Option<String>,
    after: Option<String>,
    as_of_block: Option<String>,
    as_of_timestamp: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum OrderBy {
    Created,
    Swaps,
    Tvl,
}

pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    Query(params): Query<Params>,
) -> Result<Json<Page<PoolItem>>, Problem> {
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
    let slice = Slice::parse(params.first.as_deref(), params.after.as_deref())?;
    let (block, timestamp) = (params.as_of_block.as_deref(), params.as_of_timestamp.as_deref());
    let (_, at) = as_of::open(&deps, params.chain.as_deref(), block, timestamp).await?;
    let page = pools::page(&at, filter, slice).await?;
    let next = page.next();
    let pools = page.rows.into_iter().map(|(_, pool)| pool).collect();
    let items = PoolItem::with_tokens(&at, pools).await?;
    Ok(Json(Page { block: at.block().into(), items, next }))
}

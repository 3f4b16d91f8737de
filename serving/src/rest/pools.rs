//! `GET /v1/pools`: pools, oldest first or by swaps, perhaps of one protocol or with one token.

use std::sync::Arc;

use api_kit::{answer::Page, extract::Query, page::Slice, parse, problem::Problem, scope::Scope};
use axum::{Json, extract::State};
use serde::Deserialize;
use store::PoolOrder;

use super::pool::PoolItem;
use crate::{deps::Deps, read::pools, view::protocol::Protocol};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Params {
    chain: Option<String>,
    protocol: Option<Protocol>,
    token: Option<String>,
    order_by: Option<OrderBy>,
    first: Option<String>,
    after: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum OrderBy {
    Created,
    Swaps,
}

pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    Query(params): Query<Params>,
) -> Result<Json<Page<PoolItem>>, Problem> {
    let (chain, _) = deps.chains.parse(params.chain.as_deref())?;
    let filter = pools::Filter {
        protocol: params.protocol.map(Into::into),
        token: params.token.map(|token| parse::address("token", &token)).transpose()?,
        order: match params.order_by {
            None | Some(OrderBy::Created) => PoolOrder::Created,
            Some(OrderBy::Swaps) => PoolOrder::Swaps,
        },
    };
    let slice = Slice::parse(params.first.as_deref(), params.after.as_deref())?;
    let snapshot = Scope::new(deps.reader.clone()).at(chain).await?;
    let page = pools::page(&snapshot, filter, slice).await?;
    let next = page.next();
    let pools = page.rows.into_iter().map(|(_, pool)| pool).collect();
    Ok(Json(Page {
        block: snapshot.block().into(),
        items: PoolItem::with_tokens(&snapshot, pools).await?,
        next,
    }))
}

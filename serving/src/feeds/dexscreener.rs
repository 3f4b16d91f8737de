//! DEX Screener's adapter, version 1.1, which GeckoTerminal reads too: `latest-block`, `asset`, `pair`, `events`.
//!
//! Amounts and prices are strings in plain notation. An answer that does not fit halts the reader, so what cannot be told
//! is left out and counted.

use api_kit::{extract::Query, problem::Problem};
use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    blocks::{
        Blocks, Feed, Wanted, assets, pools,
        request::{ById, Range},
    },
    mount::Ground,
    view::View,
};
use crate::openapi::shapes::{AddressText, PoolIdText};

mod wire;

use wire::{Asset, AssetAnswer, BlockAnswer, Event, Events, Pair, PairAnswer};

/// The routes.
pub(super) fn routes(ground: &Ground, blocks: &Blocks) -> Router {
    let routes = handlers().with_state(blocks.clone());
    ground.feed(Feed::DexScreener.name(), routes.into(), Problem::into_response)
}

/// Its handlers.
pub(super) fn handlers() -> OpenApiRouter<Blocks> {
    OpenApiRouter::new()
        .routes(routes!(latest_block))
        .routes(routes!(asset))
        .routes(routes!(pair))
        .routes(routes!(events))
}

/// The newest block that is announced: nobody can take it back any more.
#[utoipa::path(
    get,
    path = "/latest-block",
    operation_id = "dexscreenerLatestBlock",
    tag = "dexscreener",
    responses(
        (status = 200, description = "The block; `/events` has everything up to it.", body = BlockAnswer),
    ),
)]
async fn latest_block(
    mut view: View,
    State(blocks): State<Blocks>,
) -> Result<Json<BlockAnswer>, Problem> {
    let block = blocks.announced(&mut view).await?;
    Ok(Json(BlockAnswer { block: (block.number, block.timestamp).into() }))
}

/// A token.
#[utoipa::path(
    get,
    path = "/asset",
    operation_id = "dexscreenerAsset",
    tag = "dexscreener",
    params(("id" = AddressText, Query, description = "Address of the token, in any case.")),
    responses((status = 200, description = "The token.", body = AssetAnswer))
)]
async fn asset(
    mut view: View,
    State(blocks): State<Blocks>,
    Query(params): Query<ById>,
) -> Result<Response, Problem> {
    let address = params.address()?;
    let height = blocks.height(&mut view).await?;
    let found = assets::find(&view, address, height).await?;
    let found = found.ok_or_else(|| {
        unknown("ASSET_UNKNOWN", "no pair up to the latest block holds this asset")
    })?;
    Ok(found.response(|found| AssetAnswer { asset: Asset::new(found) }))
}

/// A pool.
#[utoipa::path(
    get,
    path = "/pair",
    operation_id = "dexscreenerPair",
    tag = "dexscreener",
    params(("id" = PoolIdText, Query)),
    responses((status = 200, description = "The pool.", body = PairAnswer))
)]
async fn pair(
    mut view: View,
    State(blocks): State<Blocks>,
    Query(params): Query<ById>,
) -> Result<Json<PairAnswer>, Problem> {
    let id = params.pool_or_address()?;
    let height = blocks.height(&mut view).await?;
    let found = pools::find(&view, id, height).await?;
    let found = found
        .ok_or_else(|| unknown("PAIR_UNKNOWN", "no pair up to the latest block has this id"))?;
    Ok(Json(PairAnswer { pair: Pair::new(&found) }))
}

/// What happened in pools in a range of blocks, both ends included.
#[utoipa::path(
    get,
    path = "/events",
    operation_id = "dexscreenerEvents",
    tag = "dexscreener",
    params(
        ("fromBlock" = u64, Query, description = "First block.", minimum = 0, example = 1),
        (
            "toBlock" = u64,
            Query,
            description = "Last block: 999 more than `fromBlock` at most, and not above the latest one.",
            minimum = 0,
            example = 20,
        ),
    ),
    responses((status = 200, description = "The events, in the order of the chain.", body = Events))
)]
async fn events(
    mut view: View,
    State(blocks): State<Blocks>,
    Query(range): Query<Range>,
) -> Result<Response, Problem> {
    let range = range.blocks(blocks.height(&mut view).await?)?;
    let found = blocks.events(&view, Feed::DexScreener, range, Wanted::Trades).await?;
    let events = found.iter().filter_map(Event::new).collect();
    Ok(Json(Events { events }).into_response())
}

fn unknown(code: &'static str, detail: &str) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, code, detail)
}

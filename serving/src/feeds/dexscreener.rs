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
    routing::get,
};

use super::{
    blocks::{
        Blocks, Feed, Wanted, assets, pools,
        request::{ById, Range},
    },
    mount::Ground,
    view::View,
};

mod wire;

use wire::{Asset, AssetAnswer, BlockAnswer, Event, Events, Pair, PairAnswer};

/// The routes.
pub(super) fn routes(ground: &Ground, blocks: &Blocks) -> Router {
    let routes = Router::new()
        .route("/latest-block", get(latest_block))
        .route("/asset", get(asset))
        .route("/pair", get(pair))
        .route("/events", get(events))
        .with_state(blocks.clone());
    ground.feed(Feed::DexScreener.name(), routes, Problem::into_response)
}

async fn latest_block(
    view: View,
    State(blocks): State<Blocks>,
) -> Result<Json<BlockAnswer>, Problem> {
    let block = blocks.announced(&view).await?;
    Ok(Json(BlockAnswer { block: (block.number, block.timestamp).into() }))
}

async fn asset(
    view: View,
    State(blocks): State<Blocks>,
    Query(params): Query<ById>,
) -> Result<Json<AssetAnswer>, Problem> {
    let address = params.address()?;
    let height = blocks.height(&view).await?;
    let found = assets::find(&view, address, height).await?;
    let found = found.ok_or_else(|| {
        unknown("ASSET_UNKNOWN", "no pair up to the latest block holds this asset")
    })?;
    Ok(Json(AssetAnswer { asset: Asset::new(found) }))
}

async fn pair(
    view: View,
    State(blocks): State<Blocks>,
    Query(params): Query<ById>,
) -> Result<Json<PairAnswer>, Problem> {
    let id = params.pool_or_address()?;
    let height = blocks.height(&view).await?;
    let found = pools::find(&view, id, height).await?;
    let found = found
        .ok_or_else(|| unknown("PAIR_UNKNOWN", "no pair up to the latest block has this id"))?;
    Ok(Json(PairAnswer { pair: Pair::new(&found) }))
}

async fn events(
    view: View,
    State(blocks): State<Blocks>,
    Query(range): Query<Range>,
) -> Result<Response, Problem> {
    let range = range.blocks(blocks.height(&view).await?)?;
    let found = blocks.events(&view, Feed::DexScreener, range, Wanted::Trades).await?;
    let events = found.iter().filter_map(Event::new).collect();
    Ok(Json(Events { events }).into_response())
}

fn unknown(code: &'static str, detail: &str) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, code, detail)
}

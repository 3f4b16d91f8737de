//! DEXTools' adapter, version 0.0.1: `latest-block`, `block`, `asset`, `asset/holders`, `exchange`, `pair`, `events`.

use api_kit::{extract::Query, problem::Problem};
use axum::{Json, Router, extract::State, routing::get};
use serde::Deserialize;

use super::{
    blocks::{
        Blocks, Feed, Wanted, assets, pools,
        request::{ById, Range, height},
    },
    mount::Ground,
    view::View,
};

mod fault;
mod holders;
mod wire;

use fault::Fault;
use wire::{
    Asset, AssetAnswer, BlockAnswer, Event, Events, Exchange, ExchangeAnswer, Pair, PairAnswer,
};

/// The routes.
pub(super) fn routes(ground: &Ground, blocks: &Blocks) -> Router {
    let routes = Router::new()
        .route("/latest-block", get(latest_block))
        .route("/block", get(block))
        .route("/asset", get(asset))
        .route("/asset/holders", get(holders::get))
        .route("/exchange", get(exchange))
        .route("/pair", get(pair))
        .route("/events", get(events))
        .with_state(blocks.clone());
    ground.feed(Feed::DexTools.name(), routes, fault::response)
}

async fn latest_block(
    view: View,
    State(blocks): State<Blocks>,
) -> Result<Json<BlockAnswer>, Fault> {
    let block = blocks.announced(&view).await?;
    Ok(Json(BlockAnswer { block: (block.number, block.timestamp).into() }))
}

/// `?number=` or `?timestamp=`; both given, the number counts.
#[derive(Debug, Deserialize)]
struct Which {
    number: Option<String>,
    timestamp: Option<String>,
}

async fn block(
    view: View,
    State(blocks): State<Blocks>,
    params: Result<Query<Which>, Problem>,
) -> Result<Json<BlockAnswer>, Fault> {
    let Query(which) = params?;
    let found = match (&which.number, &which.timestamp) {
        (Some(number), _) => {
            let number = height("number", Some(number)).map_err(|why| Fault::of(why, "number"))?;
            blocks.at_height(&view, number).await?
        }
        (None, Some(time)) => {
            let time =
                height("timestamp", Some(time)).map_err(|why| Fault::of(why, "timestamp"))?;
            blocks.at_time(&view, time).await?
        }
        (None, None) => {
            let detail = "give `number` or `timestamp` (Unix seconds)";
            return Err(Fault::of(Problem::bad_request("BLOCK_INVALID", detail), "number"));
        }
    };
    let found = found.ok_or_else(|| {
        Problem::not_found("BLOCK_UNKNOWN", "there is no such block up to the latest one")
    })?;
    Ok(Json(BlockAnswer { block: (found.number, found.timestamp).into() }))
}

async fn asset(
    view: View,
    State(blocks): State<Blocks>,
    params: Result<Query<ById>, Problem>,
) -> Result<Json<AssetAnswer>, Fault> {
    let Query(params) = params?;
    let address = params.address().map_err(|why| Fault::of(why, "id"))?;
    let height = blocks.height(&view).await?;
    let found = assets::find(&view, address, height).await?;
    let found = found.ok_or_else(unknown_asset)?;
    Ok(Json(AssetAnswer { asset: Asset::new(found) }))
}

async fn exchange(
    view: View,
    params: Result<Query<ById>, Problem>,
) -> Result<Json<ExchangeAnswer>, Fault> {
    let Query(params) = params?;
    let factory = params.address().map_err(|why| Fault::of(why, "id"))?;
    let dex = view.chain()?.dexes.iter().find(|dex| dex.factory == factory).ok_or_else(|| {
        Problem::not_found("EXCHANGE_UNKNOWN", "no DEX that is indexed here has this factory")
    })?;
    Ok(Json(ExchangeAnswer { exchange: Exchange::new(factory, &dex.name) }))
}

async fn pair(
    view: View,
    State(blocks): State<Blocks>,
    params: Result<Query<ById>, Problem>,
) -> Result<Json<PairAnswer>, Fault> {
    let Query(params) = params?;
    let id = params.pool_or_address().map_err(|why| Fault::of(why, "id"))?;
    let height = blocks.height(&view).await?;
    let found = pools::find(&view, id, height).await?.ok_or_else(|| {
        Problem::not_found("PAIR_UNKNOWN", "no pair up to the latest block has this id")
    })?;
    Ok(Json(PairAnswer { pair: Pair::new(&found) }))
}

async fn events(
    view: View,
    State(blocks): State<Blocks>,
    params: Result<Query<Range>, Problem>,
) -> Result<Json<Events>, Fault> {
    let Query(range) = params?;
    let announced = blocks.height(&view).await?;
    let range = range.blocks(announced).map_err(|why| Fault::of(why, "toBlock"))?;
    let found = blocks.events(&view, Feed::DexTools, range, Wanted::Creations).await?;
    Ok(Json(Events { events: found.iter().map(Event::new).collect() }))
}

fn unknown_asset() -> Problem {
    Problem::not_found("ASSET_UNKNOWN", "no pair up to the latest block holds this asset")
}

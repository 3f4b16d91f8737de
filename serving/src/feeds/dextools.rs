//! DEXTools' adapter, version 0.0.1: `latest-block`, `block`, `asset`, `asset/holders`, `exchange`, `pair`, `events`.

use api_kit::{extract::Query, problem::Problem};
use axum::{Json, Router, extract::State, response::Response};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    blocks::{
        Blocks, Feed, Wanted, assets, pools,
        request::{ById, Range, height},
    },
    mount::Ground,
    view::View,
};
use crate::openapi::shapes::{AddressText, PoolIdText};

mod fault;
mod holders;
mod wire;

pub(crate) use fault::Body as DexToolsFault;
use fault::Fault;
use wire::{
    Asset, AssetAnswer, BlockAnswer, Event, Events, Exchange, ExchangeAnswer, Pair, PairAnswer,
};

/// The routes.
pub(super) fn routes(ground: &Ground, blocks: &Blocks) -> Router {
    let routes = handlers().with_state(blocks.clone());
    ground.feed(Feed::DexTools.name(), routes.into(), fault::response)
}

/// Its handlers.
pub(super) fn handlers() -> OpenApiRouter<Blocks> {
    OpenApiRouter::new()
        .routes(routes!(latest_block))
        .routes(routes!(block))
        .routes(routes!(asset))
        .routes(routes!(holders::get))
        .routes(routes!(exchange))
        .routes(routes!(pair))
        .routes(routes!(events))
}

/// The newest block that is announced: nobody can take it back any more.
#[utoipa::path(
    get,
    path = "/latest-block",
    operation_id = "dextoolsLatestBlock",
    tag = "dextools",
    responses(
        (status = 200, description = "The block; `/events` has everything up to it.", body = BlockAnswer),
    ),
)]
async fn latest_block(
    mut view: View,
    State(blocks): State<Blocks>,
) -> Result<Json<BlockAnswer>, Fault> {
    let block = blocks.announced(&mut view).await?;
    Ok(Json(BlockAnswer { block: (block.number, block.timestamp).into() }))
}

/// `?number=` or `?timestamp=`; both given, the number counts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Height of the block.
    #[param(value_type = Option<u64>, minimum = 0, example = 20)]
    number: Option<String>,
    /// Unix time in seconds: the newest block that is not younger. Does not count with `number`.
    #[param(value_type = Option<u64>, minimum = 0)]
    timestamp: Option<String>,
}

/// A block by its height or its time.
///
/// One of both has to be given.
#[utoipa::path(
    get,
    path = "/block",
    operation_id = "dextoolsBlock",
    tag = "dextools",
    params(Which),
    responses((status = 200, description = "The block.", body = BlockAnswer))
)]
async fn block(
    mut view: View,
    State(blocks): State<Blocks>,
    params: Result<Query<Which>, Problem>,
) -> Result<Json<BlockAnswer>, Fault> {
    let Query(which) = params?;
    let found = match (&which.number, &which.timestamp) {
        (Some(number), _) => {
            let number = height("number", Some(number)).map_err(|why| Fault::of(why, "number"))?;
            blocks.at_height(&mut view, number).await?
        }
        (None, Some(time)) => {
            let time =
                height("timestamp", Some(time)).map_err(|why| Fault::of(why, "timestamp"))?;
            blocks.at_time(&mut view, time).await?
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

/// A token.
#[utoipa::path(
    get,
    path = "/asset",
    operation_id = "dextoolsAsset",
    tag = "dextools",
    params(("id" = AddressText, Query, description = "Address of the token, in any case.")),
    responses((status = 200, description = "The token.", body = AssetAnswer))
)]
async fn asset(
    mut view: View,
    State(blocks): State<Blocks>,
    params: Result<Query<ById>, Problem>,
) -> Result<Response, Fault> {
    let Query(params) = params?;
    let address = params.address().map_err(|why| Fault::of(why, "id"))?;
    let height = blocks.height(&mut view).await?;
    let found = assets::find(&view, address, height).await?;
    let found = found.ok_or_else(unknown_asset)?;
    Ok(found.response(|found| AssetAnswer { asset: Asset::new(found) }))
}

/// A DEX by the address of its factory.
#[utoipa::path(
    get,
    path = "/exchange",
    operation_id = "dextoolsExchange",
    tag = "dextools",
    params(
        ("id" = AddressText, Query, description = "Address of the factory (V2, V3) or pool manager (V4)."),
    ),
    responses((status = 200, description = "The DEX.", body = ExchangeAnswer))
)]
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

/// A pool.
#[utoipa::path(
    get,
    path = "/pair",
    operation_id = "dextoolsPair",
    tag = "dextools",
    params(("id" = PoolIdText, Query)),
    responses((status = 200, description = "The pool.", body = PairAnswer))
)]
async fn pair(
    mut view: View,
    State(blocks): State<Blocks>,
    params: Result<Query<ById>, Problem>,
) -> Result<Json<PairAnswer>, Fault> {
    let Query(params) = params?;
    let id = params.pool_or_address().map_err(|why| Fault::of(why, "id"))?;
    let height = blocks.height(&mut view).await?;
    let found = pools::find(&view, id, height).await?.ok_or_else(|| {
        Problem::not_found("PAIR_UNKNOWN", "no pair up to the latest block has this id")
    })?;
    Ok(Json(PairAnswer { pair: Pair::new(&found) }))
}

/// What happened in pools in a range of blocks, both ends included.
#[utoipa::path(
    get,
    path = "/events",
    operation_id = "dextoolsEvents",
    tag = "dextools",
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
    params: Result<Query<Range>, Problem>,
) -> Result<Json<Events>, Fault> {
    let Query(range) = params?;
    let announced = blocks.height(&mut view).await?;
    let range = range.blocks(announced).map_err(|wrong| Fault::of(wrong.problem, wrong.param))?;
    let found = blocks.events(&view, Feed::DexTools, range, Wanted::Creations).await?;
    Ok(Json(Events { events: found.iter().map(Event::new).collect() }))
}

fn unknown_asset() -> Problem {
    Problem::not_found("ASSET_UNKNOWN", "no pair up to the latest block holds this asset")
}

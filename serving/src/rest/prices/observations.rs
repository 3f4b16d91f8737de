//! `GET /v1/prices/{token}/observations`: what the sources had said of a token at a time, and whether it counted.

use std::{collections::BTreeMap, sync::Arc};

use api_kit::{
    extract::{Path, Query},
    parse,
    problem::Problem,
};
use axum::{Json, extract::State};
use domain::market::{Asset, Feed, FeedState, Millis, Observation, Source};
use serde::{Deserialize, Serialize};
use store::market::Known;
use utoipa::{IntoParams, ToSchema};

use crate::openapi::shapes::{AddressText, ChainNumber, Moment as MomentText};
use crate::{
    deps::Deps,
    read::prices::{Moment, now, of_sheet},
    view::{price::MarketPrice, price_candle::quote_name},
};

/// How far a source's clock may be ahead of ours, in milliseconds.
const AHEAD: Millis = 60_000;
/// Words of a feed that are looked through for the last one that was heard in time.
const HEARD: u32 = 16;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Params {
    #[param(value_type = Option<ChainNumber>)]
    chain: Option<String>,
    /// What had been said by this time; now unless said.
    #[param(value_type = Option<MomentText>)]
    at: Option<String>,
}

/// The price at a time, and what it was made of.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Observations {
    chain_id: u64,
    price: MarketPrice,
    /// One of each feed, by rank.
    items: Vec<Said>,
}

/// What a feed had said last.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Observation)]
struct Said {
    source: &'static str,
    feed: String,
    /// Null where the feed had said nothing for as long as a price may be old.
    value: Option<String>,
    /// What the value is counted in: `USD`, or the address of a token.
    quote: Option<String>,
    /// When it was so by the source, in Unix milliseconds.
    #[schema(value_type = Option<u64>)]
    source_time: Option<Millis>,
    /// When it was fetched, in Unix milliseconds.
    #[schema(value_type = Option<u64>)]
    fetched_at: Option<Millis>,
    age_seconds: Option<u64>,
    confidence: Option<String>,
    /// Dollars behind it, where that is known.
    liquidity: Option<String>,
    /// Whether the price is made of it.
    counted: bool,
    /// What was refused of this feed up to now, by reason.
    refused: BTreeMap<String, u64>,
}

/// What the sources had said of a token at a time, and whether it counted.
#[utoipa::path(
    get,
    path = "/v1/prices/{token}/observations",
    operation_id = "priceObservations",
    tag = "prices",
    params(("token" = AddressText, Path), Params),
    responses(
        (status = 200, description = "The price, and one row for each feed, by rank.", body = Observations),
    ),
)]
pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    Path(token): Path<String>,
    Query(params): Query<Params>,
) -> Result<Json<Observations>, Problem> {
    let (chain, _) = deps.chains.parse(params.chain.as_deref())?;
    let address = parse::address("token", &token)?;
    let moment = Moment::parse(now(), params.at.as_deref(), None)?;
    let market = deps.reader.market();
    let asset = Asset { chain, address };
    let states = market.feed_states_of(&asset).await?;
    let feeds: Vec<Feed> = states.iter().map(|state| state.feed.clone()).collect();
    let back = Millis::try_from(deps.max_price_age.as_millis()).unwrap_or(Millis::MAX);
    let found = market.observations_at(&asset, &feeds, moment.at, back, 1).await?;
    let sheet = market.prices(chain, moment.at, Known::Newest, &[address]).await?;
    let used = sheet.as_ref().and_then(|sheet| sheet.price(address));
    let used: Vec<Source> = used.map(|price| price.sources.clone()).unwrap_or_default();
    let mut speakers = Vec::new();
    if let Some(sheet) = &sheet {
        // what was said after the price was made hides what it was made of
        let until = sheet.at.saturating_add(AHEAD);
        let mut heard = market.observations_at(&asset, &feeds, until, back, HEARD).await?;
        // a feed that was named no more when the price was made has no word in it
        let gone = |feed: &Feed| {
            let state = states.iter().find(|state| state.feed == *feed);
            state.and_then(|state| state.retired).is_some_and(|since| since <= sheet.known_at)
        };
        heard.retain(|said| !gone(&said.feed));
        speakers = self::speakers(heard, (sheet.at, sheet.known_at));
    }

    let items = states.into_iter().map(|FeedState { feed, rejected, .. }| {
        let said = found.iter().find(|said| said.feed == feed);
        Said {
            source: feed.source.name(),
            feed: feed.id.to_string(),
            value: said.map(|said| said.value.to_string()),
            quote: said.map(|said| quote_name(&said.quote)),
            source_time: said.map(|said| said.source_time),
            fetched_at: said.map(|said| said.fetched_at),
            age_seconds: said.map(|said| moment.at.saturating_sub(said.source_time) / 1_000),
            confidence: said.and_then(|said| said.confidence).map(|share| share.to_string()),
            liquidity: said.and_then(|said| said.liquidity).map(|dollars| dollars.to_string()),
            counted: used.contains(&feed.source)
                && said.is_some_and(|said| speakers.contains(said)),
            refused: rejected,
        }
    });
    let items = items.collect();
    let price = of_sheet(&deps, sheet.as_ref(), moment, address);
    Ok(Json(Observations { chain_id: chain, price, items }))
}

/// What spoke for each source when the price of a time was made: of what was heard by then the newest, and of several
/// feeds of a source that of the one which spoke last. A price that was made later has nothing in it from after its time.
fn speakers(mut heard: Vec<Observation>, (at, made_at): (Millis, Millis)) -> Vec<Observation> {
    heard.retain(|said| said.fetched_at <= made_at && (made_at <= at || said.source_time <= at));
    heard.sort_by(|a, b| {
        let by_time = b.source_time.cmp(&a.source_time);
        a.feed.source.cmp(&b.feed.source).then(by_time).then(a.feed.cmp(&b.feed))
    });
    heard.dedup_by_key(|said| said.feed.source);
    heard
}

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

use crate::{
    deps::Deps,
    read::prices::{Moment, now, of_sheet},
    view::{price::MarketPrice, price_candle::quote_name},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    chain: Option<String>,
    at: Option<String>,
}

/// The price at a time, and what it was made of.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Observations {
    chain_id: u64,
    price: MarketPrice,
    /// One of each feed, by rank.
    items: Vec<Said>,
}

/// What a feed had said last.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    source: &'static str,
    feed: String,
    /// Null where the feed had said nothing for as long as a price may be old.
    value: Option<String>,
    /// What the value is counted in: `USD`, or the address of a token.
    quote: Option<String>,
    /// When it was so by the source, in Unix milliseconds.
    source_time: Option<Millis>,
    /// When it was fetched, in Unix milliseconds.
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
    let known_at = sheet.as_ref().map_or(0, |sheet| sheet.known_at);
    let used = sheet.as_ref().and_then(|sheet| sheet.price(address));
    let used: Vec<Source> = used.map(|price| price.sources.clone()).unwrap_or_default();

    let items = states.into_iter().map(|FeedState { feed, rejected, .. }| {
        let said = found.iter().find(|said| said.feed == feed);
        // of several feeds of a source the newest speaks for it, and what came after the price was made did not count
        let speaks = |said: &Observation| {
            let of_source = found.iter().filter(|other| other.feed.source == feed.source);
            let heard = of_source.filter(|other| other.fetched_at <= known_at);
            heard.max_by_key(|other| other.source_time).is_some_and(|newest| newest == said)
        };
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
            counted: used.contains(&feed.source) && said.is_some_and(speaks),
            refused: rejected,
        }
    });
    let items = items.collect();
    let price = of_sheet(&deps, sheet.as_ref(), moment, address);
    Ok(Json(Observations { chain_id: chain, price, items }))
}

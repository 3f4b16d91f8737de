//! `GET /udf/config`: what the feed can do.

use axum::{
    Json,
    http::header,
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::Told;
use crate::feeds::{bars::Length, view::Served};

/// It changes with the configuration alone.
const AGE: &str = "public, max-age=60";
/// The type of all symbols.
pub(super) const KIND: &str = "crypto";

#[derive(Serialize, ToSchema)]
#[schema(as = UdfConfig)]
struct Config {
    supports_search: bool,
    supports_group_request: bool,
    supports_marks: bool,
    supports_timescale_marks: bool,
    supports_time: bool,
    exchanges: Vec<Exchange>,
    symbols_types: [Kind; 2],
    supported_resolutions: Vec<&'static str>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = UdfExchange)]
struct Exchange {
    value: String,
    name: String,
    desc: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = UdfSymbolType)]
struct Kind {
    name: &'static str,
    value: &'static str,
}

/// Lengths of bars.
pub(crate) fn resolutions() -> Vec<&'static str> {
    Length::NAMES.iter().map(|(name, _)| *name).collect()
}

/// What the feed can do.
#[utoipa::path(
    get,
    path = "/config",
    operation_id = "udfConfig",
    tag = "udf",
    responses((status = 200, description = "What charts ask first.", body = Config))
)]
pub(super) async fn get(served: Served) -> Result<Response, Told> {
    let chain = served.chain()?;
    let of = |name: &str| Exchange {
        value: name.to_owned(),
        name: name.to_owned(),
        desc: format!("{name} on {}", chain.name),
    };
    let all = Exchange { value: String::new(), name: "All".to_owned(), desc: String::new() };
    let config = Config {
        supports_search: true,
        supports_group_request: false,
        supports_marks: false,
        supports_timescale_marks: false,
        supports_time: true,
        exchanges: std::iter::once(all).chain(chain.quoters.keys().map(|name| of(name))).collect(),
        symbols_types: [Kind { name: "All", value: "" }, Kind { name: "Crypto", value: KIND }],
        supported_resolutions: resolutions(),
    };
    Ok(([(header::CACHE_CONTROL, AGE)], Json(config)).into_response())
}

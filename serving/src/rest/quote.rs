//! `GET /v1/quote`: what a trade would give at the indexed block, from the real quoter contracts.

use std::sync::Arc;

use api_kit::{extract::Query, parse, problem::Problem, scope::Scope};
use axum::{Json, extract::State};
use serde::Deserialize;

use crate::{
    deps::Deps,
    quote::{
        answer::Quote,
        quote,
        request::{Request, TradeType},
    },
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Params {
    chain: Option<String>,
    pool: Option<String>,
    token_in: Option<String>,
    token_out: Option<String>,
    fee: Option<u32>,
    amount: Option<String>,
    trade_type: Option<String>,
}

pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    Query(params): Query<Params>,
) -> Result<Json<Quote>, Problem> {
    let chain = params
        .chain
        .as_deref()
        .map(|text| parse::uint64("CHAIN_UNSUPPORTED", "chain", text))
        .transpose()?;
    let request = Request {
        chain,
        pool: params.pool.as_deref(),
        token_in: params.token_in.as_deref(),
        token_out: params.token_out.as_deref(),
        fee: params.fee,
        amount: params.amount.as_deref(),
        trade_type: TradeType::parse(params.trade_type.as_deref())?,
    };
    quote(&deps, &Scope::new(deps.reader.clone()), request).await.map(Json)
}

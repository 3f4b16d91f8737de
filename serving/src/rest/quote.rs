//! `GET /v1/quote` and `POST /v1/quotes`: what trades give at the newest block.

use std::sync::Arc;

use api_kit::{
    extract::{Json as Body, Query},
    parse,
    problem::Problem,
};
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};

use crate::{
    deps::Deps,
    quote::{
        At,
        answer::Quote,
        many, quote,
        request::{Request, TradeType},
    },
};

/// A quote as asked for in a query or a body.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Params {
    chain: Option<String>,
    pool: Option<String>,
    token_in: Option<String>,
    token_out: Option<String>,
    fee: Option<u32>,
    amount: Option<String>,
    trade_type: Option<String>,
    max_hops: Option<u32>,
    max_splits: Option<u32>,
    protocols: Option<String>,
    exclude_pools: Option<String>,
    exclude_tokens: Option<String>,
    slippage_bps: Option<u32>,
    gas_price_wei: Option<String>,
    max_age_ms: Option<u64>,
    #[serde(default)]
    verify: bool,
}

impl Params {
    fn request(&self) -> Result<Request<'_>, Problem> {
        let chain = self.chain.as_deref();
        Ok(Request {
            chain: chain
                .map(|text| parse::uint64("CHAIN_UNSUPPORTED", "chain", text))
                .transpose()?,
            pool: self.pool.as_deref(),
            token_in: self.token_in.as_deref(),
            token_out: self.token_out.as_deref(),
            fee: self.fee,
            amount: self.amount.as_deref(),
            trade_type: TradeType::parse(self.trade_type.as_deref())?,
            max_hops: self.max_hops,
            max_splits: self.max_splits,
            protocols: self.protocols.as_deref(),
            exclude_pools: self.exclude_pools.as_deref(),
            exclude_tokens: self.exclude_tokens.as_deref(),
            slippage_bps: self.slippage_bps,
            gas_price_wei: self.gas_price_wei.as_deref(),
            max_age_ms: self.max_age_ms,
            verify: self.verify,
        })
    }
}

pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    Query(params): Query<Params>,
) -> Result<Json<Quote>, Problem> {
    quote(&deps, At::Head, params.request()?).await.map(Json)
}

/// Several quotes at once.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Batch {
    quotes: Vec<Params>,
}

/// An answer for each, in their order.
#[derive(Debug, Serialize)]
pub(super) struct Answers {
    quotes: Vec<Answer>,
}

/// A quote or why there is none.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum Answer {
    Quote(Box<Quote>),
    Problem(Problem),
}

pub(super) async fn post(
    State(deps): State<Arc<Deps>>,
    Body(batch): Body<Batch>,
) -> Result<Json<Answers>, Problem> {
    let requests: Vec<_> = batch.quotes.iter().map(Params::request).collect();
    let well_formed: Vec<_> =
        requests.iter().filter_map(|request| request.as_ref().ok().copied()).collect();
    let mut answered = many(&deps, &well_formed).await?.into_iter();
    let mut quotes = Vec::with_capacity(requests.len());
    for request in requests {
        let answer = match request {
            Ok(_) => answered.next().unwrap_or_else(|| Err(Problem::internal())),
            Err(problem) => Err(problem),
        };
        quotes.push(match answer {
            Ok(quote) => Answer::Quote(Box::new(quote)),
            Err(problem) => Answer::Problem(problem),
        });
    }
    Ok(Json(Answers { quotes }))
}

//! `GET /v1/quote` and `POST /v1/quotes`: what trades give at the newest block.

use std::sync::Arc;

use api_kit::{
    extract::{Json as Body, Query},
    parse,
    problem::Problem,
};
use axum::{Json, extract::State, http::header::CONTENT_TYPE, response::IntoResponse};
use serde::{Deserialize, Serialize};

use crate::{
    deps::Deps,
    quote::{
        At, Batch,
        answer::Quote,
        quote,
        request::{Request, SendRequest, TradeType},
    },
};

/// Bytes of an answer, about.
const ANSWER: usize = 1_500;
/// Quotes of a batch that are answered before others get their turn.
const TOGETHER: usize = 16;

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
    only_pools: Option<String>,
    only_tokens: Option<String>,
    exclude_pools: Option<String>,
    exclude_tokens: Option<String>,
    slippage_bps: Option<u32>,
    gas_price_wei: Option<String>,
    max_age_ms: Option<u64>,
    #[serde(default)]
    verify: bool,
    recipient: Option<String>,
    sender: Option<String>,
    deadline: Option<u64>,
    portion_bips: Option<u32>,
    portion_recipient: Option<String>,
    router: Option<String>,
    permit_signature: Option<String>,
    permit_amount: Option<String>,
    permit_expiration: Option<u64>,
    permit_nonce: Option<u64>,
    permit_sig_deadline: Option<u64>,
    #[serde(default)]
    simulate: bool,
    simulate_with: Option<String>,
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
            only_pools: self.only_pools.as_deref(),
            only_tokens: self.only_tokens.as_deref(),
            exclude_pools: self.exclude_pools.as_deref(),
            exclude_tokens: self.exclude_tokens.as_deref(),
            slippage_bps: self.slippage_bps,
            gas_price_wei: self.gas_price_wei.as_deref(),
            max_age_ms: self.max_age_ms,
            verify: self.verify,
            send: self.send(),
        })
    }

    fn send(&self) -> SendRequest<'_> {
        SendRequest {
            recipient: self.recipient.as_deref(),
            sender: self.sender.as_deref(),
            deadline: self.deadline,
            portion_bips: self.portion_bips,
            portion_recipient: self.portion_recipient.as_deref(),
            router: self.router.as_deref(),
            permit_signature: self.permit_signature.as_deref(),
            permit_amount: self.permit_amount.as_deref(),
            permit_expiration: self.permit_expiration,
            permit_nonce: self.permit_nonce,
            permit_sig_deadline: self.permit_sig_deadline,
            simulate: self.simulate,
            simulate_with: self.simulate_with.as_deref(),
        }
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
pub(super) struct Asked {
    quotes: Vec<Params>,
}

/// An answer of a batch, which is written as soon as it is there: a hundred of them are as much as a page of text.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum Answer<'a> {
    Quote(&'a Quote),
    Problem(&'a Problem),
}

pub(super) async fn post(
    State(deps): State<Arc<Deps>>,
    Body(asked): Body<Asked>,
) -> Result<impl IntoResponse, Problem> {
    let mut batch = Batch::new(&deps, asked.quotes.len())?;
    let mut body = Vec::with_capacity(ANSWER * asked.quotes.len());
    body.extend_from_slice(b"{\"quotes\":[");
    for (number, params) in asked.quotes.iter().enumerate() {
        if number > 0 {
            body.push(b',');
        }
        let answer = match params.request() {
            Ok(request) => batch.answer(&request).await,
            Err(problem) => Err(problem),
        };
        let answer = answer.as_ref().map_or_else(Answer::Problem, Answer::Quote);
        serde_json::to_writer(&mut body, &answer).map_err(|_| Problem::internal())?;
        if number % TOGETHER == TOGETHER - 1 {
            tokio::task::yield_now().await;
        }
    }
    body.extend_from_slice(b"]}");
    Ok(([(CONTENT_TYPE, "application/json")], body))
}

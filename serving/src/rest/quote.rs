//! `GET /v1/quote` and `POST /v1/quotes`: what trades give at the newest block.

use std::sync::Arc;

use api_kit::{
    extract::{Json as Body, Query},
    parse,
    problem::Problem,
};
use axum::{Json, extract::State, http::header::CONTENT_TYPE, response::IntoResponse};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::openapi::shapes::{AddressText, ChainNumber, PoolIdText, Uint256Text};
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
#[derive(Debug, Deserialize, ToSchema, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = QuoteRequest)]
#[into_params(parameter_in = Query)]
pub(super) struct Params {
    #[param(value_type = Option<ChainNumber>)]
    #[schema(value_type = Option<ChainNumber>)]
    chain: Option<String>,
    /// The pool to use; without it the best way is looked for.
    #[param(value_type = Option<PoolIdText>)]
    #[schema(value_type = Option<PoolIdText>)]
    pool: Option<String>,
    /// Token that goes in; `native` or the zero address is the native currency.
    #[param(
        pattern = "^(native|0x[0-9a-fA-F]{40})$",
        required = true,
        nullable = false,
        example = "0x792e1b5ec2cc9c40126fe4a219d480dc594886dc"
    )]
    #[schema(
        pattern = "^(native|0x[0-9a-fA-F]{40})$",
        required = true,
        nullable = false,
        examples("0x792e1b5ec2cc9c40126fe4a219d480dc594886dc")
    )]
    token_in: Option<String>,
    /// Token that comes out; may be left out with `pool`.
    #[param(
        pattern = "^(native|0x[0-9a-fA-F]{40})$",
        example = "0xc429ea3f37b79ab184021f1e6e8efd93e749aa64"
    )]
    #[schema(
        pattern = "^(native|0x[0-9a-fA-F]{40})$",
        examples("0xc429ea3f37b79ab184021f1e6e8efd93e749aa64")
    )]
    token_out: Option<String>,
    /// Only pools of the pair with this fee in pips (1/1,000,000), in one leg; not with `pool`.
    fee: Option<u32>,
    /// Amount in the smallest unit of the token: what goes in, or with `exactOut` what should come out. Not 0.
    #[param(pattern = "^[0-9]{1,78}$", required = true, nullable = false, example = "1000000000")]
    #[schema(pattern = "^[0-9]{1,78}$", required = true, nullable = false, examples("1000000000"))]
    amount: Option<String>,
    /// Which amount that is: `exactIn` unless said.
    #[param(pattern = "^exact(In|Out)$")]
    #[schema(pattern = "^exact(In|Out)$")]
    trade_type: Option<String>,
    /// Legs of a path at most; 3 unless said.
    #[param(minimum = 1, maximum = 4)]
    #[schema(minimum = 1, maximum = 4)]
    max_hops: Option<u32>,
    /// Paths at most; 3 unless said.
    #[param(minimum = 1, maximum = 7)]
    #[schema(minimum = 1, maximum = 7)]
    max_splits: Option<u32>,
    /// Only pools of these rules: `v2`, `v3`, `v4`, separated by commas.
    #[param(pattern = "^v[234](,v[234])*$")]
    #[schema(pattern = "^v[234](,v[234])*$")]
    protocols: Option<String>,
    /// Only these pools, separated by commas; 100 at most.
    only_pools: Option<String>,
    /// Traded through only these tokens, separated by commas; 100 at most.
    only_tokens: Option<String>,
    /// Not through these pools, separated by commas; 100 at most.
    exclude_pools: Option<String>,
    /// Not through these tokens, separated by commas; 100 at most.
    exclude_tokens: Option<String>,
    /// Basis points by which the result may be worse; with `recipient` 50 unless said.
    #[param(minimum = 0, maximum = 5_000)]
    #[schema(minimum = 0, maximum = 5_000)]
    slippage_bps: Option<u32>,
    /// Price of gas in wei; that of the chain unless said.
    #[param(value_type = Option<Uint256Text>)]
    #[schema(value_type = Option<Uint256Text>)]
    gas_price_wei: Option<String>,
    /// Oldest block that is accepted, in milliseconds.
    max_age_ms: Option<u64>,
    /// Whether the quoter contracts are asked, too, at the same block.
    #[serde(default)]
    verify: bool,
    /// Who gets what comes out: with it the answer has the transaction.
    #[param(value_type = Option<AddressText>)]
    #[schema(value_type = Option<AddressText>)]
    recipient: Option<String>,
    /// Who sends and pays; the recipient unless said.
    #[param(value_type = Option<AddressText>)]
    #[schema(value_type = Option<AddressText>)]
    sender: Option<String>,
    /// Last second in which the transaction may be mined (Unix time).
    deadline: Option<u64>,
    /// Basis points of what comes out, for somebody else.
    #[param(minimum = 0, maximum = 10_000)]
    #[schema(minimum = 0, maximum = 10_000)]
    portion_bips: Option<u32>,
    /// Who gets those.
    #[param(value_type = Option<AddressText>)]
    #[schema(value_type = Option<AddressText>)]
    portion_recipient: Option<String>,
    /// `swapRouter02` or `universal`; the best that is configured unless said.
    #[param(pattern = "^(swapRouter02|universal)$")]
    #[schema(pattern = "^(swapRouter02|universal)$")]
    router: Option<String>,
    /// A signed allowance of Permit2 for the Universal Router.
    #[param(pattern = "^0x([0-9a-fA-F]{2})*$")]
    #[schema(pattern = "^0x([0-9a-fA-F]{2})*$")]
    permit_signature: Option<String>,
    /// Its amount.
    #[param(value_type = Option<Uint256Text>)]
    #[schema(value_type = Option<Uint256Text>)]
    permit_amount: Option<String>,
    /// Until when it is good (Unix time).
    permit_expiration: Option<u64>,
    /// Its nonce.
    permit_nonce: Option<u64>,
    /// Until when the signature is good (Unix time).
    permit_sig_deadline: Option<u64>,
    /// Whether the transaction is tried out on the state of the block.
    #[serde(default)]
    simulate: bool,
    /// `real`: with the balance and allowances of the sender; `overrides`: as if they were enough.
    #[param(pattern = "^(real|overrides)$")]
    #[schema(pattern = "^(real|overrides)$")]
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

/// What a trade gives at the newest block.
///
/// Computed to the smallest unit from the pools in memory, with the routes it takes; with `recipient` also the
/// transaction.
#[utoipa::path(
    get,
    path = "/v1/quote",
    operation_id = "quote",
    tag = "quotes",
    params(Params),
    responses((status = 200, description = "The quote.", body = Quote))
)]
pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    Query(params): Query<Params>,
) -> Result<Json<Quote>, Problem> {
    quote(&deps, At::Head, params.request()?).await.map(Json)
}

/// The answers, in the order of the questions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BatchAnswers)]
struct Answers<'a> {
    quotes: Vec<Answer<'a>>,
}

/// Several quotes at once.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = QuoteRequests)]
pub(super) struct Asked {
    /// 100 at most; each is answered by itself.
    #[schema(max_items = 100)]
    quotes: Vec<Params>,
}

/// An answer of a batch, which is written as soon as it is there: a hundred of them are as much as a page of text.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = BatchAnswer, description = "A quote, or why there is none.")]
enum Answer<'a> {
    Quote(&'a Quote),
    Problem(&'a Problem),
}

/// Several quotes of one block.
///
/// 100 at most, in the order of the questions; one that is refused does not hold up the others.
#[utoipa::path(
    post,
    path = "/v1/quotes",
    operation_id = "quotes",
    tag = "quotes",
    request_body(content = Asked, description = "The questions, each as in `GET /v1/quote`."),
    responses(
        (status = 200, description = "A quote or a problem for each question.", body = Answers<'_>),
    ),
)]
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

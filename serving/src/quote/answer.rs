//! The answer to a quote.

use std::time::Duration;

use alloy_primitives::{U256, U512};
use api_kit::answer::Block;
use async_graphql::{Json, SimpleObject};
use domain::{
    decimal::Decimal,
    route::{self, MID_BITS, SHARES, mid_amount},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    limits::{self, WHOLE},
    plan::Planned,
    request::{Trade, TradeType},
    transaction::{
        Prepared,
        answer::{Approval, Portion, Simulation, Transaction},
    },
    verify::Verification,
};
use crate::{
    book::{Book, TokenName},
    view::{address, price::MarketPrice, protocol::Protocol},
};

mod prices;
mod text;

/// What a trade gives at a block. Amounts are in smallest units; the decimal forms are null where the token tells no
/// decimals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[serde(rename_all = "camelCase")]
#[graphql(name = "Quote")]
pub struct Quote {
    /// The block whose state the quote speaks of.
    pub block: Block,
    /// How old that block is, in milliseconds.
    pub age_ms: u64,
    /// Which amount was given.
    pub trade_type: TradeType,
    /// Token that goes in.
    pub token_in: String,
    /// Token that comes out.
    pub token_out: String,
    /// Amount that goes in.
    pub amount_in: String,
    /// The same in whole tokens.
    pub amount_in_decimal: Option<String>,
    /// Amount that comes out.
    pub amount_out: String,
    /// The same in whole tokens.
    pub amount_out_decimal: Option<String>,
    /// What comes out less what gas costs; null for exact out, and where gas has no price in that token.
    pub amount_out_gas_adjusted: Option<String>,
    /// The same in whole tokens.
    pub amount_out_gas_adjusted_decimal: Option<String>,
    /// With `slippageBps`, exact in: what has to come out at least.
    pub minimum_amount_out: Option<String>,
    /// The same in whole tokens.
    pub minimum_amount_out_decimal: Option<String>,
    /// With `slippageBps`, exact out: what may go in at most.
    pub maximum_amount_in: Option<String>,
    /// The same in whole tokens.
    pub maximum_amount_in_decimal: Option<String>,
    /// Whole tokens out for one whole token in at the pools' prices, without fees and without moving them; null where a
    /// token tells no decimals.
    pub mid_price: Option<String>,
    /// Whole tokens out for one whole token in as traded.
    pub execution_price: Option<String>,
    /// How much worse than the pools' prices the trade is, fees included, in basis points.
    pub price_impact_bps: Option<u32>,
    /// Gas of the transaction, about.
    pub gas_estimate: String,
    /// What that costs; null where no price of gas is known.
    pub gas_cost: Option<GasCost>,
    /// Swaps that were computed to find this.
    pub swaps_computed: u32,
    /// Whether everything that could be better was looked at; false where the work for one quote was used up before.
    pub exhaustive: bool,
    /// The ways the amount takes, the largest share first.
    pub routes: Vec<Route>,
    /// The routes for people.
    pub route_string: String,
    /// With `verify`: what the quoter contracts say at the same block.
    pub verification: Option<Verification>,
    /// With `recipient`: what the sender has to sign and send.
    pub transaction: Option<Transaction>,
    /// What the sender has to allow before, as far as that is wanting at the block of the quote.
    pub approvals: Vec<Approval>,
    /// What the sender may sign instead of an approval of kind `permit2` (EIP-712, for `eth_signTypedData_v4`); the
    /// signature goes into `permitSignature` of the same question.
    #[schema(value_type = Option<Object>)]
    pub permit: Option<Json<serde_json::Value>>,
    /// With `portionBips`: what somebody else gets of it.
    pub portion: Option<Portion>,
    /// With `simulate`: how the transaction went on the state of that block.
    pub simulation: Option<Simulation>,
}

/// What gas costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GasCost {
    /// Wei per unit of gas.
    pub gas_price_wei: String,
    /// Wei in all.
    pub wei: String,
    /// The same in the token that comes out, by the pools; null for exact out.
    pub in_token_out: Option<String>,
    /// The same in the token that goes in, by the pools; null for exact in.
    pub in_token_in: Option<String>,
    /// The same in USD; null where the native currency has no market price.
    pub usd: Option<String>,
    /// That price: whence it comes and how old it is.
    pub usd_price: Option<MarketPrice>,
}

/// A way that a share of the amount takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = QuoteRoute)]
pub struct Route {
    /// Share of the amount, in percent; what shares leave over by rounding goes with the largest.
    pub share: u32,
    /// Amount that goes in.
    pub amount_in: String,
    /// The same in whole tokens.
    pub amount_in_decimal: Option<String>,
    /// Amount that comes out.
    pub amount_out: String,
    /// The same in whole tokens.
    pub amount_out_decimal: Option<String>,
    /// Its steps.
    pub legs: Vec<Leg>,
}

/// A swap in one pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = QuoteLeg)]
pub struct Leg {
    /// Pool.
    pub pool: String,
    /// Its rules.
    pub protocol: Protocol,
    /// Its DEX.
    pub dex: String,
    /// Its fee in pips (1/1,000,000).
    pub fee_pips: u32,
    /// Token that goes in.
    pub token_in: String,
    /// Token that comes out.
    pub token_out: String,
    /// Amount that goes in.
    pub amount_in: String,
    /// The same in whole tokens.
    pub amount_in_decimal: Option<String>,
    /// Amount that comes out.
    pub amount_out: String,
    /// The same in whole tokens.
    pub amount_out_decimal: Option<String>,
    /// Initialised ticks that the price crosses.
    pub ticks_crossed: u32,
}

impl Quote {
    pub(super) fn new(
        book: &Book,
        age: Duration,
        trade: &Trade,
        planned: Planned,
        verification: Option<Verification>,
        prepared: Option<Prepared>,
    ) -> Self {
        let Planned { token_in, token_out, plan, gas, usd } = planned;
        let mid = mid(book, &plan);
        let exact_in = trade.trade_type == TradeType::ExactIn;
        let cost = gas.map(|(wei, price)| (wei, price.cost(plan.gas)));
        let slipped = trade.slippage_bps.map(|bps| {
            if exact_in {
                limits::least(plan.amount_out, bps)
            } else {
                limits::most(plan.amount_in, bps)
            }
        });
        let (transaction, approvals, permit, portion, simulation) = match prepared {
            Some(it) => {
                (Some(it.transaction), it.approvals, it.permit, it.portion, Some(it.simulation))
            }
            None => (None, Vec::new(), None, None, None),
        };
        let (minimum_amount_out, maximum_amount_in) =
            if exact_in { (slipped, None) } else { (None, slipped) };
        let adjusted =
            cost.filter(|_| exact_in).map(|(_, cost)| plan.amount_out.saturating_sub(cost));
        let digits = |amount: U256| amount.to_string();
        Self {
            block: book.block.into(),
            age_ms: u64::try_from(age.as_millis()).unwrap_or(u64::MAX),
            trade_type: trade.trade_type,
            token_in: address(token_in.address),
            token_out: address(token_out.address),
            amount_in: plan.amount_in.to_string(),
            amount_in_decimal: token_in.whole(plan.amount_in),
            amount_out: plan.amount_out.to_string(),
            amount_out_decimal: token_out.whole(plan.amount_out),
            amount_out_gas_adjusted: adjusted.map(digits),
            amount_out_gas_adjusted_decimal: adjusted.and_then(|amount| token_out.whole(amount)),
            minimum_amount_out: minimum_amount_out.map(digits),
            minimum_amount_out_decimal: minimum_amount_out
                .and_then(|amount| token_out.whole(amount)),
            maximum_amount_in: maximum_amount_in.map(digits),
            maximum_amount_in_decimal: maximum_amount_in.and_then(|amount| token_in.whole(amount)),
            mid_price: mid.and_then(|mid| {
                prices::of(mid, U512::from(plan.amount_in) << MID_BITS, &token_in, &token_out)
            }),
            execution_price: prices::of(
                U512::from(plan.amount_out),
                U512::from(plan.amount_in),
                &token_in,
                &token_out,
            ),
            price_impact_bps: mid.and_then(|mid| impact(mid, &plan)),
            gas_estimate: plan.gas.to_string(),
            gas_cost: cost.map(|(wei, cost)| GasCost {
                gas_price_wei: wei.to_string(),
                wei: wei.saturating_mul(U256::from(plan.gas)).to_string(),
                in_token_out: exact_in.then(|| cost.to_string()),
                in_token_in: (!exact_in).then(|| cost.to_string()),
                usd: usd.as_ref().map(|(price, _)| {
                    let wei = wei.saturating_mul(U256::from(plan.gas));
                    (Decimal::from_units(wei, 18) * *price).to_string()
                }),
                usd_price: usd.map(|(_, price)| price),
            }),
            swaps_computed: plan.computed,
            exhaustive: plan.exhausted,
            route_string: text::routes(book, &plan.routes),
            routes: plan
                .routes
                .iter()
                .map(|route| self::route(book, route, [&token_in, &token_out]))
                .collect(),
            verification,
            transaction,
            approvals,
            permit: permit.map(Json),
            portion,
            simulation,
        }
    }
}

/// What would come out at the pools' prices, times 2^[`MID_BITS`].
fn mid(book: &Book, plan: &route::Plan) -> Option<U512> {
    let mid = plan.routes.iter().try_fold(U512::ZERO, |sum, route| {
        Some(sum + U512::from(mid_amount(&book.market, &route.legs, route.amount_in)?))
    })?;
    (!mid.is_zero()).then_some(mid)
}

/// Basis points between what the pools' prices say and what comes out, rounded up.
fn impact(mid: U512, plan: &route::Plan) -> Option<u32> {
    let out = U512::from(plan.amount_out) << MID_BITS;
    let short = mid.saturating_sub(out);
    u32::try_from((short * U512::from(WHOLE)).div_ceil(mid)).ok()
}

fn route(book: &Book, route: &route::Route, [token_in, token_out]: [&TokenName; 2]) -> Route {
    Route {
        share: route.share * 100 / SHARES,
        amount_in: route.amount_in.to_string(),
        amount_in_decimal: token_in.whole(route.amount_in),
        amount_out: route.amount_out.to_string(),
        amount_out_decimal: token_out.whole(route.amount_out),
        legs: route.legs.iter().filter_map(|leg| self::leg(book, leg)).collect(),
    }
}

fn leg(book: &Book, leg: &route::Leg) -> Option<Leg> {
    let (name, venue) = (book.names.pool(leg.pool)?, book.market.pool(leg.pool)?);
    let (token_in, token_out) = (book.names.token(leg.token_in)?, book.names.token(leg.token_out)?);
    Some(Leg {
        pool: name.id.to_string(),
        protocol: venue.protocol.into(),
        dex: name.dex.to_string(),
        fee_pips: name.fee_pips,
        token_in: address(token_in.address),
        token_out: address(token_out.address),
        amount_in: leg.amount_in.to_string(),
        amount_in_decimal: token_in.whole(leg.amount_in),
        amount_out: leg.amount_out.to_string(),
        amount_out_decimal: token_out.whole(leg.amount_out),
        ticks_crossed: u32::try_from(leg.crossed).unwrap_or(u32::MAX),
    })
}

//! The answer to a quote.

use alloy_primitives::U256;
use api_kit::answer::Block;
use async_graphql::SimpleObject;
use domain::{block::BlockRef, entity::Token};
use serde::Serialize;

use super::{
    Best, Candidates,
    request::{Trade, TradeType},
};
use crate::{
    price,
    view::{address, protocol::Protocol},
};

/// What a trade would give at a block. Amounts are in smallest units; the decimal forms are null where the token tells no
/// decimals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
pub struct Quote {
    /// The block whose state the quote speaks of.
    pub block: Block,
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
    /// Gas of the swap as the quoter measured it; null for V2, whose router tells none.
    pub gas_estimate: Option<String>,
    /// Pools asked.
    pub pools_considered: u32,
    /// The ways the amount takes; one as of now.
    pub routes: Vec<Route>,
    /// The route for people.
    pub route_string: String,
}

/// A way that a share of the amount takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject)]
pub struct Route {
    /// Share of the amount, in percent.
    pub share: u32,
    /// Its steps.
    pub legs: Vec<Leg>,
}

/// A swap in one pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
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
    /// Amount that comes out.
    pub amount_out: String,
}

impl Quote {
    pub(super) fn new(block: BlockRef, found: &Candidates, trade: &Trade, best: Best<'_>) -> Self {
        let Best { pool, outcome } = best;
        let (amount_in, amount_out) = match trade.trade_type {
            TradeType::ExactIn => (trade.amount, outcome.amount),
            TradeType::ExactOut => (outcome.amount, trade.amount),
        };
        let (token_in, token_out) =
            (address(found.token_in.address), address(found.token_out.address));
        let leg = Leg {
            pool: pool.id.to_string(),
            protocol: pool.protocol.into(),
            dex: pool.dex.clone(),
            fee_pips: pool.fee_pips,
            token_in: token_in.clone(),
            token_out: token_out.clone(),
            amount_in: amount_in.to_string(),
            amount_out: amount_out.to_string(),
        };
        let route_string = format!(
            "[{:?}] 100% = {} -- {}% [{}] --> {}",
            pool.protocol,
            label(&found.token_in),
            price::whole(U256::from(pool.fee_pips), 4),
            pool.id,
            label(&found.token_out),
        );
        Self {
            block: block.into(),
            trade_type: trade.trade_type,
            token_in,
            token_out,
            amount_in: amount_in.to_string(),
            amount_in_decimal: found
                .token_in
                .decimals
                .map(|decimals| price::whole(amount_in, decimals)),
            amount_out: amount_out.to_string(),
            amount_out_decimal: found
                .token_out
                .decimals
                .map(|decimals| price::whole(amount_out, decimals)),
            gas_estimate: outcome.gas.map(|gas| gas.to_string()),
            pools_considered: u32::try_from(found.pools.len()).unwrap_or(u32::MAX),
            routes: vec![Route { share: 100, legs: vec![leg] }],
            route_string,
        }
    }
}

fn label(token: &Token) -> String {
    token.symbol.clone().unwrap_or_else(|| address(token.address))
}

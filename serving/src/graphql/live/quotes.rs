//! Quotes that follow the chain.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Result, Subscription};
use futures::{Stream, StreamExt as _};

use crate::{
    deps::Deps,
    graphql::quotes::TransactionInput,
    quote::{
        answer::Quote,
        request::{Request, TradeType},
        updates,
    },
};

/// A trade that is quoted, as the arguments of `quote` have it.
#[derive(Debug, InputObject)]
pub struct QuoteRequest {
    /// Chain; may be left out when one is served.
    chain: Option<u64>,
    /// The pool to use.
    pool: Option<String>,
    /// Address of the token that goes in.
    token_in: String,
    /// Address of the token that comes out; may be left out with `pool`.
    token_out: Option<String>,
    /// Only pools of the pair with this fee in pips.
    fee: Option<u32>,
    /// Amount in the token's smallest unit, in digits.
    amount: String,
    /// Which amount that is.
    #[graphql(default_with = "TradeType::ExactIn")]
    trade_type: TradeType,
    /// Legs of a path: 1 to 4, 3 unless said.
    max_hops: Option<u32>,
    /// Paths that the amount is split over: 1 to 7, 3 unless said.
    max_splits: Option<u32>,
    /// v2, v3, v4; separated by commas.
    protocols: Option<String>,
    /// Only these pools; separated by commas.
    only_pools: Option<String>,
    /// Traded through these tokens alone; separated by commas.
    only_tokens: Option<String>,
    /// Pools that are not used; separated by commas.
    exclude_pools: Option<String>,
    /// Tokens that are not traded through; separated by commas.
    exclude_tokens: Option<String>,
    /// Basis points by which the result may be worse.
    slippage_bps: Option<u32>,
    /// Price of gas in wei; what the node says unless given.
    gas_price_wei: Option<String>,
    /// Oldest block that is accepted, in milliseconds.
    max_age_ms: Option<u64>,
    /// Whether the quoter contracts are asked, too.
    #[graphql(default)]
    verify: bool,
    /// Wanted: a transaction that carries each quote out.
    transaction: Option<TransactionInput>,
}

impl QuoteRequest {
    fn request(&self) -> Request<'_> {
        Request {
            chain: self.chain,
            pool: self.pool.as_deref(),
            token_in: Some(&self.token_in),
            token_out: self.token_out.as_deref(),
            fee: self.fee,
            amount: Some(&self.amount),
            trade_type: self.trade_type,
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
            send: self.transaction.as_ref().map(TransactionInput::request).unwrap_or_default(),
        }
    }
}

/// Quotes that follow the chain.
#[derive(Debug, Default)]
pub struct QuoteUpdates;

#[Subscription]
impl QuoteUpdates {
    /// What a trade gives: now, and again at each block, blocks that replace others included. A block without a quote gives
    /// an error for that block, and the next block is tried again.
    #[graphql(complexity = "1000 + child_complexity")]
    async fn quote(
        &self,
        ctx: &Context<'_>,
        request: QuoteRequest,
    ) -> Result<impl Stream<Item = Result<Quote>>> {
        let deps = Arc::clone(ctx.data::<Arc<Deps>>()?);
        let answers = updates::updates(deps, request.request())?;
        Ok(answers.map(|answer| Ok(answer?)))
    }
}

//! `quote`.

use std::sync::Arc;

use api_kit::scope::Scope;
use async_graphql::{Context, Object, Result};

use crate::{
    deps::Deps,
    quote::{
        At,
        answer::Quote,
        quote,
        request::{Request, TradeType},
    },
};

/// Quotes.
#[derive(Debug, Default)]
pub struct Quotes;

#[Object]
impl Quotes {
    /// What a trade gives at the block of this request, computed from the pools' own state; with `verify` beside what the
    /// real quoter contracts say. With `pool` only that pool is used, else the best way is looked for.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the GraphQL field")]
    #[graphql(complexity = "1000 + child_complexity")]
    async fn quote(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        #[graphql(desc = "The pool to use")] pool: Option<String>,
        #[graphql(desc = "Address of the token that goes in")] token_in: String,
        #[graphql(desc = "Address of the token that comes out; may be left out with `pool`")]
        token_out: Option<String>,
        #[graphql(desc = "Only pools of the pair with this fee in pips")] fee: Option<u32>,
        #[graphql(desc = "Amount in the token's smallest unit, in digits")] amount: String,
        #[graphql(desc = "Which amount that is", default_with = "TradeType::ExactIn")]
        trade_type: TradeType,
        #[graphql(desc = "Legs of a path: 1 to 4, 3 unless said")] max_hops: Option<u32>,
        #[graphql(desc = "Paths that the amount is split over: 1 to 7, 3 unless said")]
        max_splits: Option<u32>,
        #[graphql(desc = "v2, v3, v4; separated by commas")] protocols: Option<String>,
        #[graphql(desc = "Pools that are not used; separated by commas")] exclude_pools: Option<
            String,
        >,
        #[graphql(desc = "Tokens that are not traded through; separated by commas")]
        exclude_tokens: Option<String>,
        #[graphql(desc = "Basis points by which the result may be worse")] slippage_bps: Option<
            u32,
        >,
        #[graphql(desc = "Price of gas in wei; what the node says unless given")]
        gas_price_wei: Option<String>,
        #[graphql(desc = "Oldest block that is accepted, in milliseconds")] max_age_ms: Option<u64>,
        #[graphql(desc = "Whether the quoter contracts are asked, too", default)] verify: bool,
    ) -> Result<Quote> {
        let request = Request {
            chain,
            pool: pool.as_deref(),
            token_in: Some(&token_in),
            token_out: token_out.as_deref(),
            fee,
            amount: Some(&amount),
            trade_type,
            max_hops,
            max_splits,
            protocols: protocols.as_deref(),
            exclude_pools: exclude_pools.as_deref(),
            exclude_tokens: exclude_tokens.as_deref(),
            slippage_bps,
            gas_price_wei: gas_price_wei.as_deref(),
            max_age_ms,
            verify,
        };
        let at = At::Scope(ctx.data::<Scope>()?);
        Ok(quote(ctx.data::<Arc<Deps>>()?, at, request).await?)
    }
}

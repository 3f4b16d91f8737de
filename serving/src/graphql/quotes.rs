//! `quote`.

use std::sync::Arc;

use api_kit::scope::Scope;
use async_graphql::{Context, Object, Result};

use crate::{
    deps::Deps,
    quote::{
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
    /// What a trade would give at the block of this request, asked of the real quoter contracts. With `pool` only that
    /// pool is asked, else every pool of the pair, and the best answers.
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
        #[graphql(desc = "Only pools of this fee in pips")] fee: Option<u32>,
        #[graphql(desc = "Amount in the token's smallest unit, in digits")] amount: String,
        #[graphql(desc = "Which amount that is", default_with = "TradeType::ExactIn")]
        trade_type: TradeType,
    ) -> Result<Quote> {
        let request = Request {
            chain,
            pool: pool.as_deref(),
            token_in: Some(&token_in),
            token_out: token_out.as_deref(),
            fee,
            amount: Some(&amount),
            trade_type,
        };
        Ok(quote(ctx.data::<Arc<Deps>>()?, ctx.data::<Scope>()?, request).await?)
    }
}

//! `quote`.

use std::sync::Arc;

use api_kit::scope::Scope;
use async_graphql::{Context, InputObject, Object, Result};

use crate::{
    deps::Deps,
    quote::{
        At,
        answer::Quote,
        quote,
        request::{Request, RouterKind, SendRequest, StateKind, TradeType},
    },
};

/// Quotes.
#[derive(Debug, Default)]
pub struct Quotes;

/// The wish for a transaction that carries a quote out.
#[derive(Debug, InputObject)]
pub struct TransactionInput {
    /// Who gets what comes out.
    recipient: String,
    /// Who sends and pays; the recipient unless said.
    sender: Option<String>,
    /// Last second in which it may be mined (Unix time); 30 minutes after the block unless said.
    deadline: Option<u64>,
    /// Basis points of what comes out, for somebody else.
    portion_bips: Option<u32>,
    /// Who gets those.
    portion_recipient: Option<String>,
    /// The router; the one that suits unless said.
    router: Option<RouterKind>,
    /// A signature of the `permit` of an earlier quote.
    permit_signature: Option<String>,
    /// Its `amount`.
    permit_amount: Option<String>,
    /// Its `expiration`.
    permit_expiration: Option<u64>,
    /// Its `nonce`.
    permit_nonce: Option<u64>,
    /// Its `sigDeadline`.
    permit_sig_deadline: Option<u64>,
    /// Whether it is tried out at the block of the quote.
    #[graphql(default)]
    simulate: bool,
    /// With which balance and allowances; the real ones unless said.
    simulate_with: Option<StateKind>,
}

impl TransactionInput {
    pub(super) fn request(&self) -> SendRequest<'_> {
        SendRequest {
            recipient: Some(&self.recipient),
            sender: self.sender.as_deref(),
            deadline: self.deadline,
            portion_bips: self.portion_bips,
            portion_recipient: self.portion_recipient.as_deref(),
            router: self.router.map(RouterKind::name),
            permit_signature: self.permit_signature.as_deref(),
            permit_amount: self.permit_amount.as_deref(),
            permit_expiration: self.permit_expiration,
            permit_nonce: self.permit_nonce,
            permit_sig_deadline: self.permit_sig_deadline,
            simulate: self.simulate,
            simulate_with: self.simulate_with.map(StateKind::name),
        }
    }
}

#[Object]
impl Quotes {
    /// What a trade gives at the block of this request, computed from the pools' own state; with `verify` beside what the
    /// real quoter contracts say. With `pool` only that pool is used, else the best way is looked for.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the GraphQL field")]
    #[graphql(cache_control(no_cache), complexity = "1000 + child_complexity")]
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
        #[graphql(desc = "Only these pools; separated by commas")] only_pools: Option<String>,
        #[graphql(desc = "Traded through these tokens alone; separated by commas")]
        only_tokens: Option<String>,
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
        #[graphql(desc = "A transaction is wanted")] transaction: Option<TransactionInput>,
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
            only_pools: only_pools.as_deref(),
            only_tokens: only_tokens.as_deref(),
            exclude_pools: exclude_pools.as_deref(),
            exclude_tokens: exclude_tokens.as_deref(),
            slippage_bps,
            gas_price_wei: gas_price_wei.as_deref(),
            max_age_ms,
            verify,
            send: transaction.as_ref().map(TransactionInput::request).unwrap_or_default(),
        };
        let at = At::Scope(ctx.data::<Scope>()?);
        Ok(quote(ctx.data::<Arc<Deps>>()?, at, request).await?)
    }
}

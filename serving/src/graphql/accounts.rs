//! `account`, and what hangs on one.

use api_kit::parse;
use async_graphql::{ComplexObject, Context, Object, Result};
use domain::ids::ChainId;
use store::{PositionsOf, SharesOf};

use super::{
    as_of::{self, AsOf},
    connection::Connection,
    events, onchain, page_cost, positions,
};
use crate::{
    node::AccountBalances,
    read::{accounts, as_of::At, rows::Filter},
    view::{
        account::{Account, LiquidityPosition},
        liquidity::LiquidityEvent,
        position::Position,
        swap::Swap,
    },
};

/// Accounts.
#[derive(Debug, Default)]
pub struct Accounts;

#[Object]
impl Accounts {
    /// An account; null when it sent no indexed transaction. Where transactions are not indexed there are none.
    async fn account(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        address: String,
        as_of: Option<AsOf>,
    ) -> Result<Option<Account>> {
        let address = parse::address("address", &address)?;
        let (chain, at) = as_of::open(ctx, chain, as_of).await?;
        let found = accounts::one(&at, address).await?;
        Ok(found.map(|figures| Account::new((chain, address), &figures, at.older())))
    }
}

#[ComplexObject]
impl Account {
    /// What it has of the native currency and of these tokens at the chain's newest block, read from the chain itself.
    #[graphql(
        cache_control(no_cache),
        complexity = "onchain::COST + tokens.len() + child_complexity"
    )]
    async fn balances(
        &self,
        ctx: &Context<'_>,
        #[graphql(default, desc = "Addresses of tokens, 100 at most")] tokens: Vec<String>,
    ) -> Result<AccountBalances> {
        Box::pin(onchain::of_account(ctx, self, &tokens)).await
    }

    /// Swaps that it sent or takes part in, newest first.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn swaps(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows of the page, 1 to 500; 50 if left out")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page")] after: Option<String>,
    ) -> Result<Connection<Swap>> {
        let (chain, at) = self.open(ctx).await?;
        events::of_swaps(ctx, (chain, &at), self.rows(), (first, after)).await
    }

    /// Liquidity events that it sent or takes part in, newest first.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn liquidity_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows of the page, 1 to 500; 50 if left out")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page")] after: Option<String>,
    ) -> Result<Connection<LiquidityEvent>> {
        let (chain, at) = self.open(ctx).await?;
        events::of_liquidity(ctx, (chain, &at), self.rows(), (first, after)).await
    }

    /// Positions (V3, V4) whose tokens it holds; of now alone.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn positions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows of the page, 1 to 500; 50 if left out")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page")] after: Option<String>,
    ) -> Result<Connection<Position>> {
        let (chain, at) = self.open(ctx).await?;
        let of = PositionsOf::Owner(self.key.1);
        positions::page(ctx, (chain, &at), (of, None), (first, after)).await
    }

    /// Shares of V2 pairs that it holds or held; of now alone.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn liquidity_positions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows of the page, 1 to 500; 50 if left out")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page")] after: Option<String>,
    ) -> Result<Connection<LiquidityPosition>> {
        let (chain, at) = self.open(ctx).await?;
        positions::shares(ctx, (chain, &at), SharesOf::Account(self.key.1), (first, after)).await
    }
}

impl Account {
    async fn open(&self, ctx: &Context<'_>) -> Result<(ChainId, At)> {
        let as_of = self.older.map(|block| AsOf::Block(block.number));
        as_of::open(ctx, Some(self.key.0), as_of).await
    }

    fn rows(&self) -> Filter {
        Filter { account: Some(self.key.1), ..Filter::default() }
    }
}

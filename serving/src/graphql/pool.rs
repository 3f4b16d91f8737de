//! What hangs on a pool.

use std::sync::Arc;

use alloy_primitives::U256;
use api_kit::problem::Problem;
use async_graphql::{ComplexObject, Context, OutputType as _, Result};
use domain::{
    entity::{self, PoolState},
    figures::Interval,
};

use super::{
    last_day,
    loaders::{self, Cached, Period, Place, place},
    onchain, recent,
    rows::{Row, Rows},
};
use crate::{
    node::LivePool,
    price::{self, Prices},
    view::{
        last_day::LastDay, period::PoolPeriod, pool::Pool, pool_figures::PoolFigures,
        reconciled::Reconciled, token::Token, units,
    },
};

/// A token as it is stored.
type Stored = Arc<entity::Token>;

#[ComplexObject]
impl Pool {
    /// Lower token by address; the zero address is V4's native currency.
    async fn token0(&self, ctx: &Context<'_>) -> Result<Row<Token>> {
        Ok(Row(Token::new(self.chain_id, self.tokens(ctx).await?.0).as_of(self.older)))
    }

    /// Higher token by address.
    async fn token1(&self, ctx: &Context<'_>) -> Result<Row<Token>> {
        Ok(Row(Token::new(self.chain_id, self.tokens(ctx).await?.1).as_of(self.older)))
    }

    /// `reserve0` in whole tokens, exact; null where that is, and where the token's decimals are not known.
    async fn reserve0_decimal(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        self.reserve(ctx, 0).await
    }

    /// `reserve1` in whole tokens, likewise.
    async fn reserve1_decimal(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        self.reserve(ctx, 1).await
    }

    /// Whole token1 for one whole token0, without fees, to 20 digits; null without a price or decimals.
    async fn token1_per_token0(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.prices(ctx).await?.map(|prices| prices.token1_per_token0))
    }

    /// Whole token0 for one whole token1, likewise.
    async fn token0_per_token1(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.prices(ctx).await?.map(|prices| prices.token0_per_token1))
    }

    /// What its events add up to.
    #[graphql(flatten)]
    async fn figures_of(&self) -> &PoolFigures {
        self.figures()
    }

    /// What the contracts themselves say that the pool holds, as of a block of its own; null until that was read, and where
    /// that block is above the one of the answer.
    async fn reconciled(&self, ctx: &Context<'_>) -> Result<Option<Reconciled>> {
        let key = (self.chain_id, self.entity.id);
        let found = ctx.data::<Cached<loaders::Balances>>()?.load_one(key).await?.flatten();
        let is_then = |block: u64| self.older.is_none_or(|older| block <= older.number);
        Ok(found.filter(|found| is_then(found.block.number)).map(Into::into))
    }

    /// What it did in the 24 hours up to the block, to the second; null of a pool that has no price, or whose tokens tell no
    /// decimals. Not as of an older block.
    #[graphql(complexity = "10 + child_complexity")]
    async fn last_day(&self, ctx: &Context<'_>) -> Result<Option<LastDay>> {
        if self.older.is_some() {
            let detail = "`lastDay` is of now; ask for `hours` or candles of an older block";
            return Err(Problem::unprocessable("AS_OF_UNSUPPORTED", detail).into());
        }
        let key = (self.chain_id, self.entity.id);
        Ok(ctx.data::<Cached<last_day::Days>>()?.load_one(key).await?.flatten())
    }

    /// Its state at the chain's newest block, read from the chain itself.
    #[graphql(cache_control(no_cache), complexity = "onchain::COST + child_complexity")]
    async fn live(&self, ctx: &Context<'_>) -> Result<LivePool> {
        Box::pin(onchain::of_pool(ctx, self)).await
    }

    /// Its newest days (UTC) in which something happened, of so many up to the block's, newest first.
    #[graphql(complexity = "recent::cost(first, child_complexity)")]
    async fn days(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 7, desc = "Days up to the block's, 1 to 31")] first: i32,
    ) -> Result<Rows<PoolPeriod>> {
        self.recent(ctx, Interval::Day, first).await
    }

    /// Its newest hours in which something happened, of so many up to the block's, newest first.
    #[graphql(complexity = "recent::cost(first, child_complexity)")]
    async fn hours(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 24, desc = "Hours up to the block's, 1 to 31")] first: i32,
    ) -> Result<Rows<PoolPeriod>> {
        self.recent(ctx, Interval::Hour, first).await
    }
}

impl Pool {
    /// The chain of the answer as of its block.
    pub(super) fn place(&self) -> Place {
        place(self.chain_id, self.older)
    }

    pub(super) async fn tokens(&self, ctx: &Context<'_>) -> Result<(Stored, Stored)> {
        if let Some(tokens) = self.tokens.get() {
            let [token0, token1] = tokens.clone();
            return Ok((token0, token1));
        }
        let keys = [self.entity.token0, self.entity.token1].map(|token| (self.place(), token));
        let mut found = ctx.data::<Cached<loaders::Tokens>>()?.load_many(keys).await?;
        match keys.map(|key| found.remove(&key)) {
            [Some(token0), Some(token1)] => Ok((token0, token1)),
            _ => {
                tracing::error!(pool = %self.id, "a pool's token is not stored");
                Err(Problem::internal().into())
            }
        }
    }

    /// One of two amounts of its tokens, token0's first, in whole tokens.
    pub(super) async fn whole(
        &self,
        ctx: &Context<'_>,
        amounts: [U256; 2],
        side: usize,
    ) -> Result<Option<String>> {
        let (token0, token1) = self.tokens(ctx).await?;
        let both = amounts.into_iter().zip([token0.decimals, token1.decimals]).nth(side);
        Ok(both.and_then(|(amount, decimals)| units::of(amount, decimals)))
    }

    async fn reserve(&self, ctx: &Context<'_>, side: usize) -> Result<Option<String>> {
        match self.entity.state {
            PoolState::Reserves { reserve0, reserve1 } => {
                self.whole(ctx, [reserve0, reserve1], side).await
            }
            PoolState::Concentrated { .. } => Ok(None),
        }
    }

    async fn prices(&self, ctx: &Context<'_>) -> Result<Option<Prices>> {
        let (token0, token1) = self.tokens(ctx).await?;
        Ok(price::of(&self.entity.state, token0.decimals, token1.decimals))
    }

    async fn recent(
        &self,
        ctx: &Context<'_>,
        kind: Interval,
        first: i32,
    ) -> Result<Rows<PoolPeriod>> {
        let numbers = recent::numbers(ctx, (self.chain_id, self.older), kind, first).await?;
        let key =
            |number: &u32| -> (Place, Period) { (self.place(), (self.entity.id, kind, *number)) };
        let loader = ctx.data::<Cached<loaders::Periods>>()?;
        let mut found = loader.load_many(numbers.iter().map(key)).await?;
        let rows = numbers.iter().filter_map(|number| {
            let row = found.remove(&key(number)).flatten()?;
            Some(PoolPeriod::new(kind, *number, &row))
        });
        Ok(Rows(rows.collect()))
    }
}

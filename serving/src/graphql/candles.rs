//! `poolCandles` and `tokenCandles`.

use std::sync::Arc;

use api_kit::{answer::Block, parse};
use async_graphql::{ComplexObject, Context, Enum, InputObject, Object, Result, SimpleObject};
use domain::candle::{Candle, Subject};

use super::{
    as_of::{self, AsOf},
    events::pool,
    loaders::{self, Cached, place},
    rows::Rows,
};
use crate::{
    deps::Deps,
    failure,
    read::{
        candles::{Span, SpanText},
        dexes,
    },
    view::{
        address,
        candle::{PoolCandle, TokenCandle},
        units,
    },
};

/// Which candles: the newest ones of a span of time.
#[derive(Debug, Clone, Default, InputObject)]
pub(super) struct CandleSpan {
    /// `1m`, `5m`, `15m`, `30m`, `1h`, `4h`, `1d` or `1w`; `1h` if left out.
    resolution: Option<String>,
    /// They begin at or after this Unix time in seconds.
    from: Option<u64>,
    /// They begin before this Unix time in seconds.
    to: Option<u64>,
    /// At most so many, 1 to 1000; 300 if left out.
    limit: Option<u32>,
    /// With candles of periods in which nothing happened.
    #[graphql(default)]
    fill: bool,
}

impl CandleSpan {
    fn read(&self) -> Result<Span> {
        let text = |number: Option<u64>| number.map(|number| number.to_string());
        let (from, to, limit) = (text(self.from), text(self.to), text(self.limit.map(u64::from)));
        Ok(Span::parse(SpanText {
            resolution: self.resolution.as_deref(),
            from: from.as_deref(),
            to: to.as_deref(),
            limit: limit.as_deref(),
            fill: self.fill.then_some("true"),
        })?)
    }
}

/// Fields of so many candles.
fn cost(span: Option<u32>, child: usize) -> usize {
    usize::try_from(span.unwrap_or(300))
        .unwrap_or(usize::MAX)
        .saturating_mul(child)
        .saturating_add(1)
}

/// The token whose price candles of a pool tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum CandleBase {
    /// What one token0 costs in token1.
    #[graphql(name = "TOKEN0")]
    Token0,
    /// What one token1 costs in token0.
    #[graphql(name = "TOKEN1")]
    Token1,
}

impl CandleBase {
    /// A candle with its prices.
    pub(super) fn view(self, candle: &Candle) -> PoolCandle {
        match self {
            Self::Token0 => candle.into(),
            Self::Token1 => PoolCandle::from(&candle.inverse()),
        }
    }
}

/// Candles of a pool, ascending. The last one may still be open.
#[derive(Debug, SimpleObject)]
pub(super) struct PoolCandles {
    /// The block the answer speaks of.
    block: Block,
    /// Length of a candle.
    resolution: &'static str,
    /// The candles.
    items: Rows<PoolCandle>,
}

/// Candles of a token in USD on one DEX, ascending. The last one may still be open.
#[derive(Debug, SimpleObject)]
pub(super) struct TokenCandles {
    /// The block the answer speaks of.
    block: Block,
    /// Length of a candle.
    resolution: &'static str,
    /// Factory (V4: pool manager) of the DEX.
    factory: String,
    /// The candles.
    items: Rows<TokenCandle>,
}

/// Candles.
#[derive(Debug, Default)]
pub struct Candles;

#[Object]
impl Candles {
    /// Candles of a pool's price. As of an older block: those that were over then.
    #[graphql(complexity = "cost(span.limit, child_complexity)")]
    async fn pool_candles(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        #[graphql(desc = "Id of the pool")] pool: String,
        #[graphql(default)] span: CandleSpan,
        #[graphql(default_with = "CandleBase::Token0")] base: CandleBase,
        as_of: Option<AsOf>,
    ) -> Result<PoolCandles> {
        let pool = parse::pool_id("pool", &pool)?;
        let span = span.read()?;
        let (chain, at) = as_of::open(ctx, chain, as_of).await?;
        at.snapshot()
            .pool(pool)
            .await
            .map_err(api_kit::problem::Problem::from)?
            .ok_or_else(|| failure::unknown_pool(pool))?;
        let candles = span.read_at(&at, Subject::Pool(pool)).await?;
        let of = (chain, pool, at.older());
        let view = |candle: &Candle| base.view(candle).of(of);
        Ok(PoolCandles {
            block: at.block().into(),
            resolution: span.resolution.name(),
            items: Rows(candles.iter().map(view).collect()),
        })
    }

    /// Candles of a token's price in USD on one DEX. As of an older block: those that were over then.
    #[graphql(complexity = "cost(span.limit, child_complexity)")]
    async fn token_candles(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        #[graphql(desc = "Address of the token")] token: String,
        #[graphql(
            desc = "Configured name of the DEX, or its factory's address; that of the token's busiest pool if left \
                          out"
        )]
        dex: Option<String>,
        #[graphql(default)] span: CandleSpan,
        as_of: Option<AsOf>,
    ) -> Result<TokenCandles> {
        let token = parse::address("token", &token)?;
        let span = span.read()?;
        let (chain, at) = as_of::open(ctx, chain, as_of).await?;
        let (_, deps) = ctx.data::<Arc<Deps>>()?.chains.resolve(Some(chain))?;
        let factory = dexes::of_series(&at, deps, dex.as_deref(), token).await?;
        let candles = span.read_at(&at, Subject::Token { factory, token }).await?;
        let of = (chain, token, at.older());
        let view = |candle: &Candle| TokenCandle::from(candle).of(of);
        Ok(TokenCandles {
            block: at.block().into(),
            resolution: span.resolution.name(),
            factory: address(factory),
            items: Rows(candles.iter().map(view).collect()),
        })
    }
}

#[ComplexObject]
impl PoolCandle {
    /// `volume0` in whole tokens, exact; null where the token's decimals are not known.
    async fn volume0_decimal(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        self.whole(ctx, 0).await
    }

    /// `volume1` in whole tokens, likewise.
    async fn volume1_decimal(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        self.whole(ctx, 1).await
    }
}

impl PoolCandle {
    async fn whole(&self, ctx: &Context<'_>, side: usize) -> Result<Option<String>> {
        let Some((chain, id, older)) = self.of else { return Ok(None) };
        pool(ctx, (chain, id), older).await?.whole(ctx, self.moved, side).await
    }
}

#[ComplexObject]
impl TokenCandle {
    /// `volume` in whole tokens, exact; null where the token's decimals are not known.
    async fn volume_decimal(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let Some((chain, address, older)) = self.of else { return Ok(None) };
        let token = ctx.data::<Cached<loaders::Tokens>>()?;
        let token = token.load_one((place(chain, older), address)).await?;
        Ok(units::of(self.moved, token.and_then(|token| token.decimals)))
    }
}

//! Prices as they form: candles in the making, and what a token costs on the market.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use alloy_primitives::Address;
use api_kit::{answer::Block, parse, problem::Problem};
use async_graphql::{Context, Result, SimpleObject, Subscription};
use domain::{
    candle::{Resolution, Subject, UnknownResolution},
    ids::{ChainId, PoolId},
};
use futures::{Stream, StreamExt as _, stream};
use store::{CandleQuery, market::PriceMoves};

use super::follow::{Following, known, retracted};
use crate::{
    book::Step,
    deps::Deps,
    graphql::candles::CandleBase,
    listen::resync,
    read::prices::{Moment, now, prices},
    view::{
        candle::{Of, PoolCandle},
        price::MarketPrice,
    },
    wake::{Moved, Wake},
};

/// Between two looks at the market where nobody told of a change: a price ages by itself.
const LOOK: Duration = Duration::from_secs(5);
/// Prices that are remembered for others who ask for them within a look.
const REMEMBERED: usize = 10_000;

/// Candles that blocks changed.
#[derive(Debug, SimpleObject)]
pub struct CandleNews {
    /// The newest block now.
    block: Block,
    /// Blocks that left the chain, the newest first.
    retracted: Vec<Block>,
    /// Unix time from which on candles may have changed: what was told of candles that begin then or later is over.
    from: u64,
    /// The candles that begin at `from` or later, ascending: those that blocks ended, those that are others because blocks
    /// left the chain, and the one in the making. In the first answer the newest candle alone; none while there is none.
    candles: Vec<PoolCandle>,
}

/// Prices of the market that somebody asked for a moment ago.
#[derive(Debug, Default)]
pub(in crate::graphql) struct Newest {
    known: Mutex<HashMap<(ChainId, Address), Known>>,
    /// Who asks the store lets the others wait for the answer.
    asking: tokio::sync::Mutex<()>,
    /// Told by the store, since the first who wanted to know.
    wake: OnceLock<Wake>,
}

/// A price as it was read: when, after how many changes.
#[derive(Debug)]
struct Known {
    at: Instant,
    times: u64,
    price: MarketPrice,
}

impl Newest {
    /// Woken when prices become known, whatever replica or process wrote them.
    fn ear(&self, deps: &Deps) -> Moved {
        self.wake.get_or_init(|| Wake::listen::<PriceMoves>(deps.reader.clone())).ear()
    }

    fn known(&self, key: (ChainId, Address), times: u64) -> Option<MarketPrice> {
        let fresh = |known: &Known| known.at.elapsed() < LOOK / 2;
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() > REMEMBERED {
            all.retain(|_, known| fresh(known));
        }
        let known = all.get(&key).filter(|known| fresh(known) && known.times >= times);
        known.map(|known| known.price.clone())
    }

    /// The price of a token after so many changes; asked of the store once for all who want it.
    async fn of(
        &self,
        deps: &Deps,
        (chain, token): (ChainId, Address),
        times: u64,
    ) -> Result<MarketPrice, Problem> {
        if let Some(price) = self.known((chain, token), times) {
            return Ok(price);
        }
        let _asking = self.asking.lock().await;
        if let Some(price) = self.known((chain, token), times) {
            return Ok(price);
        }
        let found = prices(deps, chain, Moment::newest(now()), &[token]).await?;
        let price = found.into_iter().next().ok_or_else(Problem::internal)?;
        let known = Known { at: Instant::now(), times, price: price.clone() };
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert((chain, token), known);
        Ok(price)
    }
}

/// Prices as they form.
#[derive(Debug, Default)]
pub struct Market;

#[Subscription]
impl Market {
    /// The newest candle of a pool now, and after each step that changed the pool or took blocks back all candles that are
    /// others than they were.
    async fn candle(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        #[graphql(desc = "Id of the pool")] pool: String,
        #[graphql(desc = "1m, 5m, 15m, 30m, 1h, 4h, 1d or 1w")] resolution: String,
        #[graphql(default_with = "CandleBase::Token0")] base: CandleBase,
    ) -> Result<impl Stream<Item = Result<CandleNews>>> {
        let id = parse::pool_id("pool", &pool)?;
        let resolution = resolution.parse().map_err(|error: UnknownResolution| {
            Problem::bad_request("RESOLUTION_INVALID", format!("`resolution`: {error}"))
        })?;
        let following = Following::begin(ctx, chain).await?;
        known(&following, id).await?;
        let (begin, subject) = (&following.begin, Subject::Pool(id));
        let to = begin.block().timestamp.saturating_add(1);
        let query = CandleQuery { subject, resolution, from: 0, to, limit: 1 };
        let newest = following.first(begin.candles(&query)).await?;
        let from = newest.first().map(|candle| candle.start);
        let of = (following.chain, id, None);
        let first = CandleNews {
            block: begin.block().into(),
            retracted: Vec::new(),
            from: from.unwrap_or_else(|| resolution.start(begin.block().timestamp)),
            candles: newest.iter().map(|candle| base.view(candle).of(of)).collect(),
        };
        Ok(following.tell(Some(first), move |step| candles_of(step, of, resolution, base)))
    }

    /// What a token costs on the market: now, and whenever that changes.
    async fn price(
        &self,
        ctx: &Context<'_>,
        chain: Option<u64>,
        #[graphql(desc = "Address of the token")] token: String,
    ) -> Result<impl Stream<Item = Result<MarketPrice>>> {
        let deps = Arc::clone(ctx.data::<Arc<Deps>>()?);
        let newest = Arc::clone(ctx.data::<Arc<Newest>>()?);
        let (chain, _) = deps.chains.resolve(chain)?;
        let token = parse::address("token", &token)?;
        let ear = newest.ear(&deps);
        let of = (chain, token);
        let first = newest.of(&deps, of, ear.times()).await?;
        let begun = (deps, newest, ear, first.clone());
        let next = stream::unfold(begun, move |(deps, newest, mut ear, told)| async move {
            loop {
                // how often it happened meanwhile makes no difference
                let _ = tokio::time::timeout(LOOK, ear.next()).await;
                match newest.of(&deps, of, ear.times()).await {
                    Ok(price) if is_same(&told, &price) => {}
                    Ok(price) => return Some((Ok(price.clone()), (deps, newest, ear, price))),
                    // the next look may succeed: nothing is lost, a price is what it is now
                    Err(problem) => {
                        tracing::debug!(detail = problem.detail(), "a price could not be read");
                    }
                }
            }
        });
        Ok(stream::iter([Ok(first)]).chain(next))
    }
}

/// But for how old it is now.
fn is_same(one: &MarketPrice, other: &MarketPrice) -> bool {
    (&one.value, one.status, &one.sources, one.as_of)
        == (&other.value, other.status, &other.sources, other.as_of)
}

async fn candles_of(
    step: Arc<Step>,
    of: Of<PoolId>,
    resolution: Resolution,
    base: CandleBase,
) -> Result<Option<CandleNews>, Problem> {
    let (_, pool, _) = of;
    if step.retracted.is_empty() && !step.changed(pool) {
        return Ok(None);
    }
    let candles = step.candles(Subject::Pool(pool), resolution).await?;
    let candles = candles.ok_or_else(|| resync("blocks changed more candles than are told"))?;
    Ok(Some(CandleNews {
        block: step.block().into(),
        retracted: retracted(&step),
        from: resolution.start(step.since()),
        candles: candles.iter().map(|candle| base.view(candle).of(of)).collect(),
    }))
}

//! Candles on a real chain: what is stored is what the rows come to, for every resolution, also after a reorg.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use anyhow::{Context, Result, ensure};
use domain::{
    candle::{Candle, Resolution, Subject, cut_usd, roll_up},
    decimal::Decimal,
    entity::{Pool, Protocol},
    ids::PoolId,
    pricing::token_prices,
    row::Swap,
};
use indexer::Target;
use store::{CandleQuery, PoolQuery, Snapshot, Store, SwapQuery};
use tests::world::World;

/// More than there are.
const ALL: u32 = 1_000_000;

/// Everything that candles are made of.
struct Rows {
    snapshot: Snapshot,
    pools: BTreeMap<PoolId, Pool>,
    decimals: BTreeMap<Address, u8>,
    /// Oldest first.
    swaps: Vec<Swap>,
}

impl Rows {
    async fn read(store: &Store, chain: u64) -> Result<Self> {
        let snapshot = store.reader().snapshot(chain).await?.context("nothing is indexed")?;
        let pools = snapshot.pools(&PoolQuery { limit: 10_000, ..PoolQuery::default() }).await?;
        let mut tokens: Vec<Address> =
            pools.iter().flat_map(|pool| [pool.token0, pool.token1]).collect();
        tokens.sort_unstable();
        tokens.dedup();
        let tokens = snapshot.tokens_by_addresses(&tokens).await?;
        let decimals = tokens.iter().filter_map(|token| {
            // V4's native currency tells none
            let native = token.address.is_zero().then_some(18);
            Some((token.address, token.decimals.or(native)?))
        });
        let decimals = decimals.collect();
        let mut swaps = snapshot.swaps(&SwapQuery { limit: ALL, ..SwapQuery::default() }).await?;
        swaps.reverse();
        let pools = pools.into_iter().map(|pool| (pool.id, pool)).collect();
        Ok(Self { snapshot, pools, decimals, swaps })
    }

    async fn stored(&self, subject: Subject, resolution: Resolution) -> Result<Vec<Candle>> {
        let query = CandleQuery { subject, resolution, from: 0, to: u64::MAX, limit: ALL };
        Ok(self.snapshot.candles(&query).await?)
    }

    /// A swap as a step of its pool; without a price if its row tells none.
    fn step(&self, pool: &Pool, swap: &Swap) -> Result<Candle> {
        let decimals =
            |token| self.decimals.get(token).copied().context("a token without decimals");
        let price = match swap.sqrt_price_x96 {
            Some(price) => token_prices(price, decimals(&pool.token0)?, decimals(&pool.token1)?).1,
            None => Decimal::ZERO,
        };
        let [volume0, volume1] = moved(swap);
        let volume_usd = cut_usd(swap.amount_usd);
        let step = Candle::at(swap.meta.timestamp, price);
        Ok(Candle { volume0, volume1, volume_usd, swap_count: 1, ..step })
    }

    /// The pool's candles that saw swaps, worked out from the rows.
    fn of_pool(&self, pool: &Pool, resolution: Resolution) -> Result<Vec<Candle>> {
        let swaps = self.swaps.iter().filter(|swap| swap.pool == pool.id);
        let steps: Result<Vec<Candle>> = swaps.map(|swap| self.step(pool, swap)).collect();
        Ok(roll_up(steps?, resolution))
    }

    /// The volumes of a token on a DEX, likewise.
    fn of_token(&self, factory: Address, token: Address, resolution: Resolution) -> Vec<Candle> {
        let steps = self.swaps.iter().filter_map(|swap| {
            let pool = self.pools.get(&swap.pool)?;
            let side = usize::from(pool.token1 == token);
            let ours = pool.figures.counted
                && pool.factory == factory
                && [pool.token0, pool.token1].contains(&token);
            let step = Candle::at(swap.meta.timestamp, Decimal::ZERO);
            ours.then(|| Candle { volume0: moved(swap)[side], swap_count: 1, ..step })
        });
        roll_up(steps, resolution)
    }
}

/// What moved of token0 and token1; of a V2 pair what went in and what went out.
fn moved(swap: &Swap) -> [U256; 2] {
    let outs = swap.pair.map(|pair| [pair.amount0_out, pair.amount1_out]);
    let [out0, out1] = outs.unwrap_or_default();
    // in = net + out
    let gross = |net: alloy_primitives::I256, out: U256| (net.into_raw() + out) + out;
    match swap.pair {
        Some(_) => [gross(swap.amount0, out0), gross(swap.amount1, out1)],
        None => [swap.amount0, swap.amount1].map(alloy_primitives::I256::unsigned_abs),
    }
}

/// Pools against their rows; how many candles were compared.
async fn pools(rows: &Rows, resolution: Resolution) -> Result<usize> {
    let mut compared = 0;
    for pool in rows.pools.values() {
        let stored = rows.stored(Subject::Pool(pool.id), resolution).await?;
        let place = || format!("{} {resolution}", pool.id);
        if !pool.figures.counted {
            ensure!(stored.is_empty(), "{}: not counted, and has candles", place());
            continue;
        }
        let first = resolution.start(pool.created.timestamp);
        let opened = stored.first().is_some_and(|candle| candle.start == first);
        ensure!(opened || pool.protocol == Protocol::V2, "{}: opened late", place());
        let mut made = rows.of_pool(pool, resolution)?.into_iter().peekable();
        for stored in &stored {
            let quiet = pool.protocol == Protocol::V2 || stored.start == first;
            let Some(made) = made.next_if(|made| made.start == stored.start) else {
                ensure!(stored.swap_count == 0 && quiet, "{}: {stored:?} from nothing", place());
                continue;
            };
            let sums = |c: &Candle| (c.volume0, c.volume1, c.swap_count);
            ensure!(sums(stored) == sums(&made), "{}: {stored:?}, rows {made:?}", place());
            if pool.protocol != Protocol::V2 {
                ensure!(stored.volume_usd == made.volume_usd, "{}: {stored:?}, {made:?}", place());
                ensure!(stored.close == made.close, "{}: {stored:?}, rows {made:?}", place());
            }
            if quiet {
                // other events make prices, too
                let within = stored.low <= made.low && made.high <= stored.high;
                ensure!(within || !made.is_priced(), "{}: {stored:?}, rows {made:?}", place());
            } else {
                let prices = |c: &Candle| (c.open, c.high, c.low);
                ensure!(prices(stored) == prices(&made), "{}: {stored:?}, rows {made:?}", place());
            }
            compared += 1;
        }
        ensure!(made.next().is_none(), "{}: candles are missing", place());
        if let Some(newest) = stored.last()
            && !pool.figures.token1_price.is_zero()
        {
            ensure!(newest.close == pool.figures.token1_price, "{}: {newest:?}, {pool:?}", place());
        }
    }
    Ok(compared)
}

/// Tokens against the rows of their pools; how many candles were compared.
async fn tokens(rows: &Rows, resolution: Resolution) -> Result<usize> {
    let (mut compared, mut priced) = (0, 0);
    let mut subjects: Vec<(Address, Address)> = Vec::new();
    for pool in rows.pools.values() {
        subjects.extend([pool.token0, pool.token1].map(|token| (pool.factory, token)));
    }
    subjects.sort_unstable();
    subjects.dedup();
    for (factory, token) in subjects {
        let stored = rows.stored(Subject::Token { factory, token }, resolution).await?;
        priced += stored.iter().filter(|candle| candle.is_priced()).count();
        let sums = |candle: &Candle| (candle.start, candle.volume0, candle.swap_count);
        let traded = stored.iter().filter(|candle| candle.swap_count > 0);
        let made = rows.of_token(factory, token, resolution);
        ensure!(traded.map(sums).eq(made.iter().map(sums)), "{token} of {factory} {resolution}");
        compared += made.len();
    }
    ensure!(priced > 20, "{priced} candles have a price in USD");
    Ok(compared)
}

async fn check(store: &Store, chain: u64) -> Result<()> {
    let rows = Rows::read(store, chain).await?;
    ensure!(rows.swaps.len() > 300, "{} swaps", rows.swaps.len());
    for resolution in Resolution::ALL {
        let (pools, tokens) = (pools(&rows, resolution).await?, tokens(&rows, resolution).await?);
        ensure!(pools > 10 && tokens > 20, "{resolution}: {pools} of pools, {tokens} of tokens");
    }
    Ok(())
}

#[tokio::test]
async fn candles_are_what_the_rows_come_to() -> Result<()> {
    let world = World::start().await?;
    let chain = world.deployment.chain_id;
    world.traffic(120, 3).await?;
    let store = Box::pin(world.index("candles", Target::Head)).await?;
    Box::pin(check(&store, chain)).await?;
    for (depth, blocks, seed) in [(30, 32, 21), (5, 9, 22)] {
        devchain::reorg_with_traffic(&world.chain.url(), &world.deployment, depth, blocks, seed)
            .await?;
        Box::pin(world.index("candles", Target::Head)).await?;
        Box::pin(check(&store, chain)).await?;
    }
    world.stop().await
}

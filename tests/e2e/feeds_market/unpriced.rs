//! A swap of a V2 pair that gives back what it took: it tells no price, and has that of the pool.

use alloy_primitives::U256;
use anyhow::{Context, Result, ensure};
use domain::decimal::Decimal;
use tests::world::World;

use super::bed::Bed;
use crate::feeds_blocks::sending::{mint, pair_swap, plain_pair, send};

#[tokio::test]
async fn what_is_lent_has_the_price_of_the_pool() -> Result<()> {
    let world = World::start().await?;
    world.traffic(60, 5).await?;
    let (pair, [token0, token1], [reserve0, reserve1]) =
        plain_pair(&world, &world.truth()?).await?;
    let to = world.deployment.deployer;
    let part = |amount: U256, percent: u64| amount * U256::from(percent) / U256::from(100);
    send(
        &world,
        &[
            // both go in, one comes out
            mint(token0, pair, part(reserve0, 2)),
            mint(token1, pair, part(reserve1, 30)),
            pair_swap(pair, part(reserve0, 1), U256::ZERO, to),
            // one goes in and comes out again
            mint(token0, pair, part(reserve0, 10)),
            pair_swap(pair, part(reserve0, 9), U256::ZERO, to),
        ],
    )
    .await?;
    let bed = Box::pin(Bed::serve(world, "feeds_unpriced", |_| ())).await?;
    let id = format!("{pair:#x}");
    let tickers = bed.get("/coingecko/tickers").await?;
    let mut tickers = tickers.as_array().context("tickers")?.iter();
    let ticker = tickers.find(|row| row["pool_id"] == *id).context("the pair")?;
    let name = ticker["ticker_id"].as_str().context("a name")?;
    let price: Decimal = ticker["last_price"].as_str().context("a price")?.parse()?;
    let found = bed.get(&format!("/cmc/trades/{name}_{id}?limit=2")).await?;
    let trades = found.as_array().context("trades")?;
    ensure!(trades.len() == 2, "{found}");
    for trade in trades {
        // nothing happened since: the minute closed with the price of now
        let told: Decimal = trade["price"].as_str().context("a price")?.parse()?;
        ensure!(told == price, "{trade}: the pool's price is {price}");
    }
    let one_side = trades[1]["base_volume"] == "0" || trades[1]["quote_volume"] == "0";
    ensure!(one_side, "{found}");
    bed.stop().await
}

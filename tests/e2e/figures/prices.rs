//! Prices, worked out again from the chain's integers.

use alloy_primitives::{U256, Uint};
use anyhow::{Context, Result, ensure};
use domain::{
    decimal::Decimal,
    entity::{Pool, PoolState, Protocol},
    row::Position,
};

use super::view::{DexView, View, close};

/// Digits that are kept behind the point while dividing.
const DIGITS: u8 = 60;

/// Prices of pools, of the reference token and of ether.
pub(super) fn check(view: &View) -> Result<()> {
    for dex in &view.dexes {
        for pool in &dex.pools {
            of_pool(dex, pool).with_context(|| format!("{} {}", dex.config.name, pool.id))?;
        }
        let ether = ether(view, dex).with_context(|| dex.config.name.clone())?;
        ensure!(
            close(dex.totals.eth_price_usd, ether, 28),
            "{}: ether at {}, the pool says {ether}",
            dex.config.name,
            dex.totals.eth_price_usd
        );
        ensure!(ether > 1_000u64.into() && ether < 10_000u64.into(), "ether at {ether}");
        let reference = dex.config.pricing.reference_token;
        for (token, (_, figures)) in &dex.tokens {
            if *token == reference || token.is_zero() {
                ensure!(figures.derived_eth == Decimal::ONE, "{token}: {}", figures.derived_eth);
            }
        }
        let usd = dex.totals.total_value_locked_eth * dex.totals.eth_price_usd;
        ensure!(close(dex.totals.total_value_locked_usd, usd, 28), "locked {usd}");
    }
    Ok(())
}

/// Both prices of a pool: inverse to each other, and what its state says.
fn of_pool(dex: &DexView, pool: &Pool) -> Result<()> {
    let figures = &pool.figures;
    let expected = match pool.state {
        PoolState::Reserves { reserve0, reserve1 } => {
            quotient(dex, pool, reserve1.to(), reserve0.to())
        }
        // the reference prices a V3 pool at its first swap
        PoolState::Concentrated { .. } if dex.is(Protocol::V3) && pool.swap_count == 0 => {
            ensure!(figures.token0_price.is_zero() && figures.token1_price.is_zero(), "priced");
            return Ok(());
        }
        PoolState::Concentrated { sqrt_price_x96, .. } => of_sqrt(dex, pool, sqrt_price_x96),
    };
    ensure!(close(figures.token1_price, expected, 30), "{}, not {expected}", figures.token1_price);
    let product = figures.token0_price * figures.token1_price;
    ensure!(close(product, Decimal::ONE, 30), "the product of both prices is {product}");
    Ok(())
}

type Wide = Uint<1024, 16>;

/// token1 per token0 in whole tokens.
fn of_sqrt(dex: &DexView, pool: &Pool, sqrt: U256) -> Decimal {
    let sqrt = Wide::from(sqrt);
    quotient(dex, pool, sqrt * sqrt, Wide::from(1) << 192)
}

/// A ratio of raw token1 to raw token0 in whole tokens.
fn quotient(dex: &DexView, pool: &Pool, above: Wide, below: Wide) -> Decimal {
    let ten = |power: u8| Wide::from(10).pow(Wide::from(power));
    let above = above * ten(dex.decimals(pool.token0)) * ten(DIGITS);
    let ratio = above / (below * ten(dex.decimals(pool.token1)));
    Decimal::from_u512(ratio.to()).scaled(-i32::from(DIGITS))
}

/// USD per ether by the stable pool, as the reference sees it: V4 saves a pool after it has looked at prices.
fn ether(view: &View, dex: &DexView) -> Result<Decimal> {
    let stable = dex.config.pricing.stable_pools.first().context("no stable pool")?;
    let pool = dex.pools.iter().find(|pool| pool.id == *stable).context("not created")?;
    let price = if dex.is(Protocol::V4) {
        let of_dex = |swap: &&domain::row::Swap| dex.pools.iter().any(|pool| pool.id == swap.pool);
        let swapped = view.swaps.iter().filter(of_dex).map(|swap| swap.meta.position).max();
        let created = dex.pools.iter().map(|pool| Position {
            block: pool.created.block,
            log_index: pool.created.log_index,
            item: 0,
        });
        let looked = created.chain(swapped).max().context("nothing happened")?;
        let before = view.swaps_of(*stable).filter(|swap| swap.meta.position < looked).last();
        let sqrt = before.and_then(|swap| swap.sqrt_price_x96).context("no swap before")?;
        of_sqrt(dex, pool, sqrt)
    } else {
        pool.figures.token1_price
    };
    let stablecoin_is_first = dex.config.pricing.is_stablecoin(pool.token0);
    Ok(match (stablecoin_is_first, dex.is(Protocol::V4)) {
        (false, _) => price,
        (true, false) => pool.figures.token0_price,
        (true, true) => Decimal::ONE.safe_div(price),
    })
}

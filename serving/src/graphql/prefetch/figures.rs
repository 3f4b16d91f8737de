//! Which figures of pools are looked at, so that a page of pools reads no others: they are most of a pool's document.

use async_graphql::Context;
use domain::{figures::PoolFigures, record::Record as _};

use super::Selected;

/// Fields of a pool that need none of its figures.
const WITHOUT: [&str; 24] = [
    "__typename",
    "id",
    "chainId",
    "dex",
    "protocol",
    "factory",
    "feePips",
    "dynamicFee",
    "tickSpacing",
    "hooks",
    "reserve0",
    "reserve1",
    "sqrtPriceX96",
    "tick",
    "liquidity",
    "createdBlock",
    "createdTimestamp",
    "createdTx",
    "swapCount",
    "liquidityEventCount",
    "updatedBlock",
    "token0",
    "token1",
    "days",
];

/// The figures that are selected of the rows; none where something is selected that is not known to need only these.
pub(in crate::graphql) fn of_pools(ctx: &Context<'_>) -> Option<Vec<&'static str>> {
    let mut found = Vec::new();
    for name in Selected::rows(ctx).names() {
        if WITHOUT.contains(&name) {
            continue;
        }
        let figure = PoolFigures::fields().find(|field| field.name == name)?;
        found.push(figure.name);
    }
    Some(found)
}

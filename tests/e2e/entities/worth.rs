//! What positions are worth: to the unit what the contracts would give for them.

use abis::periphery::{PositionManagerV3, V2Router};
use alloy::{
    eips::BlockId,
    providers::{Provider, ProviderBuilder},
    rpc::types::TransactionRequest,
};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use anyhow::{Context, Result, ensure};
use domain::decimal::Decimal;
use serde_json::Value;
use tests::{process::Services, world::World};

use super::{address, all, text};

pub(super) async fn check(world: &World, services: &Services) -> Result<()> {
    let head = world.truth()?.head().await?;
    positions(world, services, head).await?;
    shares(world, services, head).await
}

/// What a call would give at a block, in somebody's name.
async fn tried<C: SolCall>(
    world: &World,
    (from, to): (Address, Address),
    call: C,
    block: u64,
) -> Result<C::Return> {
    let node = ProviderBuilder::new().connect_http(world.chain.url().parse()?);
    let data: Bytes = call.abi_encode().into();
    let request = TransactionRequest::default().from(from).to(to).input(data.into());
    let answer = node.call(request).block(BlockId::number(block)).await?;
    Ok(C::abi_decode_returns(&answer)?)
}

fn amount(row: &Value, name: &str) -> Result<U256> {
    Ok(text(row, name)?.parse()?)
}

/// V3's manager gives exactly this when all of the liquidity is taken out; now, and at an older block.
async fn positions(world: &World, services: &Services, head: u64) -> Result<()> {
    let manager = world.deployment.nonfungible_position_manager;
    let rows = all(services, "/v1/positions?manager=uniswap-v3").await?;
    let (mut compared, mut priced) = (0, 0);
    for row in rows.iter().take(30) {
        let (id, owner) = (text(row, "tokenId")?, row["owner"].as_str());
        for block in [head, head - 25] {
            let token = "decimals figures(dex: \"uniswap-v3\") { priceUSD }";
            let query = format!(
                "{{ position(manager: \"uniswap-v3\", tokenId: \"{id}\", asOf: {{ block: {block} }}) {{ owner liquidity \
                 amount0 amount1 amount0Decimal amountUSD pool {{ token0 {{ {token} }} token1 {{ {token} }} }} }} }}"
            );
            let found = services.graphql(&query).await?["position"].clone();
            let Some(owner) = found["owner"].as_str() else { continue };
            let liquidity: u128 = text(&found, "liquidity")?.parse()?;
            if liquidity == 0 {
                ensure!(found["amount0"] == "0" && found["amount1"] == "0", "{found}");
                continue;
            }
            let params = PositionManagerV3::DecreaseLiquidityParams {
                tokenId: id.parse()?,
                liquidity,
                amount0Min: U256::ZERO,
                amount1Min: U256::ZERO,
                deadline: U256::MAX,
            };
            let call = PositionManagerV3::decreaseLiquidityCall { params };
            let given = tried(world, (address(owner)?, manager), call, block).await?;
            ensure!(amount(&found, "amount0")? == given.amount0, "{id} at {block}: {found}");
            ensure!(amount(&found, "amount1")? == given.amount1, "{id} at {block}: {found}");
            priced += usize::from(in_usd(&found)?);
            if block == head {
                ensure!(
                    row["amount0"] == found["amount0"] && row["amount1"] == found["amount1"],
                    "{row}"
                );
            }
            compared += 1;
        }
        ensure!(owner.is_some() || row["liquidity"] == "0", "{row}");
    }
    ensure!(compared > 10 && priced > 5, "{compared}, {priced} of {} positions", rows.len());
    let of_v4 = all(services, "/v1/positions?manager=uniswap-v4").await?;
    let worth = of_v4.iter().filter(|row| row["amount0"].is_string()).count();
    ensure!(worth > 3, "{worth} of {}", of_v4.len());
    Ok(())
}

/// Whether it is worth something in USD, which is then what its tokens cost on its DEX at the block.
fn in_usd(found: &Value) -> Result<bool> {
    let mut sum = Some(Decimal::ZERO);
    for side in ["0", "1"] {
        let token = &found["pool"][format!("token{side}")];
        let decimals = token["decimals"].as_u64().context("no decimals")?;
        let units = amount(found, &format!("amount{side}"))?;
        let price: Decimal = text(&token["figures"][0], "priceUSD")?.parse()?;
        if units.is_zero() {
            continue;
        }
        let worth = Decimal::from_units(units, u8::try_from(decimals)?) * price;
        sum = sum.filter(|_| !price.is_zero()).map(|sum| sum + worth);
    }
    let told = found["amountUSD"].as_str().map(str::parse::<Decimal>).transpose()?;
    ensure!(told == sum, "{sum:?}: {found}");
    Ok(sum.is_some())
}

/// The router gives exactly this for the shares of whoever lets it take them.
async fn shares(world: &World, services: &Services, head: u64) -> Result<()> {
    let router = world.deployment.v2_router;
    let pools = all(services, "/v1/pools?protocol=v2").await?;
    let (mut compared, mut seen) = (0, 0);
    for pool in &pools {
        let id = text(pool, "id")?;
        let rows = all(services, &format!("/v1/liquidity-positions?pool={id}")).await?;
        seen += rows.len();
        for row in &rows {
            let account = address(text(row, "account")?)?;
            let shares: U256 = text(row, "balance")?.parse()?;
            let call = V2Router::removeLiquidityCall {
                tokenA: address(text(&pool["token0"], "address")?)?,
                tokenB: address(text(&pool["token1"], "address")?)?,
                liquidity: shares,
                amountAMin: U256::ZERO,
                amountBMin: U256::ZERO,
                to: account,
                deadline: U256::MAX,
            };
            // most accounts have not allowed it to take theirs
            let Ok(given) = tried(world, (account, router), call, head).await else { continue };
            ensure!(amount(row, "amount0")? == given.amountA, "{row}");
            ensure!(amount(row, "amount1")? == given.amountB, "{row}");
            compared += 1;
        }
    }
    let of_all = all(services, "/v1/liquidity-positions").await;
    ensure!(of_all.is_err(), "whose shares has to be said");
    ensure!(compared > 0, "none of {seen} shares of {} pairs", pools.len());
    Ok(())
}

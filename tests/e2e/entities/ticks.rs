//! Ticks, page by page: those that positions named, each as its contract has it; and their days.

use std::collections::{BTreeMap, BTreeSet};

use abis::{
    events::{v3, v4},
    periphery::{StateView, V3Pool},
};
use alloy::{
    eips::BlockId,
    providers::{Provider, ProviderBuilder},
    rpc::types::TransactionRequest,
};
use alloy_primitives::{Address, aliases::I24};
use alloy_sol_types::{SolCall, SolEvent};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::{process::Services, world::World};

use super::{address, all, hash, pages, text};

const FIELDS: &str = "index liquidityGross liquidityNet createdBlock feeGrowthOutside0X128";

pub(super) async fn check(world: &World, services: &Services) -> Result<()> {
    let head = world.truth()?.head().await?;
    let pools = all(services, "/v1/pools").await?;
    let (mut compared, mut days) = (0, 0);
    for pool in pools.iter().filter(|pool| pool["protocol"] != "v2") {
        let id = text(pool, "id")?;
        let path = format!("/v1/pools/{id}/ticks");
        let ticks = pages(services, &path, 3).await?;
        let wanted = named(world, id, head).await?;
        let found = ticks.iter().map(index).collect::<Result<Vec<_>>>()?;
        ensure!(found.iter().eq(&wanted), "{id}: {found:?}, not {wanted:?}");
        for tick in &ticks {
            let (gross, net) = liquidity(world, id, index(tick)?, head).await?;
            ensure!(tick["liquidityGross"] == gross.to_string(), "{gross}: {tick}");
            ensure!(tick["liquidityNet"] == net.to_string(), "{net}: {tick}");
            compared += usize::from(gross != 0 && u128::try_from(net) != Ok(gross));
        }
        if let [_, from, .., to, _] = found.as_slice() {
            let part = pages(services, &format!("{path}?from={from}&to={to}"), 2).await?;
            ensure!(part == ticks[1..ticks.len() - 1], "{id} from {from} to {to}: {part:?}");
        }
        graphql(services, ("ticks", FIELDS), id, &ticks).await?;
        days += of_days(services, pool, &ticks).await.with_context(|| id.to_owned())?;
    }
    ensure!(compared > 10 && days > 10, "{compared} ticks and {days} days are too few to tell");
    Ok(())
}

fn index(row: &Value) -> Result<i32> {
    Ok(i32::try_from(row["index"].as_i64().context("index")?)?)
}

/// The same by GraphQL, in pages of another size.
async fn graphql(
    services: &Services,
    (list, fields): (&str, &str),
    pool: &str,
    wanted: &[Value],
) -> Result<()> {
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let query = format!(
            "{{ {list}(pool: \"{pool}\", first: 2{after}) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ {fields} }} }} }}"
        );
        let page = services.graphql(&query).await?[list].clone();
        found.extend(page["nodes"].as_array().context("nodes")?.clone());
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = format!(", after: {}", page["pageInfo"]["endCursor"]);
    }
    ensure!(found.len() == wanted.len(), "{list} of {pool}: {} of {}", found.len(), wanted.len());
    for (node, row) in found.iter().zip(wanted) {
        for field in fields.split_whitespace() {
            ensure!(node[field] == row[field], "{field} of {node} and {row}");
        }
    }
    Ok(())
}

/// Days of a pool's ticks: each tick's last one is the tick, and V4's have none.
async fn of_days(services: &Services, pool: &Value, ticks: &[Value]) -> Result<usize> {
    let id = text(pool, "id")?;
    let path = format!("/v1/pools/{id}/tick-days");
    let days = pages(services, &path, 3).await?;
    if pool["protocol"] == "v4" {
        ensure!(days.is_empty(), "{days:?}");
        return Ok(0);
    }
    let place = |day: &Value| Ok((index(day)?, day["start"].as_u64().context("start")?));
    let places = days.iter().map(place).collect::<Result<Vec<_>>>()?;
    ensure!(places.is_sorted_by(|one, next| one < next), "{places:?}");
    let last: BTreeMap<i32, &Value> = places.iter().map(|(tick, _)| *tick).zip(&days).collect();
    ensure!(last.len() == ticks.len(), "days of {} ticks", last.len());
    for tick in ticks {
        let day = last.get(&index(tick)?).context("a tick without days")?;
        for field in ["liquidityGross", "liquidityNet"] {
            ensure!(day[field] == tick[field], "{day}, {tick}");
        }
        let of_it = pages(services, &format!("{path}?tick={}", tick["index"]), 1).await?;
        let wanted: Vec<&Value> = days.iter().filter(|day| day["index"] == tick["index"]).collect();
        ensure!(of_it.iter().eq(wanted.iter().copied()), "{of_it:?}, not {wanted:?}");
    }
    graphql(services, ("tickDays", "index start liquidityGross liquidityNet"), id, &days).await?;
    Ok(days.len())
}

/// The ticks that the events of a pool named, by the chain's own logs.
async fn named(world: &World, id: &str, head: u64) -> Result<BTreeSet<i32>> {
    let truth = world.truth()?;
    let mut ticks = BTreeSet::new();
    let mut both = |lower: I24, upper: I24| -> Result<()> {
        for tick in [lower, upper] {
            ticks.insert(i32::try_from(tick)?);
        }
        Ok(())
    };
    if let Ok(pool) = address(id) {
        for log in truth.logs(v3::Mint::SIGNATURE, &BTreeSet::from([pool]), head).await? {
            let event = v3::Mint::decode_log_data(&log.inner.data)?;
            both(event.tickLower, event.tickUpper)?;
        }
    } else {
        let manager = BTreeSet::from([world.deployment.v4_pool_manager]);
        for log in truth.logs(v4::ModifyLiquidity::SIGNATURE, &manager, head).await? {
            let event = v4::ModifyLiquidity::decode_log_data(&log.inner.data)?;
            if event.id == hash(id)? && !event.liquidityDelta.is_zero() {
                both(event.tickLower, event.tickUpper)?;
            }
        }
    }
    Ok(ticks)
}

/// Gross and net liquidity of a tick, as its contract has it.
async fn liquidity(world: &World, id: &str, index: i32, head: u64) -> Result<(u128, i128)> {
    let tick = I24::try_from(index)?;
    match address(id) {
        Ok(pool) => {
            let found = call(world, pool, V3Pool::ticksCall { tick }, head).await?;
            Ok((found.liquidityGross, found.liquidityNet))
        }
        Err(_) => {
            let asked = StateView::getTickInfoCall { poolId: hash(id)?, tick };
            let found = call(world, world.deployment.state_view, asked, head).await?;
            Ok((found.liquidityGross, found.liquidityNet))
        }
    }
}

async fn call<C: SolCall>(world: &World, to: Address, call: C, block: u64) -> Result<C::Return> {
    let node = ProviderBuilder::new().connect_http(world.chain.url().parse()?);
    let request = TransactionRequest::default().to(to).input(call.abi_encode().into());
    let answer = node.call(request).block(BlockId::number(block)).await?;
    Ok(C::abi_decode_returns(&answer)?)
}

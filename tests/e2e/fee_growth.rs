//! Growth of fees on a real chain: that of pools, of ticks and inside the ranges of positions is the contracts' own at
//! every block, with fees of the protocol, flash loans and donations among the traffic, and after a reorg.

use std::collections::BTreeMap;

use alloy_primitives::U256;
use anyhow::{Context, Result, ensure};
use domain::{
    entity::{Pool, Protocol, Tick},
    figures::{NftPosition, PoolInterval},
    fold::{EntityType, Key},
    ids::PoolId,
};
use indexer::Target;
use store::{PoolQuery, PositionQuery, Snapshot, TickDayQuery};
use tests::world::World;

mod contracts;

use contracts::Contracts;

/// More than there is of anything.
const ALL: u32 = 1_000_000;

#[tokio::test]
async fn growth_is_the_contracts_own_before_and_after_a_reorg() -> Result<()> {
    let world = World::start().await?;
    world.traffic(60, 21).await?;
    let contracts = Contracts::new(&world)?;
    let store = Box::pin(world.index("growth", Target::Head)).await?;
    let pools = pools(&latest(&world, &store).await?).await?;
    contracts.take_fees(&pools).await?;
    let set = contracts.head().await?;
    world.traffic(110, 22).await?;
    let start = world.deployment.end_block;
    Box::pin(agree(&world, &contracts, &[start + 12, start + 55, set, set + 40])).await?;
    devchain::reorg_with_traffic(&world.chain.url(), &world.deployment, 45, 48, 77).await?;
    Box::pin(agree(&world, &contracts, &[set + 40])).await.context("after the reorg")?;
    world.stop().await
}

async fn latest(world: &World, store: &store::Store) -> Result<Snapshot> {
    let snapshot = store.reader().snapshot(world.deployment.chain_id).await?;
    snapshot.context("nothing is indexed")
}

async fn pools(snapshot: &Snapshot) -> Result<Vec<Pool>> {
    let pools = snapshot.pools(&PoolQuery { limit: ALL, ..PoolQuery::default() }).await?;
    Ok(pools.into_iter().filter(|pool| pool.protocol != Protocol::V2).collect())
}

async fn at<T: EntityType + Clone>(snapshot: &Snapshot, key: Key, block: u64) -> Result<Option<T>> {
    Ok(snapshot.entity_at(&key, block).await?.as_ref().and_then(T::of).cloned())
}

/// Indexes to the head, and compares what is there then and was there at these blocks.
async fn agree(world: &World, contracts: &Contracts, blocks: &[u64]) -> Result<()> {
    let store = Box::pin(world.index("growth", Target::Head)).await?;
    let snapshot = latest(world, &store).await?;
    let head = contracts.head().await?;
    ensure!(snapshot.block().number == head, "indexed to {:?}, not {head}", snapshot.block());
    for block in blocks.iter().copied().chain([head - 7, head]) {
        let seen = Box::pin(check(contracts, &snapshot, block)).await;
        let seen = seen.with_context(|| format!("at {block}"))?;
        ensure!(block != head || seen.is_much(), "too little to see: {seen:?}");
    }
    Box::pin(newest(contracts, &snapshot)).await
}

/// How much of it was not nothing.
#[derive(Debug, Default)]
struct Seen {
    pools: usize,
    ticks: usize,
    positions: usize,
}

impl Seen {
    const fn is_much(&self) -> bool {
        self.pools >= 12 && self.ticks > 20 && self.positions > 10
    }
}

/// Pools, ticks and positions as of a block.
async fn check(contracts: &Contracts, snapshot: &Snapshot, block: u64) -> Result<Seen> {
    let mut seen = Seen::default();
    for newest in pools(snapshot).await? {
        let Some(pool) = at::<Pool>(snapshot, Key::Pool(newest.id), block).await? else { continue };
        let found = pool.figures.fee_growth();
        let wanted = contracts.global(&pool, block).await?;
        ensure!(found == Some(wanted), "{}: {found:?}, not {wanted:?}", pool.id);
        seen.pools += usize::from(wanted != [U256::ZERO; 2]);
        for tick in snapshot.ticks(pool.id).await? {
            let key = Key::Tick(pool.id, tick.index);
            let Some(tick) = at::<Tick>(snapshot, key, block).await? else { continue };
            let wanted = contracts.tick(&pool, tick.index, block).await?;
            let found = (tick.liquidity_gross, tick.fee_growth_outside);
            ensure!(found == (wanted.0, Some(wanted.1)), "{key:?}: {found:?}, not {wanted:?}");
            seen.ticks += usize::from(wanted.1 != [U256::ZERO; 2]);
        }
    }
    let every =
        PositionQuery { limit: ALL, manager: Some(contracts.manager), ..Default::default() };
    for (id, _) in snapshot.positions(&every).await? {
        let key = Key::NftPosition(id.manager, id.token_id);
        let Some(found) = at::<NftPosition>(snapshot, key, block).await? else { continue };
        let Some(wanted) = contracts.inside(id.token_id, block).await? else { continue };
        let growth = found.fee_growth_inside();
        ensure!(growth == Some(wanted), "{id:?}: {growth:?}, not {wanted:?}: {found:?}");
        seen.positions += usize::from(wanted != [U256::ZERO; 2]);
    }
    Ok(seen)
}

/// Rows: the last day of each tick is the tick, the pool's newest rows have its growth, snapshots end where positions are.
async fn newest(contracts: &Contracts, snapshot: &Snapshot) -> Result<()> {
    let (mut rows, mut protocols) = (0, 0);
    for pool in pools(snapshot).await? {
        protocols += usize::from(pool.figures.fee_protocol != 0);
        let query = TickDayQuery { pool: pool.id, tick: None, after: None, limit: ALL };
        let days = snapshot.tick_days(&query).await?;
        if matches!(pool.id, PoolId::Key(_)) {
            ensure!(days.is_empty(), "{}: V4's ticks have no days", pool.id);
            continue;
        }
        rows += days.len();
        let last: BTreeMap<_, _> = days.into_iter().map(|(tick, _, row)| (tick, row)).collect();
        let ticks = snapshot.ticks(pool.id).await?;
        ensure!(last.len() == ticks.len(), "{}: days of {} ticks", pool.id, last.len());
        for tick in ticks {
            let row = last.get(&tick.index).context("a tick without days")?;
            let growth = row.fee_growth_outside0.zip(row.fee_growth_outside1).map(Into::into);
            ensure!(growth == tick.fee_growth_outside, "{} {}: {row:?}", pool.id, tick.index);
            ensure!(row.liquidity_gross == tick.liquidity_gross, "{} {}", pool.id, tick.index);
        }
    }
    ensure!(rows > 50 && protocols > 10, "{rows} days of ticks, {protocols} fees of the protocol");
    intervals(contracts, snapshot).await?;
    let every =
        PositionQuery { limit: ALL, manager: Some(contracts.manager), ..Default::default() };
    for (id, position) in snapshot.positions(&every).await? {
        if let Some(row) = snapshot.snapshots_of(id, None, 1).await?.first() {
            ensure!(row.fee_growth_inside == position.fee_growth_inside(), "{id:?}: {row:?}");
        }
    }
    Ok(())
}

/// A pool's rows have its growth as of their last event.
async fn intervals(contracts: &Contracts, snapshot: &Snapshot) -> Result<()> {
    let head = snapshot.block();
    let mut found = 0;
    for pool in pools(snapshot).await? {
        for interval in domain::figures::Interval::ALL {
            let period = interval.period(head.timestamp);
            let key = Key::PoolInterval(pool.id, interval, period);
            let Some(row) = at::<PoolInterval>(snapshot, key, head.number).await? else { continue };
            let growth = row.fee_growth_global0.zip(row.fee_growth_global1).map(<[U256; 2]>::from);
            let growth = growth.context("a row without growth")?;
            let now = contracts.global(&pool, head.number).await?;
            // flash loans and donations make no rows
            ensure!((0..2).all(|i| growth[i] <= now[i]), "{key:?}: {growth:?}, now {now:?}");
            found += usize::from(growth == now);
        }
    }
    ensure!(found > 5, "{found} rows have the pool's growth");
    Ok(())
}

//! Positions on a real chain: owner, pool, range and liquidity are those of the position managers' own answers at the same
//! block, sums are those of the managers' logs, and a reorg leaves no trace.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, U256};
use anyhow::{Context, Result, ensure};
use domain::{
    decimal::Decimal,
    entity::Token,
    figures::NftPosition,
    fold::{EntityType as _, Key},
    row::PositionEventKind,
};
use indexer::Target;
use store::{PositionId, PositionQuery, PositionsOf, RowQuery, Snapshot};
use tests::world::World;

mod managers;

use managers::{Managers, OnChain, Sums, of_token};

/// More than there is of anything.
const ALL: u32 = 1_000_000;

#[tokio::test]
async fn positions_are_the_managers_own_before_and_after_a_reorg() -> Result<()> {
    let world = World::start().await?;
    world.traffic(150, 8).await?;
    let managers = Managers::new(&world)?;
    managers.subscribe().await?;
    let subscribed = managers.head().await?;
    world.traffic(60, 9).await?;
    let start = world.deployment.end_block;
    agree(&world, &managers, &[start + 12, start + 97, subscribed]).await?;
    devchain::reorg_with_traffic(&world.chain.url(), &world.deployment, 45, 48, 77).await?;
    agree(&world, &managers, &[start + 97]).await.context("after the reorg")?;
    world.stop().await
}

/// Indexes to the head, and compares what is there then and was there at these blocks.
async fn agree(world: &World, managers: &Managers, blocks: &[u64]) -> Result<()> {
    // futures of this size do not fit a test's stack
    let store = Box::pin(world.index("positions", Target::Head)).await?;
    let snapshot = store.reader().snapshot(world.deployment.chain_id).await?;
    let snapshot = snapshot.context("nothing is indexed")?;
    let head = managers.head().await?;
    ensure!(snapshot.block().number == head, "indexed to {:?}, not {head}", snapshot.block());
    for block in blocks.iter().copied().chain([head - 20, head]) {
        Box::pin(check(managers, &snapshot, block)).await.with_context(|| format!("at {block}"))?;
    }
    Box::pin(owners_and_pools(managers, &snapshot)).await?;
    Box::pin(rows(managers, &snapshot)).await
}

/// Every position that ever was, as of a block.
async fn check(managers: &Managers, snapshot: &Snapshot, block: u64) -> Result<()> {
    let mut live = 0;
    let logs = managers.v3_logs(block).await?;
    for manager in [managers.v3, managers.v4] {
        let tokens = managers.tokens(manager, block).await?;
        ensure!(tokens.len() > 10, "{manager} has {} tokens", tokens.len());
        let last = tokens.last().copied().unwrap_or_default();
        for token_id in tokens {
            let id = PositionId { manager, token_id };
            let found = snapshot.position_at(id, block).await?;
            let found = found.with_context(|| format!("{id:?} is missing"))?;
            let on_chain = managers.position(id, block).await?;
            live += usize::from(on_chain.is_some());
            same(&found, on_chain.as_ref()).with_context(|| format!("{id:?}: {found:?}"))?;
            if manager == managers.v3 {
                let sums = Sums::of(&logs, token_id)?;
                let decimals = decimals(snapshot, &found).await?;
                sums_match(&found, &sums, decimals)
                    .with_context(|| format!("{id:?}: {found:?}, not {sums:?}"))?;
            }
        }
        // and none beside them
        let next = PositionId { manager, token_id: last + U256::ONE };
        ensure!(snapshot.position_at(next, block).await?.is_none(), "{next:?} does not exist");
    }
    ensure!(live > 20, "only {live} positions");
    Ok(())
}

/// What is stored against what the contracts say; burnt tokens say nothing.
fn same(found: &NftPosition, on_chain: Option<&OnChain>) -> Result<()> {
    let Some(on_chain) = on_chain else {
        ensure!(found.owner.is_zero(), "it is burnt, but somebody owns it");
        ensure!(found.chain_liquidity == 0, "it is burnt, but has liquidity");
        return Ok(());
    };
    let stored = OnChain {
        owner: found.owner,
        pool: found.pool.context("it has no pool")?,
        tokens: found.token0.zip(found.token1).context("it has no tokens")?.into(),
        range: found.tick_lower.zip(found.tick_upper).context("it has no range")?,
        liquidity: found.chain_liquidity,
        subscriber: found.subscriber.unwrap_or_default(),
        owed: on_chain.owed,
    };
    ensure!(stored == *on_chain, "not {on_chain:?}");
    ensure!(found.counted && found.liquidity == i128::try_from(on_chain.liquidity)?, "liquidity");
    // what is freed and not paid out is owed, and fees beside it
    if let Some([owed0, owed1]) = on_chain.owed {
        ensure!(found.freed0 <= owed0 && found.freed1 <= owed1, "owed: {owed0} and {owed1}");
    }
    Ok(())
}

fn sums_match(found: &NftPosition, sums: &Sums, decimals: [u8; 2]) -> Result<()> {
    let in_tokens = |raw: U256, side: usize| Decimal::from_units(raw, decimals[side]);
    ensure!([found.collected0, found.collected1] == sums.collected);
    let paid = [0, 1].map(|i| sums.collected[i] + [found.freed0, found.freed1][i]);
    let fees = [found.fees_collected0, found.fees_collected1];
    // whatever was paid is a fee, unless it was freed
    ensure!([0, 1].into_iter().all(|i| paid[i] == fees[i] + sums.withdrawn[i]), "fees");
    if !found.counted {
        return Ok(());
    }
    for (side, figures) in [
        [found.deposited_token0, found.withdrawn_token0, found.collected_fees_token0],
        [found.deposited_token1, found.withdrawn_token1, found.collected_fees_token1],
    ]
    .into_iter()
    .enumerate()
    {
        ensure!(figures[0] == in_tokens(sums.deposited[side], side), "deposited {side}");
        ensure!(figures[1] == in_tokens(sums.withdrawn[side], side), "withdrawn {side}");
        // the reference's slip: token0 on both sides
        ensure!(figures[2] == in_tokens(sums.collected[0], 0), "collected {side}");
    }
    Ok(())
}

async fn decimals(snapshot: &Snapshot, position: &NftPosition) -> Result<[u8; 2]> {
    let mut decimals = [0; 2];
    for (side, token) in [position.token0, position.token1].into_iter().enumerate() {
        let token = token.context("it has no tokens")?;
        let key = Key::Token(token);
        let found = snapshot.entity_at(&key, snapshot.block().number).await?;
        let found = found.as_ref().and_then(Token::of).context("a token is missing")?;
        decimals[side] = found.decimals.context("a token has no decimals")?;
    }
    Ok(decimals)
}

/// Lists by owner and by pool have each live position once.
async fn owners_and_pools(managers: &Managers, snapshot: &Snapshot) -> Result<()> {
    let block = snapshot.block().number;
    let mut owners: BTreeMap<Address, BTreeSet<PositionId>> = BTreeMap::new();
    let mut pools = BTreeMap::new();
    for manager in [managers.v3, managers.v4] {
        for token_id in managers.tokens(manager, block).await? {
            let id = PositionId { manager, token_id };
            if let Some(found) = managers.position(id, block).await? {
                owners.entry(found.owner).or_default().insert(id);
                pools.entry(found.pool).or_insert_with(BTreeSet::new).insert(id);
            }
        }
    }
    ensure!(owners.len() > 3 && pools.len() > 8, "{} and {}", owners.len(), pools.len());
    for (owner, expected) in owners {
        let mut found: Vec<PositionId> = Vec::new();
        loop {
            let (of, after) = (PositionsOf::Owner(owner), found.last().copied());
            let query = PositionQuery { of, after, limit: 3, ..PositionQuery::default() };
            let page = snapshot.positions(&query).await?;
            found.extend(page.iter().map(|(id, _)| *id));
            if page.len() < 3 {
                break;
            }
        }
        ensure!(found == expected.into_iter().collect::<Vec<_>>(), "{owner}: {found:?}");
    }
    for (pool, expected) in pools {
        let of = PositionsOf::Pool(pool);
        let query = PositionQuery { of, limit: ALL, ..PositionQuery::default() };
        let found = snapshot.positions(&query).await?.into_iter();
        let live = found.filter(|(_, position)| !position.owner.is_zero()).map(|(id, _)| id);
        ensure!(live.collect::<BTreeSet<_>>() == expected, "{pool}");
    }
    Ok(())
}

/// A row per log of the managers, and the last snapshot of a position is the position.
async fn rows(managers: &Managers, snapshot: &Snapshot) -> Result<()> {
    let block = snapshot.block().number;
    let every = RowQuery { limit: ALL, ..RowQuery::default() };
    let snapshots = snapshot.position_snapshots(&every).await?;
    let logs = managers.v3_logs(block).await?;
    let mut uncounted = 0;
    for token_id in managers.tokens(managers.v3, block).await? {
        let id = PositionId { manager: managers.v3, token_id };
        let position = snapshot.position(id).await?.context("no position")?;
        let of_it = snapshot.snapshots_of(id, None, ALL).await?;
        let said = of_token(&logs, token_id).count();
        if !position.counted {
            uncounted += said;
            ensure!(of_it.is_empty(), "{id:?} is burnt where it was made");
            continue;
        }
        ensure!(of_it.len() == said, "{id:?}: {} snapshots of {said} logs", of_it.len());
        let last = of_it.first().context("no snapshot")?;
        ensure!(last.owner == position.owner && last.liquidity == position.liquidity);
        ensure!(last.withdrawn_token1 == position.withdrawn_token1);
        ensure!(last.meta.position.block == position.updated_block);
    }
    let all = logs.len();
    ensure!(snapshots.len() + uncounted == all, "{} rows of {all} logs", snapshots.len());
    let events = snapshot.position_events(&every).await?;
    for (kind, signature) in [
        (PositionEventKind::Transfer, "Transfer(address,address,uint256)"),
        (PositionEventKind::Subscribe, "Subscription(uint256,address)"),
        (PositionEventKind::Unsubscribe, "Unsubscription(uint256,address)"),
    ] {
        let stored = events.iter().filter(|row| row.kind == kind).count();
        let logs = managers.count(managers.v4, signature, block).await?;
        ensure!(stored == logs && logs > 0, "{stored} rows of {logs} {signature}");
    }
    Ok(())
}

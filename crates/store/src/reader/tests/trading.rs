//! What trades are computed from, beside the chain it was made of.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    entity::{Pool, Tick},
    fold::{Entity, Key},
    ids::PoolId,
};

use super::{ID, LENGTH, all_pools, filled};
use crate::{TradingPool, testing};

fn traded(pool: Pool) -> TradingPool {
    TradingPool {
        id: pool.id,
        dex: pool.dex,
        protocol: pool.protocol,
        tokens: [pool.token0, pool.token1],
        fee_pips: pool.fee_pips,
        tick_spacing: pool.tick_spacing,
        hooks: pool.hooks,
        state: pool.state,
        fee_protocol: pool.figures.fee_protocol,
    }
}

#[tokio::test]
async fn pools_and_ticks_are_those_of_the_chain_and_changes_are_those_of_its_blocks() {
    let (mongo, chain) = filled().await;
    let snapshot = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    let mut pools = Vec::new();
    snapshot.trading_pools(|pool| pools.push(pool)).await.unwrap();
    let mut wanted: Vec<_> = all_pools(&chain).into_iter().map(traded).collect();
    let by_id = |pool: &TradingPool| pool.id.as_slice().to_vec();
    wanted.sort_by_key(by_id);
    pools.sort_by_key(by_id);
    assert_eq!(pools, wanted);
    let some: Vec<_> = wanted.iter().step_by(2).map(|pool| pool.id).collect();
    assert_eq!(snapshot.trading_pools_by_ids(&some).await.unwrap().len(), some.len());

    let mut ticks: BTreeMap<(PoolId, i32), (u128, i128)> = BTreeMap::new();
    let take = |pool, tick: domain::amm::tick_map::TickLiquidity| {
        ticks.insert((pool, tick.index), (tick.gross, tick.net));
    };
    snapshot.trading_ticks(take).await.unwrap();
    let of_chain = chain.entities.values().filter_map(|entity| match entity {
        Entity::Tick(tick) if tick.liquidity_gross > 0 => Some(Tick::clone(tick)),
        _ => None,
    });
    let of_chain: BTreeMap<_, _> = of_chain
        .map(|tick| ((tick.pool, tick.index), (tick.liquidity_gross, tick.liquidity_net)))
        .collect();
    assert!(!ticks.is_empty());
    assert_eq!(ticks, of_chain);

    let since = LENGTH - 20;
    let changed = snapshot.trading_since(since).await.unwrap().unwrap();
    assert_eq!(changed.len(), 20);
    for (found, block) in changed.iter().zip(&chain.blocks[usize::try_from(since).unwrap()..]) {
        assert_eq!(found.block, block.block);
        let of = |wanted: fn(&Key) -> Option<PoolId>| -> BTreeSet<PoolId> {
            block.changes.iter().filter_map(|change| wanted(&change.key)).collect()
        };
        let pools = of(|key| if let Key::Pool(id) = key { Some(*id) } else { None });
        let ticks = of(|key| if let Key::Tick(id, _) = key { Some(*id) } else { None });
        assert_eq!((&found.pools, &found.ticks), (&pools, &ticks));
    }
    assert_eq!(snapshot.trading_since(LENGTH).await.unwrap(), Some(vec![]));
    assert_eq!(snapshot.trading_since(LENGTH + 9).await.unwrap(), Some(vec![]));

    // a block whose record is gone is not known any more
    let writer = testing::writer(&mongo, ID).await.unwrap();
    writer.revert_newest().await.unwrap();
    let lower = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    assert_eq!(lower.trading_since(LENGTH - 1).await.unwrap(), Some(vec![]));
    assert_eq!(lower.trading_since(LENGTH - 2).await.unwrap().map(|blocks| blocks.len()), Some(1));
    mongo.unseen().collection::<bson::Document>("undo").drop().await.unwrap();
    let lower = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    assert_eq!(lower.trading_since(LENGTH - 2).await.unwrap(), None);
    mongo.stop().await;
}

//! What contracts said is read as long as its block is on the chain.

use domain::{
    block::BlockRef,
    decimal::Decimal,
    ids::PoolId,
    reconciled::{Reconciled, ReconciledCurrency},
};

use super::{ID, LENGTH, filled};
use crate::{
    fixtures::{Chain, address, pool_id},
    test_mongo::TestMongo,
    testing,
    writer::{Batch, Writer},
};

fn of(pool: PoolId, block: BlockRef, amount: u64) -> Reconciled {
    let locked = [Decimal::from(amount), Decimal::ONE.safe_div(Decimal::from(3_u64))];
    Reconciled {
        pool,
        block,
        amounts: [alloy_primitives::U256::MAX, alloy_primitives::U256::from(amount)],
        locked,
        usd: Decimal::from(7_u64),
        drift: [Decimal::ZERO - locked[1], Decimal::ZERO],
    }
}

fn currency(block: BlockRef) -> ReconciledCurrency {
    ReconciledCurrency {
        manager: address(3),
        currency: address(0),
        block,
        held: Decimal::from(9_u64),
        in_pools: Decimal::from(5_u64),
        summed: Decimal::from(6_u64),
    }
}

async fn read(mongo: &TestMongo, pools: &[PoolId]) -> Vec<Reconciled> {
    mongo.reader().snapshot(ID).await.unwrap().unwrap().reconciled(pools).await.unwrap()
}

async fn commit(writer: &Writer, chain: &Chain, from: u64) {
    let parent = Some(from - 1);
    let blocks: Vec<_> =
        chain.blocks.iter().filter(|block| block.block.number >= from).cloned().collect();
    let batch = Batch { parent, blocks: &blocks, undo_from: 1, prune_undo_below: 0 };
    writer.commit(&batch).await.unwrap();
}

#[tokio::test]
async fn what_is_of_a_block_goes_with_it_and_what_is_of_another_stays() {
    let (mongo, chain) = filled().await;
    let writer = testing::writer(&mongo, ID).await.unwrap();
    let pools = [pool_id(4), pool_id(5), pool_id(6)];
    assert!(read(&mongo, &pools).await.is_empty(), "nobody was asked");

    let at = |number: u64| chain.blocks[usize::try_from(number - 1).unwrap()].block;
    let (old, newest) = (at(LENGTH - 5), at(LENGTH));
    assert!(writer.begin_reconciled(&old).await.unwrap());
    let found = pools.map(|pool| of(pool, old, 1));
    writer.store_reconciled(&found, &[currency(old)]).await.unwrap();
    assert_eq!(read(&mongo, &[pools[2], pools[0]]).await.len(), 2);
    assert_eq!(read(&mongo, &pools[..1]).await, found[..1]);

    assert!(writer.begin_reconciled(&newest).await.unwrap());
    let newer = of(pools[1], newest, 2);
    writer.store_reconciled(std::slice::from_ref(&newer), &[]).await.unwrap();
    let all = read(&mongo, &pools).await;
    assert!(all.len() == 3 && all.contains(&newer) && all.contains(&found[0]), "{all:?}");

    // the newest block is taken back, and with it what is of it
    writer.revert_newest().await.unwrap();
    let left = read(&mongo, &pools).await;
    assert!(left.len() == 2 && left.iter().all(|one| one.block == old), "{left:?}");
    assert!(!writer.begin_reconciled(&newest).await.unwrap(), "it is on the chain no more");

    // another block comes in its place, and is not mistaken for it
    let mut fork = Chain::new(LENGTH - 1);
    fork.grow(LENGTH + 2, 9);
    commit(&writer, &fork, LENGTH).await;
    assert!(!writer.begin_reconciled(&newest).await.unwrap(), "nor is it the one in its place");
    assert_eq!(read(&mongo, &pools).await, left);
    let replaced = fork.blocks.iter().find(|block| block.block.number == LENGTH).unwrap().block;
    assert!(writer.begin_reconciled(&replaced).await.unwrap(), "below the newest, but there");
    assert_eq!(read(&mongo, &pools).await, left, "what was of the other block does not come back");

    let snapshot = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    let currencies = [address(0), address(1)];
    let held = snapshot.reconciled_currencies(address(3), &currencies).await.unwrap();
    assert_eq!(held, [currency(old)]);
    let other = mongo.reader().snapshot(ID + 1).await.unwrap().unwrap();
    assert!(other.reconciled(&pools).await.unwrap().is_empty(), "of another chain");

    // a chain that is removed leaves nothing
    writer.remove_chain(&|_| ()).await.unwrap();
    let batch = Batch { parent: None, blocks: &chain.blocks, undo_from: 1, prune_undo_below: 0 };
    testing::writer(&mongo, ID).await.unwrap().commit(&batch).await.unwrap();
    assert!(read(&mongo, &pools).await.is_empty());
    mongo.stop().await;
}

#[tokio::test]
async fn only_a_number_of_blocks_is_remembered() {
    let (mongo, chain) = filled().await;
    let writer = testing::writer(&mongo, ID).await.unwrap();
    let (first, pool) = (chain.blocks[0].block, pool_id(1));
    assert!(writer.begin_reconciled(&first).await.unwrap());
    writer.store_reconciled(&[of(pool, first, 1)], &[]).await.unwrap();
    for _ in 0..3 {
        for block in &chain.blocks[1..] {
            assert!(writer.begin_reconciled(&block.block).await.unwrap());
        }
    }
    assert_eq!(read(&mongo, &[pool]).await.len(), 1, "of a height there is one");
    let mut longer = chain.clone();
    longer.grow(LENGTH + 8, 0);
    commit(&writer, &longer, LENGTH + 1).await;
    for block in longer.blocks.iter().filter(|block| block.block.number > LENGTH) {
        assert!(writer.begin_reconciled(&block.block).await.unwrap());
    }
    assert!(read(&mongo, &[pool]).await.is_empty());
    mongo.stop().await;
}

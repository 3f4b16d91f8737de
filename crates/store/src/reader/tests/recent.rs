//! Moments that requests share.

use std::time::{Duration, Instant};

use super::{ID, filled};
use crate::{PoolQuery, testing};

#[tokio::test]
async fn requests_close_together_read_at_one_moment_and_later_ones_at_the_newest() {
    let (mongo, chain) = filled().await;
    let hold = Duration::from_millis(400);
    let reader = mongo.reader().holding(hold);
    let asked = Instant::now();
    let first = reader.recent(ID).await.unwrap().unwrap();
    let writer = testing::writer(&mongo, ID).await.unwrap();
    writer.revert_newest().await.unwrap();
    let newest = chain.blocks[chain.blocks.len() - 2].block;

    // whoever holds nothing sees it at once
    assert_eq!(mongo.reader().recent(ID).await.unwrap().unwrap().block(), newest);
    let second = reader.clone().recent(ID).await.unwrap().unwrap();
    if asked.elapsed() < hold {
        assert_eq!(second.block(), first.block(), "held");
    }
    // what is read through it is of its block, not of now
    let every = PoolQuery { limit: 1_000, ..PoolQuery::default() };
    let before = first.pools(&every).await.unwrap();
    if second.block() == first.block() {
        assert_eq!(second.pools(&every).await.unwrap(), before);
        assert_eq!(second.counters(), first.counters());
        assert_eq!(second.generation(), first.generation());
    }

    tokio::time::sleep(hold).await;
    let third = reader.recent(ID).await.unwrap().unwrap();
    assert_eq!(third.block(), newest);
    assert_eq!(reader.recent(ID).await.unwrap().unwrap().block(), newest, "never back");
    mongo.stop().await;
}

#[tokio::test]
async fn nothing_is_held_of_a_chain_that_is_not_there() {
    let (mongo, _) = filled().await;
    let reader = mongo.reader().holding(Duration::from_secs(60));
    assert!(reader.recent(77).await.unwrap().is_none());
    assert!(reader.recent(77).await.unwrap().is_none());
    assert!(reader.recent(ID).await.unwrap().is_some(), "of another it says nothing");
    mongo.stop().await;
}

#[tokio::test]
async fn pools_with_some_figures_differ_in_the_others_alone() {
    let (mongo, _) = filled().await;
    let snapshot = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    let every = PoolQuery { limit: 1_000, ..PoolQuery::default() };
    let whole = snapshot.pools(&every).await.unwrap();
    assert!(whole.iter().any(|pool| pool.figures.total_value_locked_token0.is_negative()));
    let found = snapshot.pools_with(&every, &["totalValueLockedToken0", "txCount"]).await.unwrap();
    let expected = whole.into_iter().map(|mut pool| {
        let figures = std::mem::take(&mut pool.figures);
        pool.figures.total_value_locked_token0 = figures.total_value_locked_token0;
        pool.figures.tx_count = figures.tx_count;
        pool.figures.total_value_locked_usd = figures.total_value_locked_usd;
        pool
    });
    assert_eq!(found, expected.collect::<Vec<_>>());
    mongo.stop().await;
}

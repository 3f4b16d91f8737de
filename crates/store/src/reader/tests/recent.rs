//! Moments that requests share.

use std::time::{Duration, Instant};

use super::{ID, filled};
use crate::{PoolQuery, test_mongo::TestMongo, testing};

/// How often was asked how far the chain is.
fn questions(mongo: &TestMongo) -> usize {
    let commands = mongo.commands();
    let of_watermarks = commands.iter().filter(|(shape, _)| shape.collection == "watermarks");
    of_watermarks.map(|(_, commands)| commands.len()).sum()
}

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
async fn while_moves_are_told_of_a_moment_stands_until_one_is() {
    let (mongo, chain) = filled().await;
    // too short to hold anything by itself
    let reader = mongo.reader().holding(Duration::from_nanos(1));
    let newest = chain.blocks.last().unwrap().block;
    let mut moves = reader.moves().await.unwrap();
    let (asked, before) = (Instant::now(), questions(&mongo));
    for _ in 0..5 {
        assert!(reader.clone().recent(ID).await.unwrap().is_some());
    }
    // on a slow machine it may have been too long
    assert!(questions(&mongo) - before == 1 || asked.elapsed() > Duration::from_millis(100));
    assert_eq!(reader.recent(ID).await.unwrap().unwrap().block(), newest);
    testing::writer(&mongo, ID).await.unwrap().revert_newest().await.unwrap();
    moves.next().await.unwrap().unwrap();
    let before = reader.recent(ID).await.unwrap().unwrap().block();
    assert_eq!(before, chain.blocks[chain.blocks.len() - 2].block, "told of, so seen");

    // who hears of it in another way tells the others, too, also when one of them is asking just now
    for way in 0..3 {
        let before = reader.recent(ID).await.unwrap().unwrap().block();
        testing::writer(&mongo, ID).await.unwrap().revert_newest().await.unwrap();
        let turn = reader.recent.of(ID);
        let asking = if way == 2 { Some(turn.lock().await) } else { None };
        let heard = match way {
            0 => reader.watermark(ID).await.unwrap().unwrap().block,
            1 => reader.snapshot(ID).await.unwrap().unwrap().block(),
            _ => {
                let marks = reader.watermarks().await.unwrap();
                marks.iter().find(|(chain, _)| *chain == ID).unwrap().1.block
            }
        };
        drop(asking);
        assert_ne!(heard, before);
        assert_eq!(reader.recent(ID).await.unwrap().unwrap().block(), heard);
    }
    drop(moves);
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

#[tokio::test]
async fn who_waits_for_one_that_hears_nothing_asks_for_himself() {
    let (mongo, _) = filled().await;
    let reader = mongo.reader().holding(Duration::from_millis(5));
    let turn = reader.recent.of(ID);
    let held = turn.lock().await;
    let many = futures::future::join_all((0..20).map(|_| reader.recent(ID)));
    let found = tokio::time::timeout(Duration::from_secs(10), many).await.unwrap();
    assert!(found.into_iter().all(|found| found.unwrap().is_some()));
    drop(held);
    mongo.stop().await;
}

#[tokio::test]
async fn who_comes_while_one_asks_shares_the_next_answer_however_long_that_takes() {
    let (mongo, _) = filled().await;
    // every answer is older than this when it is there
    let reader = mongo.reader().holding(Duration::from_nanos(1));
    let before = questions(&mongo);
    let found = futures::future::join_all((0..50).map(|_| reader.recent(ID))).await;
    assert!(found.into_iter().all(|found| found.unwrap().is_some()));
    // the first one, and one for all who came while it asked
    assert_eq!(questions(&mongo) - before, 2);
    mongo.stop().await;
}

#[tokio::test]
async fn a_sibling_reads_at_the_same_moment_and_waits_for_nobody() {
    let (mongo, chain) = filled().await;
    let first = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    let every = PoolQuery { limit: 1_000, ..PoolQuery::default() };
    let before = first.pools(&every).await.unwrap();
    testing::writer(&mongo, ID).await.unwrap().revert_newest().await.unwrap();

    // somebody reads through the first one all the time
    let busy = first.parts().await;
    let asked = mongo.commands();
    let many = futures::future::join_all((0..50).map(|_| first.sibling())).await;
    assert_eq!(mongo.commands(), asked, "it costs no question");
    let reads = many.iter().map(|sibling| sibling.as_ref().unwrap().pools(&every));
    let reads = futures::future::join_all(reads);
    let found = tokio::time::timeout(Duration::from_secs(30), reads).await.expect("they wait");
    assert!(found.into_iter().all(|pools| pools.unwrap() == before));
    let sibling = many.into_iter().next().unwrap().unwrap();
    assert_eq!(sibling.block(), chain.blocks.last().unwrap().block);
    assert_eq!((sibling.counters(), sibling.generation()), (first.counters(), first.generation()));
    drop(busy);
    mongo.stop().await;
}

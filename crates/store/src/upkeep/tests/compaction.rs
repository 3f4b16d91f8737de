//! Chunks of single blocks, merged.

use super::*;
use crate::{
    StoreError,
    upkeep::pin::{Pin, pin},
};

/// Numbers that look random, the same ones each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

#[tokio::test]
async fn a_followed_chain_ends_with_as_few_chunks_as_a_backfilled_one() {
    let mongo = TestMongo::start().await;
    let writer = testing::writer(&mongo, ID).await.unwrap();
    let (chain, window) = (Chain::new(160), 10);
    follow(&writer, &chain.blocks, 1, window).await;
    let before = (held(&mongo).await, told(&snapshot(&mongo).await, &chain, 0).await);
    let open = snapshot(&mongo).await;
    let loose = chunks(&mongo).await;
    let done = writer.compact().await.unwrap();
    assert!(done.removed > 500 && !done.interrupted, "{done:?}");
    assert_eq!((held(&mongo).await, told(&snapshot(&mongo).await, &chain, 0).await), before);
    // who began to read before goes on reading what was there
    assert_eq!(told(&open, &chain, 0).await, before.1);
    assert_eq!(before.0, clean(&mongo, &chain, window).await);

    let packed = chunks(&mongo).await;
    writer.remove_chain(&|_| ()).await.unwrap();
    follow(&writer, &chain.blocks, 160, window).await;
    let backfilled = chunks(&mongo).await;
    assert!(packed[0] <= backfilled[0] + backfilled[0] / 10, "{packed:?} {backfilled:?}");
    // of each kind of row a few groups wait for more
    assert!(packed[1] < backfilled[1] + 6 * 32, "{packed:?} {backfilled:?}");
    assert!(loose[0] > packed[0] && loose[1] > packed[1], "{loose:?} {packed:?}");
    // nothing is left to do
    writer.compact().await.unwrap();
    assert_eq!(writer.compact().await.unwrap().removed, 0);
    mongo.stop().await;
}

#[tokio::test]
async fn whatever_is_committed_taken_back_and_merged_in_between() {
    let mongo = TestMongo::start().await;
    for seed in 0..3 {
        let mut dice = Dice(seed);
        let mut writer = testing::writer(&mongo, ID).await.unwrap();
        let window = 1 + dice.below(30);
        let (mut chain, mut fork) = (Chain::default(), 0);
        while chain.blocks.len() < 80 {
            let length = chain.blocks.len() as u64;
            match dice.below(4) {
                0 | 1 => {
                    chain.grow(length + 1 + dice.below(25), fork);
                    let size = 1 + usize::try_from(dice.below(4)).unwrap();
                    follow(&writer, &chain.blocks, size, window).await;
                }
                2 => {
                    let transactions = u32::try_from(dice.below(4)).unwrap();
                    writer.compact_some(transactions).await.unwrap();
                    if dice.below(2) == 0 {
                        writer = testing::writer(&mongo, ID).await.unwrap();
                    }
                }
                _ => {
                    let mut back = dice.below(window + 1).min(length.saturating_sub(1));
                    while back > 0 && writer.oldest_undo().await.unwrap().is_some() {
                        writer.revert_newest().await.unwrap();
                        back -= 1;
                    }
                    let at = writer.watermark().await.unwrap().map_or(0, |at| at.block.number);
                    let (kept, mut shorter) = (chain.blocks.clone(), Chain::default());
                    fork += 1;
                    for block in &kept[..usize::try_from(at).unwrap()] {
                        shorter.blocks.push(block.clone());
                        for change in &block.changes {
                            match change.after.clone() {
                                Some(entity) => shorter.entities.insert(change.key, entity),
                                None => shorter.entities.remove(&change.key),
                            };
                        }
                    }
                    chain = shorter;
                }
            }
        }
        let before = told(&snapshot(&mongo).await, &chain, 0).await;
        writer.compact().await.unwrap();
        assert_eq!(told(&snapshot(&mongo).await, &chain, 0).await, before, "seed {seed}");
        assert_eq!(
            without_undo(held(&mongo).await),
            without_undo(clean(&mongo, &chain, window).await),
            "seed {seed}"
        );
        writer.remove_chain(&|_| ()).await.unwrap();
    }
    mongo.stop().await;
}

/// How far one can go back depends on how far one went.
fn without_undo(mut all: BTreeMap<String, Vec<Vec<u8>>>) -> BTreeMap<String, Vec<Vec<u8>>> {
    all.remove("undo");
    all
}

#[tokio::test]
async fn it_may_end_after_any_transaction_and_a_reorg_may_follow() {
    let mongo = TestMongo::start().await;
    let mut writer = testing::writer(&mongo, ID).await.unwrap();
    let (mut chain, window) = (Chain::new(90), 8);
    follow(&writer, &chain.blocks, 1, window).await;
    let before = told(&snapshot(&mongo).await, &chain, 0).await;
    let mut rounds = 0;
    while writer.compact_some(1).await.unwrap().removed > 0 {
        rounds += 1;
        assert_eq!(told(&snapshot(&mongo).await, &chain, 0).await, before);
        let old = writer;
        writer = testing::writer(&mongo, ID).await.unwrap();
        let refused = old.compact().await.unwrap_err();
        assert!(matches!(refused, StoreError::LeaseLost { .. }), "{refused}");
    }
    assert!(rounds > 1, "{rounds}");
    for left in (0..window).rev() {
        let at = writer.revert_newest().await.unwrap().unwrap();
        assert_eq!(at.block.number, 90 - window + left);
    }
    writer.revert_newest().await.unwrap_err();
    chain = Chain::new(90 - window);
    chain.grow(110, 1);
    follow(&writer, &chain.blocks, 3, window).await;
    writer.compact().await.unwrap();
    assert_eq!(held(&mongo).await, clean(&mongo, &chain, window).await);
    mongo.stop().await;
}

#[tokio::test]
async fn groups_of_a_backfill_stay_between_those_of_the_head() {
    let mongo = TestMongo::start().await;
    let writer = testing::writer(&mongo, ID).await.unwrap();
    let chain = Chain::new(90);
    follow(&writer, &chain.blocks[..40], 1, 10).await;
    // the indexer was off for a while
    follow(&writer, &chain.blocks[..70], 30, 5).await;
    follow(&writer, &chain.blocks, 1, 5).await;
    let before = told(&snapshot(&mongo).await, &chain, 0).await;
    writer.compact().await.unwrap();
    assert_eq!(told(&snapshot(&mongo).await, &chain, 0).await, before);
    assert_eq!(held(&mongo).await, clean(&mongo, &chain, 5).await);
    mongo.stop().await;
}

#[tokio::test]
async fn who_reads_at_leisure_is_waited_for() {
    let mongo = TestMongo::start().await;
    let writer = testing::writer(&mongo, ID).await.unwrap();
    let chain = Chain::new(40);
    follow(&writer, &chain.blocks, 1, 4).await;
    let before = chunks(&mongo).await;
    let pin = Pin::set(&mongo, 7).await.unwrap();
    let done = writer.compact().await.unwrap();
    assert!(done.interrupted && done.removed == 0, "{done:?}");
    assert!(writer.forget_below(20).await.unwrap().interrupted);
    assert_eq!(chunks(&mongo).await, before);
    assert!(pin.held().await.unwrap());
    // it runs out: that is seen
    let past = doc! { "$set": { "pinned": bson::DateTime::from_millis(1) } };
    mongo.documents("kept").update_one(doc! {}, past).await.unwrap();
    assert!(writer.compact().await.unwrap().removed > 0);
    assert!(!pin.held().await.unwrap());
    mongo.stop().await;
}

#[tokio::test]
async fn a_pin_is_not_renewed_on_what_was_removed() {
    let mongo = TestMongo::start().await;
    let writer = testing::writer(&mongo, ID).await.unwrap();
    follow(&writer, &Chain::new(12).blocks, 1, 4).await;
    let _pin = Pin::set(&mongo, 7).await.unwrap();
    writer.remove_chain(&|_| ()).await.unwrap();
    pin(&mongo, 7, false).await.unwrap();
    let left = mongo.documents("kept").count_documents(doc! {}).await.unwrap();
    assert_eq!(left, 0, "a removed chain left a trace");
    mongo.stop().await;
}

//! Candles in, candles out: whatever the batches, however much was taken back.

use std::collections::BTreeMap;

use alloy_primitives::U256;
use domain::{
    candle::{Candle, CandleStep, Resolution, Subject, roll_up},
    decimal::Decimal,
    fold::BlockChanges,
};

use super::CandleQuery;
use crate::{
    Batch, Snapshot, Writer,
    fixtures::{Chain, address, pool_id},
    test_mongo::TestMongo,
    testing::{self, dump},
};

const ID: u64 = 31_337;
/// A Friday.
const BEGIN: u64 = 1_704_412_800;
/// Seconds between blocks: now minutes, now days.
const STEPS: [u64; 7] = [0, 12, 40, 290, 4_000, 50_000, 300_000];

fn subjects() -> [Subject; 3] {
    let token = Subject::Token { factory: address(1), token: address(2) };
    [Subject::Pool(pool_id(1)), Subject::Pool(pool_id(2)), token]
}

/// The small chain of the fixtures, with other candles at other times.
fn chain(length: u64, fork: u64) -> Vec<BlockChanges> {
    let mut chain = Chain::new(length.min(50));
    chain.grow(length, fork);
    let mut now = BEGIN;
    let index = |n: u64| usize::try_from(n).unwrap();
    for changes in &mut chain.blocks {
        let n = changes.block.number;
        now += STEPS[index(n % 7)] / (1 + n % 3);
        changes.block.timestamp = now;
        let subjects = subjects();
        let touched = subjects.iter().take(index(n % 4));
        let step = |subject: &Subject| {
            let open = Decimal::from(n * 31 % 17).safe_div(Decimal::from(7));
            let close = Decimal::from(n * 7 % 13).safe_div(Decimal::from(3));
            let close = if open.is_zero() { open } else { close + Decimal::ONE };
            let candle = Candle {
                open,
                close,
                high: open.max(close),
                low: open.min(close),
                volume0: U256::from(n) << 100,
                volume1: U256::from(n + fork * u64::from(n > 50)),
                volume_usd: Decimal::from_parts(i128::from(n) * 123, -18),
                fees_usd: Decimal::from_parts(i128::from(n), -18),
                tvl_usd: Decimal::from(n),
                liquidity: u128::from(n) << 64,
                swap_count: n % 3,
                start: now,
            };
            CandleStep { subject: *subject, candle }
        };
        changes.rows.candles = touched.map(step).collect();
    }
    chain.blocks
}

async fn commit(writer: &Writer, blocks: &[BlockChanges], size: usize) {
    let mut parent = writer.watermark().await.unwrap().map(|watermark| watermark.block.number);
    for blocks in blocks.chunks(size) {
        let batch = Batch { parent, blocks, undo_from: 1, prune_undo_below: 0 };
        writer.commit(&batch).await.unwrap();
        parent = blocks.last().map(|changes| changes.block.number);
    }
}

/// The candles of a subject straight from the steps.
fn naive(blocks: &[BlockChanges], subject: Subject, resolution: Resolution) -> Vec<Candle> {
    let steps = blocks.iter().flat_map(|changes| &changes.rows.candles);
    let steps = steps.filter(|step| step.subject == subject).map(|step| step.candle.clone());
    roll_up(steps, resolution)
}

async fn read(
    snapshot: &Snapshot,
    subject: Subject,
    resolution: Resolution,
    (from, to): (u64, u64),
    limit: u32,
) -> Vec<Candle> {
    snapshot.candles(&CandleQuery { subject, resolution, from, to, limit }).await.unwrap()
}

async fn assert_read(mongo: &TestMongo, blocks: &[BlockChanges]) {
    let snapshot = mongo.reader().snapshot(ID).await.unwrap().unwrap();
    let mut longest = 0;
    for subject in subjects() {
        for resolution in Resolution::ALL {
            let all = naive(blocks, subject, resolution);
            longest = longest.max(all.len());
            assert_eq!(read(&snapshot, subject, resolution, (0, u64::MAX), 9_999).await, all);
            for span in
                [(0, u64::MAX), (BEGIN + 90_001, BEGIN + 900_000), (BEGIN, BEGIN + 1), (9, 3)]
            {
                for limit in [0, 1, 2, 7] {
                    let within =
                        all.iter().filter(|candle| (span.0..span.1).contains(&candle.start));
                    let within: Vec<Candle> = within.cloned().collect();
                    let newest = &within[within.len().saturating_sub(limit as usize)..];
                    let found = read(&snapshot, subject, resolution, span, limit).await;
                    assert_eq!(found, newest, "{subject:?} {resolution} {span:?} {limit}");
                    let (from, to) = span;
                    let query = CandleQuery { subject, resolution, from, to, limit };
                    let oldest = &within[..within.len().min(limit as usize)];
                    let found = snapshot.candles_onward(&query).await.unwrap();
                    assert_eq!(found, oldest, "{subject:?} {resolution} {span:?} {limit}");
                }
            }
        }
    }
    assert!(longest > 25, "{longest} candles");
    assert_read_together(&snapshot, blocks).await;
}

async fn assert_read_together(snapshot: &Snapshot, blocks: &[BlockChanges]) {
    let pools = [pool_id(1), pool_id(2), pool_id(9)];
    let last = blocks.last().unwrap().block.timestamp;
    for resolution in Resolution::STORED {
        for (from, to) in [(BEGIN, last + 1), (BEGIN + 90_001, BEGIN + 900_000), (last, last)] {
            let of = |pool: &domain::ids::PoolId| {
                let mut all = naive(blocks, Subject::Pool(*pool), resolution);
                all.retain(|candle| (from..to).contains(&candle.start));
                (!all.is_empty()).then_some((*pool, all))
            };
            let wanted: BTreeMap<_, _> = pools.iter().filter_map(of).collect();
            let found = snapshot.candles_of_pools(&pools, resolution, (from, to)).await.unwrap();
            assert_eq!(found, wanted, "{resolution} {from} {to}");
        }
    }
}

#[tokio::test]
async fn batches_cannot_be_seen_and_blocks_are_taken_back() {
    let mongo = TestMongo::start().await;
    let blocks = chain(60, 0);
    let mut dumps = BTreeMap::new();
    let writer = testing::writer(&mongo, ID).await.unwrap();
    for (height, block) in (1u64..).zip(&blocks) {
        commit(&writer, std::slice::from_ref(block), 1).await;
        dumps.insert(height, dump(&mongo).await.unwrap()["candles"].clone());
    }
    assert!(dumps[&60].len() > 50);
    assert_read(&mongo, &blocks).await;
    for size in [7, 60] {
        writer.remove_chain(&|_| ()).await.unwrap();
        assert!(dump(&mongo).await.unwrap()["candles"].is_empty());
        commit(&writer, &blocks, size).await;
        assert_eq!(dump(&mongo).await.unwrap()["candles"], dumps[&60], "batches of {size}");
    }
    for height in (50..60).rev() {
        writer.revert_newest().await.unwrap();
        assert_eq!(dump(&mongo).await.unwrap()["candles"], dumps[&height], "height {height}");
    }
    // another branch
    let branch = chain(64, 1);
    commit(&writer, &branch[50..], 5).await;
    assert_read(&mongo, &branch).await;
    for height in (1..64).rev() {
        writer.revert_newest().await.unwrap();
        if height <= 50 {
            assert_eq!(dump(&mongo).await.unwrap()["candles"], dumps[&height], "height {height}");
        }
    }
    mongo.stop().await;
}

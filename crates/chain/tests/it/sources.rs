//! Backfills and heads from a replayed recording, under everything that endpoints do.

use std::time::Duration;

use chain::{Client, raw::RawBlock, source::Source};
use devchain::replay::{Replay, ReplayOptions};
use futures::{StreamExt, TryStreamExt};

use crate::recorded::{CHAIN, LAST, emitter, filter, hash, known, logs_in, recording, wanted};

fn source(urls: &[String]) -> Source {
    Source::new(Client::new(CHAIN, urls).unwrap(), filter(), 50, 4)
}

async fn backfill(source: &Source) -> Vec<RawBlock> {
    let ranges = source.backfill(0, LAST).try_collect::<Vec<_>>().await.unwrap();
    let mut next = 0;
    for range in &ranges {
        assert_eq!(range.from, next, "a gap or a step back");
        next = range.to + 1;
        assert_eq!(range.blocks.last().unwrap().header.number, range.to);
    }
    assert_eq!(next, LAST + 1);
    ranges.into_iter().flat_map(|range| range.blocks).collect()
}

fn check(blocks: &[RawBlock]) {
    let mut expected = Vec::new();
    for number in 0..=LAST {
        expected.extend(
            (0..logs_in(number))
                .filter(|index| wanted(number, *index))
                .map(|index| (number, index)),
        );
    }
    let mut found = Vec::new();
    for block in blocks {
        assert_eq!(block.header.hash, hash("block", block.header.number));
        assert_eq!(block.header.timestamp, 1000 + block.header.number);
        found.extend(block.logs.iter().map(|log| (block.header.number, u64::from(log.log_index))));
    }
    assert_eq!(found, expected);
}

#[tokio::test]
async fn every_kind_of_trouble_gives_the_same_blocks() {
    let (_folder, file) = recording(true);
    let (_other, without_receipts) = recording(false);
    let plain = ReplayOptions::default;
    for (what, file, options) in [
        ("calm", &file, plain()),
        ("range", &file, ReplayOptions { max_range: Some(9), ..plain() }),
        ("one block at a time", &file, ReplayOptions { max_range: Some(1), ..plain() }),
        (
            "results, one block by receipts",
            &file,
            ReplayOptions { max_results: Some(15), ..plain() },
        ),
        (
            "results, one block by parts",
            &without_receipts,
            ReplayOptions { max_results: Some(15), ..plain() },
        ),
        ("errors", &file, ReplayOptions { errors_per_thousand: 150, ..plain() }),
        ("throttled", &file, ReplayOptions { requests_per_second: Some(12), ..plain() }),
        (
            "all at once",
            &file,
            ReplayOptions {
                latency: Duration::from_millis(5),
                errors_per_thousand: 100,
                requests_per_second: Some(60),
                max_range: Some(30),
                max_results: Some(20),
                ..plain()
            },
        ),
    ] {
        let replay = Replay::start(file, options).await.unwrap();
        for url in [replay.url(), replay.ws_url()] {
            let mut filter = filter();
            if what == "results, one block by parts" {
                // by topic alone it could not be cut
                filter.emitters = Some(known(0..4));
            }
            let client = Client::new(CHAIN, std::slice::from_ref(&url)).unwrap();
            let source = Source::new(client, filter, 50, 4);
            check(&backfill(&source).await);
            if what == "calm" {
                // small quick answers: ranges grew
                let ranges = source.backfill(0, LAST).count().await;
                assert!(ranges < 7, "{ranges} ranges");
            }
            // the block with many logs, and its neighbours, at the head
            let head = source.head_blocks(199, 201).await.unwrap();
            let logs = head.iter().map(|block| block.logs.len()).collect::<Vec<_>>();
            let expected = (199..=201)
                .map(|number| (0..logs_in(number)).filter(|index| wanted(number, *index)).count());
            assert_eq!(logs, expected.collect::<Vec<_>>(), "{what} at {url}");
        }
        replay.stop().await;
    }
}

#[tokio::test]
async fn emitters_known_for_good_are_asked_by_address() {
    let (_folder, file) = recording(false);
    let replay = Replay::start(&file, ReplayOptions::default()).await.unwrap();
    let mut filter = filter();
    filter.emitters = Some(known(0..4));
    let client = Client::new(CHAIN, &[replay.url()]).unwrap();
    check(&backfill(&Source::new(client.clone(), filter.clone(), 50, 4)).await);
    filter.emitters = Some(known(0..1));
    let blocks = backfill(&Source::new(client, filter, 50, 4)).await;
    let strangers = blocks
        .iter()
        .flat_map(|block| &block.logs)
        .filter(|log| log.address != emitter(0) && log.address != emitter(1));
    assert_eq!(strangers.count(), 0);
}

#[tokio::test]
async fn transactions_come_with_their_logs_when_asked_for() {
    let (_folder, file) = recording(true);
    // block 200 comes by receipts, which also know the gas used and the price paid
    let options = ReplayOptions { max_results: Some(15), ..ReplayOptions::default() };
    let replay = Replay::start(&file, options).await.unwrap();
    let source = source(&[replay.url()]).with_transactions(true);
    let blocks = backfill(&source).await;
    check(&blocks);
    let mut head = source.head_blocks(199, 201).await.unwrap();
    head.retain(|block| block.header.number != 201 || !block.logs.is_empty());
    for block in blocks.iter().chain(&head) {
        let number = block.header.number;
        let mut expected =
            block.logs.iter().map(|log| (log.tx_index, log.tx_hash)).collect::<Vec<_>>();
        expected.dedup();
        let found = block.transactions.iter().map(|one| (one.index, one.hash)).collect::<Vec<_>>();
        assert_eq!(found, expected, "block {number}");
        for transaction in &block.transactions {
            assert_eq!(transaction.from, emitter(u64::from(transaction.index)));
            let known = (transaction.gas_price.to::<u64>(), transaction.gas_used);
            assert_eq!(known, if number == 200 { (99, Some(21_000)) } else { (100, None) });
        }
    }
}

#[tokio::test]
async fn an_endpoint_behind_leaves_nothing_out() {
    let (_folder, file) = recording(true);
    let behind = ReplayOptions { head: Some(LAST / 2), ..ReplayOptions::default() };
    let behind = Replay::start(&file, behind).await.unwrap();
    let ahead = Replay::start(&file, ReplayOptions::default()).await.unwrap();
    for urls in [[behind.url(), ahead.url()], [ahead.url(), behind.url()]] {
        let source = source(&urls);
        check(&backfill(&source).await);
        assert_eq!(source.head_blocks(LAST, LAST).await.unwrap().len(), 1);
    }
    // alone, it says that it is behind instead of giving half of the logs
    let alone = source(&[behind.url()]);
    let error = alone.backfill(0, LAST).try_collect::<Vec<_>>().await.unwrap_err();
    assert!(matches!(error, chain::ChainError::Missing(_)), "{error}");
}

#[tokio::test]
async fn fetching_goes_on_while_nobody_polls_and_stops_when_dropped() {
    let (_folder, file) = recording(false);
    let replay = Replay::start(&file, ReplayOptions::default()).await.unwrap();
    let source = Source::new(Client::new(CHAIN, &[replay.url()]).unwrap(), filter(), 1, 3);
    let requests =
        || source.client().stats()[0].counts.values().map(|count| count.requests).sum::<u64>();
    let mut ranges = Box::pin(source.backfill(0, LAST));
    ranges.next().await.unwrap().unwrap();
    let (mut before, mut steady) = (0, 0);
    while steady < 20 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let now = requests();
        steady = if now == before { steady + 1 } else { 0 };
        before = now;
    }
    // the first range and the three behind it, each with logs twice and headers, the chain id and the head
    assert!((12..=24).contains(&before), "{before} requests");
    drop(ranges);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(requests(), before);
}

//! However announced contracts are asked for, what comes out is the same.

use chain::{
    Client,
    raw::RawBlock,
    source::{Asking, Source},
};
use devchain::replay::{Replay, ReplayOptions};
use futures::TryStreamExt;
use rand::{Rng, SeedableRng, rngs::SmallRng};

use crate::{
    factory::{Blooms, Made, filter, places},
    recorded::CHAIN,
};

const WAYS: [Asking; 3] = [Asking::ByAddress, Asking::ByTopic, Asking::Cheapest];

fn source(url: String, asking: Asking, range: u64, concurrency: usize) -> Source {
    let client = Client::new(CHAIN, &[url]).unwrap();
    Source::new(client, filter(), range, concurrency)
        .with_asking(asking, range)
        .with_transactions(true)
}

/// The blocks with logs: which others there are depends on how the chain was cut.
async fn backfill(source: &Source, from: u64, to: u64) -> Vec<RawBlock> {
    let ranges = source.backfill(from, to).try_collect::<Vec<_>>().await.unwrap();
    let blocks = ranges.into_iter().flat_map(|range| range.blocks);
    blocks.filter(|block| !block.logs.is_empty()).collect()
}

#[tokio::test]
async fn the_way_of_asking_never_changes_what_comes_out() {
    for seed in 0..24 {
        let mut dice = SmallRng::seed_from_u64(seed);
        let strangers = dice.random_range(0..12);
        let blooms = if dice.random_bool(0.7) { Blooms::True } else { Blooms::Absent };
        let made = Made::new(seed, 150, strangers, blooms);
        let (_folder, file) = made.write();
        let options = ReplayOptions {
            max_range: dice.random_bool(0.5).then(|| dice.random_range(1..40)),
            max_results: dice.random_bool(0.5).then(|| dice.random_range(6..40)),
            errors_per_thousand: if dice.random_bool(0.3) { 80 } else { 0 },
            ..ReplayOptions::default()
        };
        let replay = Replay::start(&file, options).await.unwrap();
        let mut first: Option<Vec<RawBlock>> = None;
        for asking in WAYS {
            let (range, concurrency) = (dice.random_range(1..60), dice.random_range(1..6));
            let source = source(replay.url(), asking, range, concurrency);
            // the end block by block, as near the head
            let middle = dice.random_range(0..made.last());
            let mut blocks = backfill(&source, 0, middle).await;
            let mut next = middle + 1;
            while next <= made.last() {
                let to = (next + dice.random_range(0..20)).min(made.last());
                let head = source.head_blocks(next, to).await.unwrap();
                assert_eq!(head.len() as u64, to - next + 1);
                blocks.extend(head.into_iter().filter(|block| !block.logs.is_empty()));
                next = to + 1;
            }
            assert_eq!(places(&blocks), made.wanted(), "seed {seed}, {asking:?}");
            // byte for byte, transactions included; those by receipts know their gas
            match &first {
                None => first = Some(blocks),
                Some(first) => assert_eq!(first, &blocks, "seed {seed}, {asking:?}"),
            }
        }
        replay.stop().await;
    }
}

#[tokio::test]
async fn a_header_without_our_topics_spares_the_question() {
    let requests = |source: &Source| {
        let counts = source.client().stats().remove(0).counts;
        let logs = counts.iter().filter(|((method, _), _)| *method == "eth_getLogs");
        logs.map(|(_, count)| count.calls).sum::<u64>()
    };
    let mut calls = Vec::new();
    for blooms in [Blooms::True, Blooms::Absent] {
        let made = Made::new(5, 120, 0, blooms);
        let (_folder, file) = made.write();
        let replay = Replay::start(&file, ReplayOptions::default()).await.unwrap();
        let source = source(replay.url(), Asking::Cheapest, 10, 1);
        let mut blocks = Vec::new();
        for number in 0..=made.last() {
            blocks.extend(source.head_blocks(number, number).await.unwrap());
        }
        assert_eq!(places(&blocks), made.wanted());
        calls.push(requests(&source));
        replay.stop().await;
    }
    // one question per block for the factory, another one for the pools where there may be something
    assert!((calls[0] + 20..=240).contains(&calls[1]), "{calls:?}");
}

#[tokio::test]
async fn headers_that_say_nothing_or_nonsense_hide_no_log() {
    for (blooms, at_once) in
        [(Blooms::OftenZero, 1), (Blooms::OftenZero, 30), (Blooms::Foreign, 30)]
    {
        // an announcement in the first blocks shows what the headers are worth
        let made = Made::new(5, 120, 0, blooms);
        let (_folder, file) = made.write();
        let replay = Replay::start(&file, ReplayOptions::default()).await.unwrap();
        for asking in WAYS {
            let source = source(replay.url(), asking, 10, 1);
            let mut blocks = Vec::new();
            for number in (0..=made.last()).step_by(at_once) {
                let to = made.last().min(number + at_once as u64 - 1);
                blocks.extend(source.head_blocks(number, to).await.unwrap());
            }
            assert_eq!(places(&blocks), made.wanted(), "{blooms:?}, {at_once}, {asking:?}");
        }
        replay.stop().await;
    }
}

#[tokio::test]
async fn contracts_of_a_range_before_are_known_however_far_ahead_it_is_fetched() {
    // ranges of one block, many at once: nearly every contract becomes known while later ranges are under way
    let made = Made::new(77, 200, 3, Blooms::True);
    let (_folder, file) = made.write();
    let options = ReplayOptions {
        latency: std::time::Duration::from_millis(2),
        max_range: Some(1),
        ..ReplayOptions::default()
    };
    let replay = Replay::start(&file, options).await.unwrap();
    for asking in WAYS {
        let source = source(replay.url(), asking, 1, 16);
        assert_eq!(places(&backfill(&source, 0, made.last()).await), made.wanted(), "{asking:?}");
    }
    replay.stop().await;
}

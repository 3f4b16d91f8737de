//! New blocks are heard of at once where there is a subscription, and without one by looking.

use std::time::{Duration, Instant};

use chain::{Client, source::Source};
use devchain::replay::{Replay, ReplayOptions};

use crate::recorded::{CHAIN, filter, recording};

/// Follows up to `last` and says how long each wait for the next block was, at most.
async fn follow(source: &Source, poll: Duration, last: u64) -> usize {
    let mut heads = source.heads(poll);
    let mut seen = source.client().latest_block().await.unwrap().number;
    let mut looks = 0;
    let limit = Instant::now() + Duration::from_secs(60);
    while seen < last {
        assert!(Instant::now() < limit, "stuck at {seen}");
        heads.wait().await;
        let head = source.client().latest_block().await.unwrap().number;
        looks += 1;
        if head > seen {
            source.head_blocks(seen + 1, head).await.unwrap();
            seen = head;
        }
    }
    looks
}

fn growing() -> ReplayOptions {
    ReplayOptions { head: Some(10), blocks_per_kilosecond: 10_000, ..ReplayOptions::default() }
}

#[tokio::test]
async fn a_subscription_tells_of_blocks_long_before_it_would_be_time_to_look() {
    let (_folder, file) = recording(true);
    let replay = Replay::start(&file, growing()).await.unwrap();
    let client = Client::new(CHAIN, &[replay.url(), replay.ws_url()]).unwrap();
    let source = Source::new(client, filter(), 50, 4);
    let started = Instant::now();
    // one look an hour would never get there
    follow(&source, Duration::from_secs(3600), 40).await;
    let took = started.elapsed();
    assert!(took < Duration::from_secs(10), "{took:?} for three seconds of blocks");
    replay.stop().await;
}

#[tokio::test]
async fn a_subscription_that_breaks_is_renewed_and_looking_fills_the_gap() {
    let (_folder, file) = recording(true);
    let options = ReplayOptions { websocket_lives: Some(Duration::from_millis(300)), ..growing() };
    let replay = Replay::start(&file, options).await.unwrap();
    for urls in [vec![replay.ws_url()], vec![replay.url(), replay.ws_url()], vec![replay.url()]] {
        let source = Source::new(Client::new(CHAIN, &urls).unwrap(), filter(), 50, 4);
        let from = source.client().latest_block().await.unwrap().number;
        follow(&source, Duration::from_millis(50), from + 25).await;
    }
    replay.stop().await;
}

#[tokio::test]
async fn without_subscription_nobody_looks_more_often_than_told() {
    let (_folder, file) = recording(false);
    let replay = Replay::start(&file, growing()).await.unwrap();
    let source = Source::new(Client::new(CHAIN, &[replay.url()]).unwrap(), filter(), 50, 4);
    let looks = follow(&source, Duration::from_millis(200), 40).await;
    assert!((5..=20).contains(&looks), "{looks} looks in three seconds");
    replay.stop().await;
}

//! Minutes that were not pushed come by HTTP.

use std::{sync::Arc, time::Duration};

use market_fixture::{Api, Fault};
use tokio_util::sync::CancellationToken;

use super::{
    BEGIN, FixedClock, Pushing, Updates, follow, next, open, price, rules, short, source, trade,
};
use crate::binance::tests::exchange::asked;

/// The next minutes that closed, in whatever order they come, and which of them came late.
async fn closed(updates: &mut Updates, count: usize) -> (Vec<u64>, Vec<u64>) {
    let (mut all, mut late) = (Vec::new(), Vec::new());
    while all.len() < count {
        let update = next(updates).await;
        let (said, closed) = short(&update);
        if let Some(minute) = closed {
            all.push(minute);
            if said.is_none() {
                late.push(minute);
            }
        }
    }
    all.sort_unstable();
    (all, late)
}

#[tokio::test]
async fn what_a_broken_connection_missed_is_filled() {
    let (pushing, url) = Pushing::open().await;
    let (server, source) = source(&url, 5).await;
    let mut updates = follow(&source, rules(), &CancellationToken::new());
    let mut link = pushing.subscribed().await;
    link.kline("ETHUSDT", 0, "2", true).await;
    link.kline("ETHUSDT", 1, "3", false).await;
    assert_eq!(short(&next(&mut updates).await), (price("2"), Some(0)));
    assert_eq!(short(&next(&mut updates).await), (price("3"), None));
    // cut, without a farewell
    drop(link);
    let mut link = pushing.subscribed().await;
    link.kline("ETHUSDT", 5, "4", false).await;
    assert_eq!(closed(&mut updates, 4).await, (vec![1, 2, 3, 4], vec![1, 2, 3, 4]));
    link.kline("ETHUSDT", 5, "4", true).await;
    assert_eq!(closed(&mut updates, 1).await, (vec![5], vec![]));
    let minute = |number: u64| BEGIN + number * 60_000;
    assert_eq!(asked(&server), [format!("ETHUSDT 1m {} {}", minute(1), minute(5) - 1)]);
}

#[tokio::test]
async fn a_minute_that_was_left_out_is_filled() {
    let (pushing, url) = Pushing::open().await;
    let (_server, source) = source(&url, 9).await;
    let mut updates = follow(&source, rules(), &CancellationToken::new());
    let mut link = pushing.subscribed().await;
    for minute in [0, 1, 3, 4, 7] {
        link.kline("ETHUSDT", minute, "2", true).await;
    }
    let (all, late) = closed(&mut updates, 8).await;
    assert_eq!((all, late), ((0..8).collect(), vec![2, 5, 6]));
}

#[tokio::test]
async fn a_gap_is_filled_though_the_source_fails_for_a_while() {
    let (pushing, url) = Pushing::open().await;
    let (server, source) = source(&url, 9).await;
    let mut updates = follow(&source, rules(), &CancellationToken::new());
    let mut link = pushing.subscribed().await;
    // more than one question tries
    for _ in 0..4 {
        server.fault(Api::Binance, [Fault::Status(502, None)]);
    }
    link.kline("ETHUSDT", 0, "2", true).await;
    link.kline("ETHUSDT", 2, "2", true).await;
    assert_eq!(closed(&mut updates, 3).await, (vec![0, 1, 2], vec![1]));
    assert_eq!(asked(&server).len(), 5);
}

#[tokio::test]
async fn the_last_minute_of_a_gap_comes_when_it_is_surely_over() {
    let (pushing, url) = Pushing::open().await;
    // two seconds into the third minute by our clock
    let clock = FixedClock::at(BEGIN + 3 * 60_000 + 2_000);
    let (server, source) = open(Some(&url), Arc::clone(&clock) as Arc<_>).await;
    trade(&server, "ETHUSDT", 60, (BEGIN / 1_000..).step_by(60).take(3));
    let mut updates = follow(&source, rules(), &CancellationToken::new());
    let mut link = pushing.subscribed().await;
    link.kline("ETHUSDT", 0, "2", true).await;
    link.kline("ETHUSDT", 3, "2", false).await;
    assert_eq!(closed(&mut updates, 2).await, (vec![0, 1], vec![1]));
    tokio::time::sleep(Duration::from_millis(200)).await;
    clock.set(BEGIN + 3 * 60_000 + 5_000);
    assert_eq!(closed(&mut updates, 1).await, (vec![2], vec![2]));
}

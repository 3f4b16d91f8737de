//! Endpoints are judged by what they did.

use super::*;

#[test]
fn failures_in_a_row_cool_down_longer_and_an_answer_ends_it() {
    let now = Instant::now();
    let health = Health::default();
    health.lock().failed(now);
    assert!(health.lock().cools_down(now));
    let now = now + FIRST_COOL_DOWN;
    assert!(!health.lock().cools_down(now));
    health.lock().failed(now);
    let now = now + FIRST_COOL_DOWN;
    assert!(health.lock().cools_down(now), "the second failure cools no longer than the first");
    for _ in 0..100 {
        health.lock().failed(now);
    }
    assert!(!health.lock().cools_down(now + LONGEST_COOL_DOWN));
    health.answered("eth_call", Duration::from_millis(1));
    assert!(!health.lock().cools_down(now) && health.failures() == 0);
}

#[test]
fn the_slowest_twentieth_is_known_after_some_answers() {
    let health = Health::default();
    for millis in 1..=7 {
        health.answered("eth_call", Duration::from_millis(millis));
    }
    assert_eq!(health.p95("eth_call"), None);
    for millis in 8..=100 {
        health.answered("eth_call", Duration::from_millis(millis));
    }
    // the newest 64: 37 to 100
    assert_eq!(health.p95("eth_call"), Some(Duration::from_millis(97)));
    assert_eq!(health.p95("eth_getLogs"), None);
}

#[test]
fn who_is_always_overtaken_shows_as_slow() {
    let health = Health::default();
    for _ in 0..10 {
        health.took_at_least("eth_call", Duration::from_secs(1));
    }
    assert_eq!(health.p95("eth_call"), Some(Duration::from_secs(1)));
    assert!(health.latency() > Some(Duration::from_millis(500)));
}

#[test]
fn whoever_lacked_a_block_is_short_of_it_for_a_while() {
    let health = Health::default();
    assert!(!health.is_short_of(10), "nothing is known yet");
    health.is_at(9);
    assert!(health.is_short_of(10) && !health.is_short_of(9));
    health.has(12);
    assert!(!health.is_short_of(10));
    health.lacked(11);
    let now = Instant::now();
    assert!(health.lock().is_short_of(11, now) && !health.lock().is_short_of(10, now));
    assert!(!health.lock().is_short_of(11, now + LACKING));
}

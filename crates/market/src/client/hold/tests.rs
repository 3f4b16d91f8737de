//! Wishes to be left alone.

use std::time::Duration;

use super::{Hold, retry_after};

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn retry_after_is_seconds_or_a_date() {
    // 2024-01-01 00:00:00
    let now = 1_704_067_200_000;
    assert_eq!(retry_after(" 120 ", now), Some(seconds(120)));
    assert_eq!(retry_after("Mon, 01 Jan 2024 00:01:30 GMT", now), Some(seconds(90)));
    assert_eq!(
        retry_after("Mon, 01 Jan 2024 00:01:30 GMT", now + 500),
        Some(Duration::from_millis(89_500))
    );
    assert_eq!(retry_after("Sun, 31 Dec 2023 00:00:00 GMT", now), Some(Duration::ZERO));
    for odd in ["", "soon", "-1", "1.5", "99999999999999999999"] {
        assert_eq!(retry_after(odd, now), None, "{odd}");
    }
}

#[test]
fn without_a_word_the_time_doubles_until_it_answers() {
    let mut hold = Hold::default();
    let wait = |hold: &mut Hold, status| hold.complained(status, None, "no".into(), seconds(0));
    let waits: Vec<u64> = (0..8).map(|_| wait(&mut hold, 429).as_secs()).collect();
    assert_eq!(waits, [60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
    hold.answered();
    assert_eq!(wait(&mut hold, 418), seconds(120));
    hold.answered();
    assert_eq!(wait(&mut hold, 403), seconds(300));
}

#[test]
fn the_longest_word_counts_and_no_word_is_shorter_than_a_second_or_longer_than_a_ban() {
    let mut hold = Hold::default();
    assert_eq!(hold.left(seconds(7)), None);
    hold.complained(418, Some(seconds(600)), "a ban".into(), seconds(10));
    hold.complained(429, Some(seconds(0)), "slow down".into(), seconds(11));
    assert_eq!(hold.left(seconds(11)), Some((seconds(599), "a ban")));
    assert_eq!(hold.left(seconds(610)), None);
    let forever = hold.complained(429, Some(seconds(u64::MAX)), "never".into(), seconds(610));
    assert_eq!(forever, seconds(3 * 24 * 3600));
}

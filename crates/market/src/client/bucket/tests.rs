//! The rate, in virtual time.

use std::time::Duration;

use super::Bucket;

/// Takes as soon as it may, and tells when.
fn greedy(mut bucket: Bucket, weight: u32, calls: usize) -> Vec<Duration> {
    let mut now = Duration::ZERO;
    let mut times = Vec::new();
    while times.len() < calls {
        match bucket.take(weight, now) {
            Ok(()) => times.push(now),
            Err(wait) => {
                assert!(!wait.is_zero());
                now += wait;
            }
        }
    }
    times
}

#[test]
fn no_sixty_seconds_see_more_than_the_rate_and_the_rate_is_used() {
    for (rate, weight) in [(1, 1), (2, 1), (5, 1), (30, 1), (500, 1), (6_000, 2), (6_000, 40)] {
        let times = greedy(Bucket::new(rate, Duration::ZERO), weight, 400);
        for (index, from) in times.iter().enumerate() {
            let within = times.iter().skip(index);
            let within = within.take_while(|time| **time - *from < Duration::from_secs(60)).count();
            let used = u32::try_from(within).unwrap() * weight;
            assert!(used <= rate, "{used} of {rate} within a minute");
        }
        let minutes = times.last().unwrap().as_secs_f64() / 60.0;
        let per_minute = 400.0 * f64::from(weight) / minutes.max(1.0 / 60.0);
        assert!(per_minute >= f64::from(rate) * 0.45, "{per_minute} of {rate}");
    }
}

#[test]
fn a_call_heavier_than_the_bucket_goes_and_is_paid_for() {
    let mut bucket = Bucket::new(8, Duration::ZERO);
    assert_eq!(bucket.take(8, Duration::ZERO), Ok(()));
    // six in debt, two to go, six drip in per minute
    assert_eq!(bucket.take(2, Duration::ZERO), Err(Duration::from_secs(80)));
}

#[test]
fn what_others_used_and_a_new_rate_count() {
    let now = Duration::from_secs(600);
    let mut bucket = Bucket::new(6_000, Duration::ZERO);
    bucket.used(100, now);
    assert_eq!(bucket.take(1_500, now), Ok(()), "plenty is left");
    bucket.used(6_000, now);
    let wait = bucket.take(2, now).unwrap_err();
    assert!(wait > Duration::ZERO && wait < Duration::from_secs(1), "{wait:?}");
    bucket.set_rate(40, now);
    assert!(bucket.take(1, now).unwrap_err() > Duration::from_secs(60));
}

//! Half as much after a complaint, slowly more afterwards.

use super::*;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_complaint_halves_and_pauses_and_success_grows_slowly() {
    let start = Instant::now();
    let mut state = State::new(start);
    for _ in 0..100 {
        assert_eq!(state.try_start(start, 1), Ok(()));
        state.under_way -= 1;
    }
    state.complained(start, Some(2 * SECOND));
    // the same burst complains many times
    state.complained(start, Some(2 * SECOND));
    assert_eq!((state.limit, state.rate), (16.0, Some(50.0)));
    assert_eq!(
        state.try_start(start + SECOND, 1),
        Err(Some(SECOND)),
        "Retry-After was not honoured"
    );

    // fifty calls a second
    let mut now = start + 2 * SECOND;
    for _ in 0..50 {
        assert_eq!(state.try_start(now, 1), Ok(()));
        state.under_way -= 1;
        let Err(Some(wait)) = state.try_start(now, 1) else { panic!("no pace") };
        now += wait;
    }
    let paced = now - start - 2 * SECOND;
    assert!((990..1010).contains(&paced.as_millis()), "{paced:?}");

    for _ in 0..50 {
        state.went_well(1);
    }
    assert!(state.rate.is_some_and(|rate| (52.4..52.6).contains(&rate)), "{state:?}");
    assert!((18.0..20.0).contains(&state.limit), "{state:?}");
}

#[test]
fn complaints_never_stop_everything_and_a_large_rate_is_none() {
    let mut now = Instant::now();
    let mut state = State::new(now);
    for _ in 0..20 {
        now += SECOND;
        state.complained(now, Some(Duration::ZERO));
    }
    assert_eq!((state.limit, state.rate), (1.0, Some(1.0)));
    state.went_well(1_000_000);
    assert_eq!(state.rate, None);
}

#[test]
fn an_absurd_wait_is_bounded() {
    let now = Instant::now();
    let mut state = State::new(now);
    state.complained(now, Some(1_000_000 * SECOND));
    assert_eq!(state.try_start(now, 1), Err(Some(LONGEST_PAUSE)));
}

#[tokio::test]
async fn no_more_than_the_limit_are_under_way_and_waiters_follow() {
    let limiter = Limiter::new();
    limiter.lock().limit = 1.0;
    let first = limiter.acquire(1).await;
    let second = limiter.acquire(1);
    futures::pin_mut!(second);
    assert!(futures::poll!(second.as_mut()).is_pending());
    drop(first);
    assert!(futures::poll!(second.as_mut()).is_ready());
    assert_eq!(limiter.limits().under_way, 0);
}

//! The circuit, in virtual time.

use std::time::Duration;

use super::{Breaker, Role};
use crate::metrics::CircuitState;

const fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn opened() -> Breaker {
    let mut breaker = Breaker::new();
    for second in 0..5 {
        assert_eq!(breaker.enter(at(second)), Ok(Role::Ordinary));
        breaker.failed(Role::Ordinary, at(second));
    }
    breaker
}

#[test]
fn five_failures_in_a_minute_open_it_and_one_call_tries() {
    let mut breaker = opened();
    assert_eq!(breaker.state(), CircuitState::Open);
    assert_eq!(breaker.enter(at(5)), Err(at(29)));
    assert_eq!(breaker.enter(at(34)), Ok(Role::Probe));
    assert_eq!(breaker.state(), CircuitState::HalfOpen);
    assert!(breaker.enter(at(34)).is_err(), "only one tries");
    breaker.succeeded(Role::Probe);
    assert_eq!(breaker.state(), CircuitState::Closed);
    assert_eq!(breaker.enter(at(35)), Ok(Role::Ordinary));
}

#[test]
fn failures_that_are_far_apart_do_not_open_it() {
    let mut breaker = Breaker::new();
    for second in (0..1_000).step_by(16) {
        breaker.failed(Role::Ordinary, at(second));
    }
    assert_eq!(breaker.state(), CircuitState::Closed);
}

#[test]
fn a_failed_try_opens_it_again_and_a_dropped_one_lets_another_try() {
    let mut breaker = opened();
    assert_eq!(breaker.enter(at(40)), Ok(Role::Probe));
    breaker.failed(Role::Probe, at(41));
    assert_eq!(breaker.enter(at(42)), Err(at(29)));
    assert_eq!(breaker.enter(at(71)), Ok(Role::Probe));
    breaker.gave_up(Role::Probe, at(72));
    assert_eq!(breaker.enter(at(72)), Ok(Role::Probe));
}

#[test]
fn calls_from_before_it_opened_change_nothing() {
    let mut breaker = opened();
    breaker.failed(Role::Ordinary, at(20));
    breaker.succeeded(Role::Ordinary);
    assert_eq!(breaker.enter(at(20)), Err(at(14)));
}

//! Percentiles.

use std::time::Duration;

use super::percentile;

#[test]
fn percentiles_are_values_that_were_measured() {
    let mut values: Vec<Duration> = (1..=200).rev().map(Duration::from_millis).collect();
    let of = |values: &mut [Duration], percent| percentile(values, percent).unwrap().as_millis();
    assert_eq!(of(&mut values, 50), 100);
    assert_eq!(of(&mut values, 99), 198);
    assert_eq!(of(&mut values[..1], 99), 1);
    assert!(percentile(&mut [], 50).is_err());
}

//! Before, at and after.

use super::Times;

/// 2024-01-01T00:00:00Z.
const NEW_YEAR: u64 = 1_704_067_200_000;

#[test]
fn the_last_time_is_now_or_before_and_the_next_one_later() {
    let each = Times::new("*/20 * * * * *").unwrap();
    assert_eq!(each.last(NEW_YEAR), Some(NEW_YEAR));
    assert_eq!(each.last(NEW_YEAR + 700), Some(NEW_YEAR));
    assert_eq!(each.last(NEW_YEAR + 19_999), Some(NEW_YEAR));
    assert_eq!(each.next(NEW_YEAR), Some(NEW_YEAR + 20_000));
    assert_eq!(each.next(NEW_YEAR + 19_999), Some(NEW_YEAR + 20_000));
    let daily = Times::new("0 30 4 * * *").unwrap();
    assert_eq!(daily.last(NEW_YEAR), Some(NEW_YEAR - 19 * 3_600_000 - 30 * 60_000));
    assert_eq!(daily.next(NEW_YEAR), Some(NEW_YEAR + 4 * 3_600_000 + 30 * 60_000));
}

#[test]
fn what_is_no_expression_is_none() {
    assert!(Times::new("*/5 * * * *").is_none());
    assert!(Times::new("soon").is_none());
}

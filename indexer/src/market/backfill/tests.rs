//! Spans.

use domain::{candle::Resolution, market::Span};

use super::without;

const MINUTE: u64 = 60_000;

#[test]
fn refused_periods_are_not_noted_as_answered() {
    let span = Span { from: 10 * MINUTE, to: 20 * MINUTE };
    assert_eq!(without(span, &[], Resolution::M1), [span]);
    let cut = without(span, &[15 * MINUTE, 10 * MINUTE, 30 * MINUTE], Resolution::M1);
    let expected =
        [Span { from: 11 * MINUTE, to: 15 * MINUTE }, Span { from: 16 * MINUTE, to: 20 * MINUTE }];
    assert_eq!(cut, expected);
    assert!(without(Span { from: 0, to: MINUTE }, &[0], Resolution::M1).is_empty());
}

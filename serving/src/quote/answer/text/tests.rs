//! Fees are told in percent, without more digits than they have.

use super::Percent;

#[test]
fn pips_as_percent() {
    for (pips, percent) in
        [(0, "0"), (1, "0.0001"), (100, "0.01"), (500, "0.05"), (3_000, "0.3"), (10_000, "1")]
    {
        assert_eq!(Percent(pips).to_string(), percent);
    }
    assert_eq!(Percent(123_456).to_string(), "12.3456");
}

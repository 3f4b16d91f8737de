//! Which bars requests mean.

use domain::candle::Resolution;

use super::*;

const NOW: u64 = 1_000_000;
const MINUTE: Length = Length::Stored(Resolution::M1);

fn parse(pairs: &[(&str, &str)]) -> Result<Window, String> {
    Window::parse(&Asked::of(pairs), 5_000, NOW).unwrap()
}

#[test]
fn countback_wins_over_from() {
    let window = parse(&[("from", "900"), ("to", "1000"), ("countback", "7")]).unwrap();
    assert_eq!(window, Window { from: 0, to: 1_000, counted: true, limit: 7, fill: false });
    assert_eq!(window.span(MINUTE), (0, 1_000));
    let window = parse(&[("from", "900"), ("to", "1000"), ("countback", "0")]).unwrap();
    assert_eq!(window, Window { from: 900, to: 1_000, counted: false, limit: 5_000, fill: false });
}

#[test]
fn nothing_happened_after_the_block() {
    for to in ["1000001", "99999999999", "9223372036854775807"] {
        assert_eq!(parse(&[("to", to)]).unwrap().to, NOW + 1);
    }
    assert_eq!(parse(&[]).unwrap().to, NOW + 1);
    assert_eq!(parse(&[("from", "-8"), ("to", "-3")]).unwrap().to, 0);
    let ahead = parse(&[("from", "2000000"), ("to", "2000010")]).unwrap();
    assert_eq!(ahead.span(MINUTE), (2_000_000, NOW + 1));
}

#[test]
fn more_than_the_cap_is_the_cap() {
    for count in ["5001", "4294967296", "9223372036854775807"] {
        assert_eq!(parse(&[("countback", count)]).unwrap().limit, 5_000, "{count}");
    }
}

#[test]
fn without_gaps_so_many_periods_are_read() {
    let window = parse(&[("to", "6000"), ("countback", "3"), ("fill", "1")]).unwrap();
    // the newest begins at 5940
    assert_eq!(window.span(MINUTE), (5_820, 6_000));
    let window = parse(&[("from", "5900"), ("to", "6001"), ("fill", "true")]).unwrap();
    assert_eq!(window.span(MINUTE), (5_940, 6_001));
    let window = parse(&[("from", "0"), ("to", "900000"), ("fill", "1")]).unwrap();
    assert_eq!(window.span(MINUTE), (900_000 - 5_000 * 60, 900_000));
    assert_eq!(parse(&[("to", "0"), ("fill", "1")]).unwrap().span(MINUTE), (0, 0));
}

#[test]
fn what_cannot_be_meant_is_an_error() {
    for wrong in [vec![("from", "2"), ("to", "1")], vec![("fill", "2")]] {
        parse(&wrong).unwrap_err();
    }
    for wrong in ["x", "1.5", "1e3", "99999999999999999999"] {
        for name in ["from", "to", "countback"] {
            let asked = Asked::of(&[(name, wrong)]);
            let problem = Window::parse(&asked, 5_000, NOW).unwrap_err();
            assert_eq!(problem.code(), "PARAMETER_INVALID", "{name} {wrong}");
        }
    }
}

//! What is refused, and what is made of what comes twice.

use domain::{candle::Resolution, decimal::Decimal, market::Bar};

use super::{OddBar, check, settled, tidy};

fn bar(start: u64, [open, high, low, close]: [i32; 4], volume: i32) -> Bar {
    let [open, high, low, close] = [open, high, low, close].map(Decimal::from);
    Bar { start, open, high, low, close, volume: Some(Decimal::from(volume)) }
}

#[test]
fn what_cannot_be_a_candle_is_refused() {
    let monday = 1_704_067_200_000;
    for (bar, resolution, expected) in [
        (bar(monday, [2, 4, 1, 3], 0), Resolution::W1, Ok(())),
        (bar(monday, [3, 3, 3, 3], 5), Resolution::M1, Ok(())),
        (bar(monday, [1, 2, 0, 1], 5), Resolution::M1, Err(OddBar::NotPositive(monday))),
        // low and high in the places of open and high
        (bar(monday, [1, 3, 4, 2], 5), Resolution::M1, Err(OddBar::Outside(monday))),
        (bar(monday, [5, 4, 1, 3], 5), Resolution::M1, Err(OddBar::Outside(monday))),
        (bar(monday, [2, 4, 1, 3], -1), Resolution::M1, Err(OddBar::Volume(monday))),
        (
            bar(1_704_067_200, [2, 4, 1, 3], 5),
            Resolution::M1,
            Err(OddBar::Misplaced(1_704_067_200)),
        ),
        (
            bar(monday + 86_400_000, [2, 4, 1, 3], 5),
            Resolution::W1,
            Err(OddBar::Misplaced(monday + 86_400_000)),
        ),
    ] {
        assert_eq!(check(&bar, resolution), expected, "{bar:?}");
    }
}

#[test]
fn candles_are_put_in_order_and_the_fuller_of_two_is_kept() {
    let [first, young, full] =
        [bar(0, [1, 1, 1, 1], 1), bar(60_000, [1, 2, 1, 2], 3), bar(60_000, [1, 3, 1, 3], 7)];
    assert_eq!(tidy(vec![young, full, first, first]), [first, full]);
    assert_eq!(tidy(vec![full, young, first]), [first, full]);
}

#[test]
fn the_open_period_is_not_settled() {
    assert_eq!(settled(Resolution::M1, 119_999, 0), 60_000);
    assert_eq!(settled(Resolution::M1, 120_000, 0), 120_000);
    assert_eq!(settled(Resolution::M1, 124_999, 5_000), 60_000);
    assert_eq!(settled(Resolution::M1, 100, 5_000), 0);
}

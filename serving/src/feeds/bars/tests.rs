//! Lengths, gaps and openings.

use domain::{decimal::Decimal, iso};

use super::*;

fn time(text: &str) -> u64 {
    iso::parse(text).unwrap() / 1_000
}

fn bar(start: u64, price: i64) -> Candle {
    Candle::at(start, Decimal::from(price))
}

fn closes(bars: &[Candle]) -> Vec<(u64, String)> {
    bars.iter().map(|bar| (bar.start, bar.close.to_string())).collect()
}

#[test]
fn names_are_told_apart() {
    for (name, length) in Length::NAMES {
        assert_eq!(Length::parse(name), Some(length));
    }
    for (text, wanted) in
        [("D", "1D"), ("d", "1D"), ("1d", "1D"), ("W", "1W"), ("1w", "1W"), ("M", "1M")]
    {
        assert_eq!(Length::parse(text), Length::parse(wanted), "{text}");
    }
    for text in ["", "m", "1m", "0", "2", "1S", "1T", "2D", "3M", " 1", "1D "] {
        assert_eq!(Length::parse(text), None, "{text}");
    }
}

#[test]
fn months_are_those_of_the_calendar() {
    let month = Length::Month;
    for (at, start, next) in [
        ("1970-01-01", "1970-01-01", "1970-02-01"),
        ("1999-12-31T23:59:59Z", "1999-12-01", "2000-01-01"),
        ("2000-02-29", "2000-02-01", "2000-03-01"),
        ("2023-02-28T23:59:59Z", "2023-02-01", "2023-03-01"),
        ("2024-02-29T12:00:00Z", "2024-02-01", "2024-03-01"),
        ("2100-02-28", "2100-02-01", "2100-03-01"),
        ("2024-12-15", "2024-12-01", "2025-01-01"),
    ] {
        assert_eq!(month.start(time(at)), time(start), "{at}");
        assert_eq!(month.next(time(start)), time(next), "{at}");
    }
    assert_eq!(month.start_from(time("2024-02-01")), time("2024-02-01"));
    assert_eq!(month.start_from(time("2024-02-01") + 1), time("2024-03-01"));
    assert_eq!(month.back(time("2024-03-01"), 0), time("2024-03-01"));
    assert_eq!(month.back(time("2024-03-01"), 1), time("2024-02-01"));
    assert_eq!(month.back(time("2024-03-01"), 3), time("2023-12-01"));
    assert_eq!(month.back(time("2024-03-01"), 99_999), 0);
}

#[test]
fn every_day_is_in_the_month_that_begins_before_it() {
    let mut start = 0;
    for day in 0..60_000_u64 {
        let at = day * 86_400;
        if at == Length::Month.next(start) {
            start = at;
        }
        assert_eq!(Length::Month.start(at + 4_000), start, "day {day}");
    }
    assert!(start > time("2130-01-01"));
}

#[test]
fn going_back_undoes_going_on() {
    for (name, length) in Length::NAMES {
        let mut start = length.start(time("2021-11-17T05:06:07Z"));
        let first = start;
        for count in 1..50 {
            start = length.next(start);
            assert_eq!(length.back(start, count), first, "{name} {count}");
        }
    }
}

#[test]
fn gaps_are_filled_with_the_price_that_stood() {
    let minute = Length::Stored(Resolution::M1);
    let bars = vec![bar(120, 5), bar(240, 7)];
    let all = filled(bars.clone(), Some(&bar(0, 3)), minute, (50, 360));
    let wanted = [(60, "3"), (120, "5"), (180, "5"), (240, "7"), (300, "7")];
    assert_eq!(closes(&all), wanted.map(|(start, close)| (start, close.to_owned())));
    assert!(all[2].volume0.is_zero() && all[2].swap_count == 0);
    // nothing before the first
    let all = filled(bars, None, minute, (0, 241));
    assert_eq!(all.iter().map(|bar| bar.start).collect::<Vec<_>>(), [120, 180, 240]);
    assert!(filled(Vec::new(), None, minute, (0, 600)).is_empty());
    assert_eq!(filled(Vec::new(), Some(&bar(0, 3)), minute, (600, 720)).len(), 2);
    assert!(filled(Vec::new(), Some(&bar(0, 3)), minute, (720, 600)).is_empty());
}

#[test]
fn a_bar_opens_where_the_one_before_closed() {
    let bars = vec![bar(60, 5), bar(120, 4), bar(180, 9)];
    let found = opened(bars.clone(), Some(&bar(0, 7)));
    let shape =
        |bar: &Candle| [bar.open, bar.high, bar.low, bar.close].map(|price| price.to_string());
    assert_eq!(shape(&found[0]), ["7", "7", "5", "5"]);
    assert_eq!(shape(&found[1]), ["5", "5", "4", "4"]);
    assert_eq!(shape(&found[2]), ["4", "9", "4", "9"]);
    assert_eq!(shape(&opened(bars, None)[0]), ["5"; 4], "the first of all");
}

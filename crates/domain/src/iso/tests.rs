//! Known instants, and there and back for every day of four centuries.

use super::{date, days, format, parse};

#[test]
fn known_instants_are_read() {
    for (text, expected) in [
        ("1970-01-01T00:00:00Z", 0),
        ("2020-03-20T00:22:57.833Z", 1_584_663_777_833),
        ("2020-03-20T01:22:57.833+01:00", 1_584_663_777_833),
        ("2020-03-19T18:52:57.833-05:30", 1_584_663_777_833),
        ("2024-01-05T12:00:00.123456Z", 1_704_456_000_123),
        ("2024-01-05T12:00:00.1Z", 1_704_456_000_100),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000),
        ("2020-03-20", 1_584_662_400_000),
    ] {
        assert_eq!(parse(text), Some(expected), "{text}");
    }
}

#[test]
fn what_is_no_time_is_not_read() {
    for text in [
        "",
        "2020-03-20T",
        "2020-03-20T00:22:57",
        "2020-3-20",
        "2020-13-20T00:22:57Z",
        "2023-02-29T00:00:00Z",
        "2020-03-20T24:00:00Z",
        "2020-03-20T00:22:57.Z",
        "20-03-20T00:22:57Z",
        "2020-03-20T00:22:57+1:00",
        "2020-03-20T00:22:57Zulu",
        "1969-12-31T23:59:59Z",
        "1584663777",
    ] {
        assert_eq!(parse(text), None, "{text}");
    }
}

#[test]
fn every_day_is_found_again() {
    let (mut month, mut day) = (1, 1);
    for number in 0..146_097 {
        let (_, this_month, this_day) = date(number);
        let follows = (this_month, this_day) == (month, day + 1)
            || (this_day == 1 && this_month == month % 12 + 1);
        assert!(number == 0 || follows, "day {number} is {this_month}-{this_day}");
        (month, day) = (this_month, this_day);
        let (year, month, day) = date(number);
        assert_eq!(days(year, month, day), number);
    }
}

#[test]
fn what_is_written_is_read_back() {
    assert_eq!(format(1_584_663_777_833), "2020-03-20T00:22:57Z");
    for time in (0..4_000_000_000_000).step_by(7_654_321_000) {
        assert_eq!(parse(&format(time)), Some(time));
    }
}

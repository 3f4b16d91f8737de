//! Answers as they are documented, and what else may come.

use domain::{candle::Resolution, decimal::Decimal};

use super::{candles, ticker};
use crate::bars::Asked;

const MINUTE: u64 = 1_704_067_200_000;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// Of a minute that was asked for, and the one after it.
fn settle(body: &str) -> Result<(Vec<domain::market::Bar>, u64), String> {
    let asked = Asked {
        resolution: Resolution::M1,
        first: MINUTE,
        end: MINUTE + 120_000,
        most: usize::MAX,
    };
    let page = candles(body.as_bytes(), Resolution::M1).map_err(|error| error.to_string())?;
    let series = page.settle(asked, || super::odd("stuck")).map_err(|error| error.to_string())?;
    Ok((series.bars, series.until - MINUTE))
}

#[test]
fn a_ticker_says_when_and_how_much() {
    let body = r#"{"trade_id":86326522,"price":"6268.48","size":"0.00698254","time":"2020-03-20T00:22:57.833Z",
        "bid":"6265.15","ask":"6267.71","volume":"53602.03940154","rfq_volume":"1","conversions_volume":"0.00"}"#;
    let read = ticker(body.as_bytes()).unwrap();
    assert_eq!((read.price, read.time), (decimal("6268.48"), 1_584_663_777_833));
    assert_eq!(read.volume, Some(decimal("53602.03940154")));
    assert_eq!(ticker(body.replace("\"53602.03940154\"", "null").as_bytes()).unwrap().volume, None);
    for (from, to) in [
        ("\"6268.48\"", "null"),
        ("\"6268.48\"", "\"NaN\""),
        ("2020-03-20T00:22:57.833Z", "yesterday"),
        ("\"time\"", "\"when\""),
    ] {
        assert!(ticker(body.replace(from, to).as_bytes()).is_err(), "{from} as {to}");
    }
}

#[test]
fn a_candle_has_low_and_high_before_open_and_close() {
    let (bars, until) = settle("[[1704067200,2281.27,2282.94,2281.87,2282.2,170.0969]]").unwrap();
    let [bar] = bars.as_slice() else { panic!("{bars:?}") };
    assert_eq!((bar.start, until), (MINUTE, 120_000));
    assert_eq!(
        [bar.low, bar.high, bar.open, bar.close, bar.volume.unwrap()],
        ["2281.27", "2282.94", "2281.87", "2282.2", "170.0969"].map(decimal)
    );
}

#[test]
fn what_is_before_the_range_is_left_out_and_what_is_odd_ends_it() {
    let rows = "[1704067260,1,4,2,3,5],[1704067200,1,4,2,3,5]";
    for (name, body, expected) in [
        ("newest first", format!("[{rows}]"), Ok((2, 120_000))),
        ("one before", format!("[{rows},[1704067140,1,4,2,3,5]]"), Ok((2, 120_000))),
        ("an odd one before", format!("[{rows},[1704067140,null,4,2,3,5]]"), Ok((2, 120_000))),
        (
            "strings",
            "[[\"1704067200\",\"1\",\"4\",\"2\",\"3\",\"5\"]]".to_owned(),
            Ok((1, 120_000)),
        ),
        ("no trades", "[]".to_owned(), Ok((0, 120_000))),
        (
            "the newer is odd",
            format!("[{}]", rows.replacen("1,4,2", "1,null,2", 1)),
            Ok((1, 60_000)),
        ),
    ] {
        assert_eq!(settle(&body).map(|(bars, until)| (bars.len(), until)), expected, "{name}");
    }
    for (name, body) in [
        ("milliseconds", "[[1704067200000,1,4,2,3,5]]".to_owned()),
        ("open, high, low, close", "[[1704067200,2,4,1,3,5]]".to_owned()),
        ("the older is odd", format!("[{}]", rows.replace("[1704067200,1", "[1704067200,0"))),
        ("a message", "{\"message\":\"NotFound\"}".to_owned()),
    ] {
        assert!(settle(&body).is_err(), "{name}");
    }
}

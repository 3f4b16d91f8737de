//! Answers and pushed messages as they are documented, and what else may come.

use domain::{candle::Resolution, decimal::Decimal};

use super::{Message, is_unknown_symbol, klines, message, tickers};
use crate::bars::Asked;

const MINUTE: u64 = 1_704_067_200_000;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// Of a minute that was asked for, and the one after it.
fn asked() -> Asked {
    Asked { resolution: Resolution::M1, first: MINUTE, end: MINUTE + 120_000, most: 1_000 }
}

fn settle(body: &str) -> Result<(usize, u64), String> {
    let page = klines(body.as_bytes(), Resolution::M1).map_err(|error| error.to_string())?;
    let series = page.settle(asked(), || super::odd("stuck")).map_err(|error| error.to_string())?;
    Ok((series.bars.len(), series.until - MINUTE))
}

#[test]
fn prices_are_exact_and_an_odd_one_is_odd_alone() {
    let body = br#"[{"symbol":"ETHUSDT","price":"4.00000200"},{"symbol":"A","price":null},
        {"symbol":"BTCUSDT","price":42283.58,"more":[1]},{"symbol":"B"},{"symbol":"C","price":"NaN"}]"#;
    let read = tickers(body).unwrap();
    assert_eq!(read.odd, 3);
    let prices: Vec<_> =
        read.good.iter().map(|ticker| (ticker.symbol.as_str(), ticker.price)).collect();
    assert_eq!(prices, [("ETHUSDT", decimal("4.000002")), ("BTCUSDT", decimal("42283.58"))]);
    assert!(tickers(b"{\"code\":-1121}").is_err());
}

#[test]
fn a_candle_is_read_by_its_columns() {
    let body = r#"[[1704067200000,"2281.87","2282.94","2281.27","2282.20","170.09690000",1704067259999,
        "388194.26",476,"60.11","137172.04","0"]]"#;
    let page = klines(body.as_bytes(), Resolution::M1).unwrap();
    let bars = page.settle(asked(), || super::odd("stuck")).unwrap().bars;
    let [bar] = bars.as_slice() else { panic!("{bars:?}") };
    assert_eq!(bar.start, MINUTE);
    assert_eq!(
        [bar.open, bar.high, bar.low, bar.close, bar.volume.unwrap()],
        ["2281.87", "2282.94", "2281.27", "2282.2", "170.0969"].map(decimal)
    );
}

#[test]
fn what_cannot_be_read_ends_what_is_answered() {
    let first = r#"[1704067200000,"2","4","1","3","5"]"#;
    let second = r#"[1704067260000,"2","4","1","3","5"]"#;
    for (name, body, expected) in [
        ("both", format!("[{first},{second}]"), Ok((2, 120_000))),
        ("reversed and twice", format!("[{second},{first},{second}]"), Ok((2, 120_000))),
        ("nothing", "[]".to_owned(), Ok((0, 120_000))),
        ("one is missing", format!("[{second}]"), Ok((1, 120_000))),
        ("numbers", format!("[{}]", first.replace('"', "")), Ok((1, 120_000))),
        (
            "the second has null",
            format!("[{first},{}]", second.replace("\"4\"", "null")),
            Ok((1, 60_000)),
        ),
        (
            "the second has its low above",
            format!("[{first},{}]", second.replace("\"1\"", "\"3\"")),
            Ok((1, 60_000)),
        ),
    ] {
        assert_eq!(settle(&body), expected, "{name}");
    }
    for (name, body) in [
        ("the first has null", format!("[{},{second}]", first.replace("\"4\"", "null"))),
        ("seconds", format!("[{}]", first.replace("1704067200000", "1704067200"))),
        ("microseconds", format!("[{}]", first.replace("1704067200000", "1704067200000000"))),
        ("no period's start", format!("[{}]", first.replace("1704067200000", "1704067200001"))),
        ("five columns", format!("[{}]", first.replace(",\"5\"", ""))),
        ("an object", "{\"code\":0}".to_owned()),
        ("cut", format!("[{first},")),
    ] {
        assert!(settle(&body).is_err(), "{name}");
    }
}

#[test]
fn an_unknown_symbol_is_told_from_other_refusals() {
    assert!(is_unknown_symbol(br#"{"code":-1121,"msg":"Invalid symbol."}"#));
    assert!(is_unknown_symbol(br#"{"code":-1100,"msg":"Illegal characters found in parameter."}"#));
    assert!(!is_unknown_symbol(
        br#"{"code":-1128,"msg":"Combination of optional parameters invalid."}"#
    ));
    assert!(!is_unknown_symbol(b"{}"));
}

#[test]
fn pushed_messages_are_told_apart() {
    let kline = r#"{"e":"kline","E":1704067262136,"s":"BNBBTC","k":{"t":1704067200000,"T":1704067259999,"s":"BNBBTC",
        "i":"1m","f":100,"L":200,"o":"0.0010","c":"0.0020","h":"0.0025","l":"0.0010","v":"1000","n":100,"x":true,
        "q":"1.0","V":"500","Q":"0.500","B":"123456"}}"#;
    let Ok(Message::Kline(tick)) = message(kline) else { panic!("{:?}", message(kline)) };
    assert_eq!((tick.symbol.as_str(), tick.time, tick.closed), ("BNBBTC", 1_704_067_262_136, true));
    assert_eq!((tick.bar.start, tick.bar.close), (MINUTE, decimal("0.002")));
    let wrapped = format!("{{\"stream\":\"bnbbtc@kline_1m\",\"data\":{kline}}}");
    assert_eq!(message(&wrapped).unwrap(), Message::Kline(tick));
    for (text, expected) in [
        (r#"{"result":null,"id":1}"#, Message::Subscribed),
        (r#"{"code":2,"msg":"Invalid request: too many parameters","id":1}"#, Message::Refused),
        (r#"{"error":{"code":2,"msg":"Invalid request"},"id":1}"#, Message::Refused),
        (r#"{"e":"serverShutdown","E":1770123456789}"#, Message::Leaving),
        (r#"{"e":"trade","E":1672515782136}"#, Message::Other),
    ] {
        assert_eq!(message(text).unwrap(), expected, "{text}");
    }
    // a month, and a candle whose high is below its low
    for (from, to) in [("\"1m\"", "\"1M\""), ("\"0.0025\"", "\"0.0001\""), ("\"E\"", "\"F\"")] {
        assert!(message(&kline.replace(from, to)).is_err(), "{from} as {to}");
    }
    assert!(message("<html>").is_err());
}

//! Answers as they are documented, and what else may come.

use domain::decimal::Decimal;

use super::{is_id, plain, prints};
use crate::pyth::confidence;

const ID: &str = "ff61491a931112ddf1bd8147cd1b641375f79f5825126d665480874634fd0ace";

fn item(price: &str, conf: &str, expo: &str, time: &str) -> String {
    format!(
        r#"{{"id":"{ID}","price":{{"price":{price},"conf":{conf},"expo":{expo},"publish_time":{time}}},
        "ema_price":{{"price":"1","conf":"1","expo":-8,"publish_time":{time}}},
        "metadata":{{"slot":1,"proof_available_time":2,"prev_publish_time":3}}}}"#
    )
}

fn body(items: &[String]) -> String {
    format!(
        r#"{{"binary":{{"encoding":"base64","data":["UE5BVQ=="]}},"parsed":[{}]}}"#,
        items.join(",")
    )
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn a_price_is_an_integer_and_a_power_of_ten() {
    for (price, conf, expo, value, interval, sure) in [
        ("\"228187000000\"", "\"114093500\"", "-8", "2281.87", "1.140935", "0.9995"),
        // on the limit, and beyond it
        ("\"100000\"", "\"1000\"", "-5", "1", "0.01", "0.99"),
        ("\"100000\"", "\"1001\"", "-5", "1", "0.01001", "0"),
        ("\"9223372036854775807\"", "\"0\"", "-18", "9.223372036854775807", "0", "1"),
        ("12", "0", "3", "12000", "0", "1"),
        ("\"0\"", "\"1\"", "-8", "0", "0.00000001", "0"),
        ("\"-5\"", "\"1\"", "0", "-5", "1", "0"),
    ] {
        let read = prints(body(&[item(price, conf, expo, "1704067200")]).as_bytes()).unwrap();
        let [print] = read.good.as_slice() else { panic!("{read:?}") };
        assert_eq!((print.id.as_str(), print.time), (ID, 1_704_067_200_000));
        assert_eq!((print.value, print.interval), (decimal(value), decimal(interval)), "{price}");
        assert_eq!(confidence(print), decimal(sure), "{price} ± {conf}");
    }
}

#[test]
fn an_odd_price_is_odd_alone() {
    let good = item("\"1\"", "\"0\"", "0", "1704067200");
    for (price, conf, expo, time) in [
        ("null", "\"0\"", "0", "1704067200"),
        ("\"NaN\"", "\"0\"", "0", "1704067200"),
        ("\"1\"", "\"0\"", "1000000", "1704067200"),
        ("\"1\"", "\"0\"", "0", "1704067200000"),
        ("\"1\"", "\"0\"", "0", "-1"),
    ] {
        let read = prints(body(&[item(price, conf, expo, time), good.clone()]).as_bytes()).unwrap();
        assert_eq!((read.good.len(), read.odd), (1, 1), "{price} {conf} {expo} {time}");
    }
    assert!(prints(b"{\"binary\":{}}").is_err());
    assert!(prints(b"[]").is_err());
}

#[test]
fn ids_are_read_in_any_form() {
    assert_eq!(plain(&format!("0x{}", ID.to_uppercase())), ID);
    assert_eq!(plain(&format!("0X{ID}")), ID);
    assert_eq!(plain(ID), ID);
    assert!(is_id(ID));
    for id in ["", "ETH/USD", &ID[1..], &format!("{ID}0"), &ID.replace('f', "g")] {
        assert!(!is_id(id), "{id}");
    }
}

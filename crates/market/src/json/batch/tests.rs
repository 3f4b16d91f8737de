//! Odd items among good ones.

use super::{Batch, Entries, Items};
use crate::json::{Number, NumberError, millis_of_millis, millis_of_seconds};

#[test]
fn an_odd_item_costs_only_itself() {
    assert!(serde_json::from_str::<Items<'_>>("[1, {\"deep\":[NULL]}]").is_err(), "no JSON");
    let items: Items<'_> = serde_json::from_str("[1, null, \"2\", {\"deep\":[]}, 3]").unwrap();
    let mut batch = Batch::new();
    for item in items.0 {
        let number: Number<'_> = serde_json::from_str(item.get()).unwrap();
        batch.take(number.whole().map(|whole| (whole != 3).then_some(whole)));
    }
    assert_eq!((batch.good, batch.odd), (vec![1, 2], 2));
    assert_eq!(batch.first, Some(NumberError::Null.to_string()));
}

#[test]
fn names_come_as_they_came() {
    let entries: Entries<'_> = serde_json::from_str(r#"{"b":1,"a\u0062":[2],"b":null}"#).unwrap();
    let entries: Vec<_> = entries.0.iter().map(|(name, raw)| (&**name, raw.get())).collect();
    assert_eq!(entries, [("b", "1"), ("ab", "[2]"), ("b", "null")]);
    assert!(serde_json::from_str::<Entries<'_>>("[1]").is_err());
}

#[test]
fn a_time_in_another_unit_is_no_time() {
    assert_eq!(millis_of_seconds(1_704_067_200), Ok(1_704_067_200_000));
    assert_eq!(millis_of_millis(1_704_067_200_123), Ok(1_704_067_200_123));
    for seconds in [0, 1_704_067_200_000, 1_704_067_200_000_000, u64::MAX] {
        assert!(millis_of_seconds(seconds).is_err(), "{seconds}");
    }
    for millis in [0, 1_704_067_200, 1_704_067_200_000_000, u64::MAX] {
        assert!(millis_of_millis(millis).is_err(), "{millis}");
    }
}

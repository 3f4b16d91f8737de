//! Settings as text.

use super::*;

#[test]
fn confirmations_are_read_as_they_are_written() {
    for (text, wanted) in [
        ("finality", Confirmations::Finality),
        ("0 blocks", Confirmations::Blocks(0)),
        ("1 block", Confirmations::Blocks(1)),
        ("100000 blocks", Confirmations::Blocks(100_000)),
    ] {
        let read: Confirmations = text.parse().unwrap();
        assert_eq!(read, wanted, "{text}");
        let again: Confirmations = String::from(read).parse().unwrap();
        assert_eq!(again, wanted, "{text}");
    }
}

#[test]
fn what_is_no_depth_is_refused() {
    for text in
        ["", "12", "-1 blocks", "+1 blocks", " blocks", "100001 blocks", "Finality", "1 day"]
    {
        let error = text.parse::<Confirmations>().unwrap_err();
        assert!(error.to_string().contains("12 blocks"), "{error}");
    }
}

#[test]
fn times_have_their_unit() {
    assert_eq!(TimeUnit::Seconds.of(7), 7);
    assert_eq!(TimeUnit::Milliseconds.of(7), 7_000);
}

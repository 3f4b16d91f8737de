//! Parameters as they come.

use super::*;

fn asked(pairs: &[(&str, &str)]) -> Asked {
    Asked::of(pairs)
}

#[test]
fn numbers_are_whole() {
    let one = |value: &str| asked(&[("n", value)]).number("n");
    assert_eq!(one("12").unwrap(), Some(12));
    assert_eq!(one(" 12 ").unwrap(), Some(12));
    assert_eq!(one("-5").unwrap(), Some(0));
    assert_eq!(one("").unwrap(), None);
    for wrong in ["1.5", "1e9", "x", "9223372036854775808", "0x1", "\u{0}"] {
        assert_eq!(one(wrong).unwrap_err().code(), "PARAMETER_INVALID", "{wrong}");
    }
}

#[test]
fn counts_have_a_bound() {
    let one = |value: &str| asked(&[("n", value)]).count("n", 100);
    assert_eq!(one("0").unwrap(), Some(0));
    assert_eq!(one("100").unwrap(), Some(100));
    for wrong in ["101", "-1", "99999999999999999999", "ten"] {
        assert!(one(wrong).unwrap_err().detail().contains("from 0 to 100"), "{wrong}");
    }
}

#[test]
fn the_first_of_a_name_counts_and_little_is_repeated() {
    let twice = asked(&[("a", "1"), ("a", "2"), ("b", "")]);
    assert_eq!((twice.text("a"), twice.text("b"), twice.text("c")), (Some("1"), None, None));
    assert!(twice.needed("c").unwrap_err().detail().contains("`c` is missing"));
    assert_eq!(shown(&"x\u{0}y".repeat(1_000_000)).len(), 80);
}

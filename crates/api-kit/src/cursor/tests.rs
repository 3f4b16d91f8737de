//! Cursors survive the round trip and nothing else.

use super::List;

fn list() -> List {
    List::new("swaps", 1, "pool=0xab")
}

#[test]
fn a_cursor_of_this_list_is_read() {
    for position in [&b""[..], b"x", &[0; 64]] {
        assert_eq!(list().position(&list().cursor(position)).unwrap(), position);
    }
}

#[test]
fn a_cursor_of_another_list_is_refused() {
    let cursor = list().cursor(b"position");
    for other in [
        List::new("pools", 1, "pool=0xab"),
        List::new("swaps", 2, "pool=0xab"),
        List::new("swaps", 1, ""),
    ] {
        assert_eq!(other.position(&cursor).unwrap_err().code(), "CURSOR_INVALID");
    }
}

#[test]
fn every_changed_character_is_noticed() {
    let cursor = list().cursor(b"position");
    for index in 0..cursor.len() {
        let mut changed = cursor.clone().into_bytes();
        changed[index] = if changed[index] == b'0' { b'1' } else { b'0' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(list().position(&changed).is_err(), "{changed}");
    }
}

#[test]
fn rubbish_is_refused() {
    for text in ["", "0", "zz", "01", "0102030405060708", "💥", &"00".repeat(10_000)] {
        assert_eq!(list().position(text).unwrap_err().code(), "CURSOR_INVALID", "{text:.20}");
    }
}

#[test]
fn filter_and_position_do_not_run_together() {
    let left = List::new("swaps", 1, "a").cursor(b"bc");
    assert!(List::new("swaps", 1, "ab").position(&left).is_err());
}

#[test]
fn a_long_symbol_fits() {
    let position = "💥".repeat(64).into_bytes();
    let position = [vec![7; 20], position].concat();
    assert_eq!(list().position(&list().cursor(&position)).unwrap(), position);
}

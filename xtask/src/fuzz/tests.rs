//! The command line of `fuzz`.

use super::{REQUESTS, Wish, read};

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn numbers_are_read() {
    assert_eq!(read(&words("rest")).unwrap(), Wish { requests: REQUESTS, seed: 1 });
    let wish = read(&words("rest --seed 7 --requests 50")).unwrap();
    assert_eq!(wish, Wish { requests: 50, seed: 7 });
}

#[test]
fn what_makes_no_sense_is_refused() {
    for line in ["", "soap", "rest --requests", "rest --requests many", "rest --runs 3"] {
        assert!(read(&words(line)).is_err(), "{line}");
    }
}

//! The median is the middle one.

use std::time::Duration;

use super::median;

#[test]
fn the_middle_one_is_taken_whole() {
    let of = |seconds: &[u64]| {
        median(seconds.to_vec(), |second| Duration::from_secs(*second)).map_err(|_| ())
    };
    assert_eq!(of(&[9, 1, 5]), Ok(5));
    assert_eq!(of(&[4, 2]), Ok(4));
    assert_eq!(of(&[3]), Ok(3));
    assert_eq!(of(&[]), Err(()));
}

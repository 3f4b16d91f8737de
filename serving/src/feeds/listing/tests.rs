//! How long a listing is told.

use super::*;

#[test]
fn a_listing_stands_for_what_is_left_of_its_life() {
    let seconds = Duration::from_secs;
    assert_eq!(left(seconds(0)), LIFE);
    assert_eq!(left(seconds(3)), seconds(2));
    assert_eq!(left(Duration::from_millis(4_200)), Duration::from_millis(800));
    assert_eq!(left(LIFE), Duration::ZERO);
    assert_eq!(left(seconds(60)), Duration::ZERO);
}

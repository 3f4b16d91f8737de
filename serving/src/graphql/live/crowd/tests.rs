//! Places are free again when they are given back; who wants too many of them is done with.

use super::*;

#[test]
fn refusals_are_counted_and_what_is_given_back_is_free() {
    let crowd = Crowd::default();
    let mut held = Vec::new();
    for _ in 0..MOST_OPEN {
        held.push((crowd.enter().unwrap(), crowd.open()));
        assert!(held.iter().all(|(_, open)| open.is_some()));
    }
    // what is refused takes a place until it is written
    assert!(crowd.open().is_none());
    held.extend((MOST_OPEN..MOST_UNFINISHED).map(|_| (crowd.enter().unwrap(), None)));
    held.pop();
    held.push((crowd.enter().unwrap(), None));
    assert!(!crowd.is_over());
    assert!(crowd.enter().is_none() && crowd.is_over());
    // nothing makes that good again
    held.clear();
    assert!(crowd.enter().is_some() && crowd.open().is_some() && crowd.is_over());
}

//! How batches shrink; that they are stored all the same is tested on a server with a tiny cache, end to end.

use super::Portion;

#[test]
fn a_portion_is_halved_and_never_nothing() {
    let portion = Portion::new(5);
    let shared = portion.clone();
    assert_eq!(portion.events(), 5);
    // a batch has about so many, its last block may bring more
    assert_eq!(shared.halve(7), 2);
    assert_eq!(portion.events(), 2);
    assert_eq!(portion.halve(2), 1);
    assert_eq!(portion.halve(2), 1);
    // one with less than was allowed
    assert_eq!(Portion::new(8_000).halve(100), 50);
    assert_eq!(Portion::new(0).events(), 1);
}

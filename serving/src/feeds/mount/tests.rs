//! What caches are told of answers that age by themselves.

use super::*;

#[test]
fn nobody_may_keep_what_tells_of_the_moment_for_longer_than_it_stands() {
    for (next_block, left, wanted) in
        [(60, 5_000, 5), (60, 2_999, 2), (60, 999, 0), (60, 0, 0), (1, 4_000, 1)]
    {
        let age = age_of_moment(next_block, Duration::from_millis(left));
        assert_eq!(age, format!("public, max-age={wanted}"), "{left} ms are left");
    }
}

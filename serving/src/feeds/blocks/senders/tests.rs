//! What is kept is bounded.

use super::*;

#[test]
fn the_oldest_is_forgotten_first() {
    let mut known = Known::default();
    let key = |n: u8| (1, B256::repeat_byte(n));
    for n in [1, 2, 2, 3, 1, 4] {
        known.add(key(n), (Address::repeat_byte(n), u32::from(n)), 3);
    }
    assert_eq!(known.sent.len(), 3);
    assert_eq!(known.sent.get(&key(1)), None);
    assert_eq!(known.sent.get(&key(4)), Some(&(Address::repeat_byte(4), 4)));
    assert_eq!(known.order, [key(2), key(3), key(4)]);
}

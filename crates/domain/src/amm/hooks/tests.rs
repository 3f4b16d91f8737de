//! Tests: each permission by its bit.

use alloy_primitives::{Address, U160};

use super::may_change_swaps;

#[test]
fn only_what_is_called_in_a_swap_counts() {
    assert!(!may_change_swaps(Address::ZERO));
    for bit in 0..160_usize {
        let hooks = Address::from(U160::from(1) << bit);
        assert_eq!(may_change_swaps(hooks), [2, 3, 6, 7].contains(&bit), "bit {bit}");
    }
}

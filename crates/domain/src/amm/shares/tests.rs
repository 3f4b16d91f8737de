//! Shares against what is true of any pair.

use alloy_primitives::U256;
use proptest::prelude::*;

use super::amounts;

fn number(value: u128) -> U256 {
    U256::from(value)
}

#[test]
fn what_the_contract_gives_or_refuses() {
    let holds = [number(1_000), number(7)];
    assert_eq!(amounts(number(1), number(3), holds), Some([number(333), number(2)]));
    assert_eq!(amounts(number(3), number(3), holds), Some(holds));
    assert_eq!(amounts(U256::ZERO, number(3), holds), Some([U256::ZERO; 2]));
    assert_eq!(amounts(number(1), U256::ZERO, holds), None, "nobody has shares");
    assert_eq!(amounts(number(4), number(3), holds), None, "more than there are");
    // SafeMath's product
    assert_eq!(amounts(U256::MAX, U256::MAX, [number(2), number(0)]), None);
}

proptest! {
    /// What all give together is never more than the pair holds, and short of it by less than a unit each.
    #[test]
    fn parts_never_exceed_the_whole(mine: u64, theirs: u64, held0: u128, held1: u128) {
        let (mine, theirs) = (U256::from(mine), U256::from(theirs));
        let (all, holds) = (mine + theirs, [number(held0), number(held1)]);
        prop_assume!(!all.is_zero());
        let one = amounts(mine, all, holds).unwrap();
        let other = amounts(theirs, all, holds).unwrap();
        for side in [0, 1] {
            let given = one[side] + other[side];
            prop_assert!(given <= holds[side] && holds[side] - given <= U256::from(1));
        }
    }
}

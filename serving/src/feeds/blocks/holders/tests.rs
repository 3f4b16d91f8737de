//! In order, once for a block.

use super::*;

#[test]
fn the_largest_come_first() {
    let address = Address::repeat_byte;
    let amounts = [(1, 2), (2, 0), (3, 9), (5, 1), (4, 1)];
    let held = by_size(amounts.map(|(n, amount)| (address(n), U256::from(amount))).into());
    let order: Vec<Address> = held.iter().map(|(account, _)| *account).collect();
    assert_eq!(order, [3, 1, 4, 5].map(address));
}

#[test]
fn of_another_block_nothing_is_kept() {
    let pool = |n: u8| PoolId::Contract(Address::repeat_byte(n));
    let mut of_block = OfBlock::default();
    for n in 0..40 {
        of_block.add(B256::repeat_byte(1), pool(n), Held::default());
    }
    assert_eq!((of_block.held.len(), of_block.held.contains_key(&pool(39))), (KEPT, true));
    of_block.add(B256::repeat_byte(2), pool(1), Held::default());
    assert_eq!(of_block.held.keys().copied().collect::<Vec<_>>(), [pool(1)]);
}

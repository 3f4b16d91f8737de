//! What was announced stays announced.

use alloy_primitives::B256;

use super::*;

const CHAINS: [ChainId; 2] = [1, 2];

fn block(number: u64, branch: u8) -> BlockRef {
    let hash = B256::repeat_byte(branch);
    BlockRef { number, hash, parent_hash: B256::ZERO, timestamp: number * 10 + u64::from(branch) }
}

fn known(highest: &Highest, chain: ChainId) -> Option<BlockRef> {
    highest.get(chain).map(|announced| announced.block)
}

#[test]
fn it_only_rises() {
    let (highest, [chain, other]) = (Highest::default(), CHAINS);
    assert_eq!(highest.get(chain), None);
    assert_eq!(highest.raise(chain, block(100, 1), 1), block(100, 1));
    assert_eq!(highest.raise(chain, block(101, 1), 2), block(101, 1));
    // a request that began at an older block
    assert_eq!(highest.raise(chain, block(100, 1), 3), block(101, 1));
    assert_eq!(highest.raise(other, block(7, 1), 4), block(7, 1));
    assert_eq!(known(&highest, chain), Some(block(101, 1)));
}

#[test]
fn another_branch_has_another_block_at_the_height() {
    let (highest, [chain, _]) = (Highest::default(), CHAINS);
    highest.raise(chain, block(100, 1), 1);
    let first = highest.get(chain).unwrap();
    highest.replace(chain, &first, block(100, 2), 2);
    let second = highest.get(chain).unwrap();
    assert_eq!(second.block, block(100, 2));
    // somebody was faster
    highest.raise(chain, block(103, 2), 3);
    highest.replace(chain, &second, block(100, 3), 4);
    assert_eq!(known(&highest, chain), Some(block(103, 2)));
}

#[test]
fn who_looked_before_is_not_told_that_the_chain_was_taken_back() {
    let (highest, [chain, _]) = (Highest::default(), CHAINS);
    highest.raise(chain, block(100, 1), 5);
    let announced = highest.get(chain).unwrap();
    assert_eq!(announced.seen(100, 4), Seen::Reached);
    assert_eq!(announced.seen(100, 6), Seen::Reached);
    assert_eq!(announced.seen(99, 4), Seen::Earlier);
    assert_eq!(announced.seen(99, 6), Seen::Gone);
    // the same block again is no news
    highest.raise(chain, block(100, 1), 9);
    assert_eq!(highest.get(chain).unwrap().seen(99, 6), Seen::Gone);
    // a higher one is
    highest.raise(chain, block(101, 1), 10);
    assert_eq!(highest.get(chain).unwrap().seen(100, 6), Seen::Earlier);
}

//! What was announced stays announced.

use alloy_primitives::B256;

use super::*;

const CHAINS: [ChainId; 2] = [1, 2];

fn block(number: u64, branch: u8) -> BlockRef {
    let hash = B256::repeat_byte(branch);
    BlockRef { number, hash, parent_hash: B256::ZERO, timestamp: number * 10 + u64::from(branch) }
}

#[test]
fn it_only_rises() {
    let (highest, [chain, other]) = (Highest::default(), CHAINS);
    assert_eq!(highest.get(chain), None);
    assert_eq!(highest.raise(chain, block(100, 1)), block(100, 1));
    assert_eq!(highest.raise(chain, block(101, 1)), block(101, 1));
    // a request that began at an older block
    assert_eq!(highest.raise(chain, block(100, 1)), block(101, 1));
    assert_eq!(highest.raise(other, block(7, 1)), block(7, 1));
    assert_eq!(highest.get(chain), Some(block(101, 1)));
}

#[test]
fn another_branch_has_another_block_at_the_height() {
    let (highest, [chain, _]) = (Highest::default(), CHAINS);
    highest.raise(chain, block(100, 1));
    highest.replace(chain, block(100, 1), block(100, 2));
    assert_eq!(highest.get(chain), Some(block(100, 2)));
    // somebody was faster
    highest.raise(chain, block(103, 2));
    highest.replace(chain, block(100, 2), block(100, 3));
    assert_eq!(highest.get(chain), Some(block(103, 2)));
}

//! How blocks are cut into transactions.

use alloy_primitives::{Address, B256, U256};
use domain::{
    block::{Block, BlockRef},
    event::{Event, EventKind, EventMeta},
};

use super::{Part, part};

/// A block of so many events.
fn block(number: u64, events: u32) -> Block {
    let event = |log_index| Event {
        meta: EventMeta { address: Address::ZERO, tx_hash: B256::ZERO, tx_index: 0, log_index },
        kind: EventKind::V2Sync { reserve0: U256::ZERO, reserve1: U256::ZERO },
    };
    let header = BlockRef { number, hash: B256::ZERO, parent_hash: B256::ZERO, timestamp: number };
    Block { header, senders: Vec::new(), events: (0..events).map(event).collect() }
}

/// All blocks, in parts of so many events.
fn parts(blocks: &[Block], events: usize, undo_from: u64) -> Vec<Part<'_>> {
    let mut rest = blocks;
    std::iter::from_fn(|| {
        let part = part(rest, events, true, undo_from);
        rest = &rest[part.blocks.len()..];
        (!part.blocks.is_empty()).then_some(part)
    })
    .collect()
}

fn cut(blocks: &[Block], events: usize, undo_from: u64) -> Vec<usize> {
    parts(blocks, events, undo_from).iter().map(|part| part.blocks.len()).collect()
}

#[test]
fn what_is_open_takes_as_much_as_there_is_room_for() {
    let blocks: Vec<Block> = (0..4).map(|number| block(number, 10)).collect();
    for (room, whole, taken) in [(25, false, 2), (9, false, 0), (9, true, 1), (0, false, 0)] {
        assert_eq!(part(&blocks, room, whole, 100).blocks.len(), taken, "{room} {whole}");
    }
    assert_eq!(part(&[], 80, true, 100).blocks.len(), 0);
}

#[test]
fn parts_are_whole_blocks_and_smaller_where_blocks_can_be_taken_back() {
    let blocks: Vec<Block> = (0..20).map(|number| block(number, 10)).collect();
    assert_eq!(cut(&blocks, 80, 100), [8, 8, 4]);
    assert_eq!(cut(&blocks, 80, 0), [1; 20]);
    let mixed = cut(&blocks, 80, 10);
    assert_eq!(mixed.iter().sum::<usize>(), 20);
    assert_eq!(mixed[0], 8, "as far below as before");
    assert_eq!(mixed[mixed.len() - 9..], [1; 9]);
}

#[test]
fn a_block_that_is_too_large_goes_alone_and_empty_ones_are_not_lost() {
    let blocks = [block(0, 0), block(1, 500), block(2, 0), block(3, 1)];
    assert_eq!(cut(&blocks, 80, 100).iter().sum::<usize>(), 4);
    assert_eq!(cut(&[block(1, 500)], 80, 100), [1]);
    assert!(cut(&[], 80, 100).is_empty());
}

#[test]
fn a_part_says_what_it_weighs() {
    let blocks: Vec<Block> = (0..4).map(|number| block(number, 10)).collect();
    let weights = |undo_from| -> Vec<usize> {
        parts(&blocks, 80, undo_from).iter().map(|part| part.weight).collect()
    };
    assert_eq!(weights(100), [40]);
    assert_eq!(weights(0), [80; 4]);
    assert_eq!(weights(3), [30, 80], "one more would be too much");
}

//! The search on chains that are made up.

use super::*;

/// Numbers that look random and are not.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// Blocks with times, and which of them have swaps.
fn chain(dice: &mut Dice) -> Vec<(u64, u64, bool)> {
    let (mut block, mut time) = (dice.roll(1_000), 1_600_000_000);
    let (longest, busy) = (1 + dice.roll(50), 1 + dice.roll(10));
    let mut blocks = Vec::new();
    for _ in 0..1 + dice.roll(400) {
        blocks.push((block, time, dice.roll(busy) == 0));
        block += 1;
        time += dice.roll(longest) * if dice.roll(60) == 0 { 10_000 } else { 1 };
    }
    blocks
}

fn search(blocks: &[(u64, u64, bool)], time: u64, near: u64) -> (Around, u32) {
    let (first, last) = (blocks[0], blocks[blocks.len() - 1]);
    let mut search = Search::new(time, (first.0, first.1), (last.0, last.1), near);
    let mut looks = 0;
    while let Some(at) = search.next() {
        let found = blocks.iter().rev().find(|(block, _, swaps)| *block <= at && *swaps);
        search.learn(at, found.map(|(block, time, _)| (*block, *time)));
        looks += 1;
    }
    (search.around(), looks)
}

#[test]
fn every_swap_is_on_its_side() {
    let mut dice = Dice(7);
    for _ in 0..2_000 {
        let blocks = chain(&mut dice);
        let (first, last) = (blocks[0].1, blocks[blocks.len() - 1].1);
        let some = blocks[usize::try_from(dice.roll(blocks.len() as u64)).unwrap()].1;
        for time in [0, first, first + 1, some, some + 1, last, last + 1, last + 99, u64::MAX] {
            for near in [1, NEAR] {
                let (found, looks) = search(&blocks, time, near);
                assert!(looks < LOOKS / 2, "{looks} looks");
                for (block, seconds, _) in blocks.iter().filter(|(_, _, swaps)| *swaps) {
                    let side = (*block <= found.older, *block >= found.younger);
                    assert!(
                        !side.0 || *seconds < time,
                        "{block} is not older than {time}: {found:?}"
                    );
                    assert!(!side.1 || *seconds >= time, "{block} is older than {time}: {found:?}");
                    assert!(near > 1 || side.0 || side.1, "{block} is on no side: {found:?}");
                }
            }
        }
    }
}

#[test]
fn an_even_pace_takes_few_looks() {
    let blocks: Vec<_> = (0..300_000).map(|n| (n, 1_600_000_000 + 12 * n, n % 2 == 0)).collect();
    for time in [1_600_000_005, 1_601_000_000, 1_603_333_333] {
        let (found, looks) = search(&blocks, time, NEAR);
        assert!(looks <= 6, "{looks} looks");
        assert!(found.younger - found.older <= NEAR);
        let (found, looks) = search(&blocks, time, 1);
        assert!(looks <= 12, "{looks} looks");
        assert_eq!(found.younger - found.older, 1);
    }
}

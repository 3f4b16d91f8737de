//! Who asks the same asks once; what fails is asked again.

use std::cell::RefCell;

use super::{
    kept::Blocks,
    trip::{Outcome, Trip},
    *,
};

const BLOCK: B256 = B256::repeat_byte(1);

fn ask(n: u8) -> Ask {
    Ask::Native(Address::repeat_byte(n))
}

/// Looks for answers, and the trips that leave for them.
fn look(blocks: &mut Blocks, block: B256, asks: &[Ask]) -> (usize, usize, Vec<Trip>) {
    let trips = RefCell::new(Vec::new());
    let (known, arrivals) = blocks.look(block, asks, |trip| trips.borrow_mut().push(trip)).unwrap();
    (known.len(), arrivals.len(), trips.into_inner())
}

fn answers(asks: &BTreeSet<Ask>) -> Outcome {
    let told = |ask: &Ask| (ask.clone(), Ok(Some(Bytes::from_static(b"told"))));
    Outcome::Answers(Arc::new(asks.iter().map(told).collect()))
}

#[test]
fn questions_of_a_moment_travel_together_and_once() {
    let mut blocks = Blocks::default();
    let (known, arrivals, trips) = look(&mut blocks, BLOCK, &[ask(1), ask(2)]);
    assert_eq!((known, arrivals, trips.len()), (0, 1, 1));
    // another request: one question is the same, one boards the same trip
    assert_eq!((0, 1, 0), {
        let (k, a, t) = look(&mut blocks, BLOCK, &[ask(2), ask(3)]);
        (k, a, t.len())
    });
    let asked = blocks.leave(BLOCK, false);
    assert_eq!(asked, BTreeSet::from([ask(1), ask(2), ask(3)]));
    // while it is under way nothing is asked twice, and what is new takes the next trip
    let (known, arrivals, more) = look(&mut blocks, BLOCK, &[ask(1), ask(4)]);
    assert_eq!((known, arrivals, more.len()), (0, 2, 1));
    blocks.arrive(BLOCK, &asked, &answers(&asked));
    let (known, arrivals, none) = look(&mut blocks, BLOCK, &[ask(1), ask(2), ask(3)]);
    assert_eq!((known, arrivals, none.len()), (3, 0, 0));
    assert_eq!(blocks.leave(BLOCK, false), BTreeSet::from([ask(4)]));
}

#[test]
fn a_failure_is_forgotten_and_another_block_knows_nothing() {
    let mut blocks = Blocks::default();
    drop(look(&mut blocks, BLOCK, &[ask(1), ask(2)]));
    let asked = blocks.leave(BLOCK, false);
    let failed = Problem::unavailable("CHAIN_UNAVAILABLE", "no");
    let half = [(ask(1), Ok(None)), (ask(2), Err(failed.clone()))];
    blocks.arrive(BLOCK, &asked, &Outcome::Answers(Arc::new(half.into())));
    let (known, _, trips) = look(&mut blocks, BLOCK, &[ask(1), ask(2)]);
    assert_eq!((known, trips.len()), (1, 1));
    let asked = blocks.leave(BLOCK, false);
    assert_eq!(asked, BTreeSet::from([ask(2)]));
    blocks.arrive(BLOCK, &asked, &Outcome::Failed(failed));
    assert_eq!(look(&mut blocks, BLOCK, &[ask(2)]).2.len(), 1);
    assert_eq!(look(&mut blocks, B256::repeat_byte(2), &[ask(1)]).2.len(), 1);
}

#[test]
fn a_trip_that_nobody_drives_any_more_is_not_waited_for() {
    let mut blocks = Blocks::default();
    drop(look(&mut blocks, BLOCK, &[ask(1)]));
    drop(blocks.leave(BLOCK, false));
    assert_eq!(look(&mut blocks, BLOCK, &[ask(1)]).2.len(), 1);
}

#[test]
fn old_blocks_are_forgotten_and_too_much_is_refused() {
    let mut blocks = Blocks::default();
    for n in 1..=9 {
        let block = B256::repeat_byte(n);
        drop(look(&mut blocks, block, &[ask(1)]));
        let asked = blocks.leave(block, false);
        blocks.arrive(block, &asked, &answers(&asked));
    }
    assert_eq!(look(&mut blocks, B256::repeat_byte(9), &[ask(1)]).0, 1);
    assert_eq!(look(&mut blocks, B256::repeat_byte(1), &[ask(1)]).0, 0);
    let flood: Vec<Ask> =
        (0..5_000_u32).map(|n| Ask::Native(Address::left_padding_from(&n.to_be_bytes()))).collect();
    let refused = blocks.look(B256::repeat_byte(9), &flood, drop).unwrap_err();
    assert_eq!(refused.code(), "LIVE_BUSY");
}

#[test]
fn contracts_that_may_do_anything_travel_on_their_own() {
    let mut blocks = Blocks::default();
    let wild = Ask::Call(Address::repeat_byte(9), Bytes::new());
    let pool = Ask::Pool(Address::repeat_byte(9), Bytes::new());
    let (_, arrivals, trips) = look(&mut blocks, BLOCK, &[wild.clone(), pool.clone(), ask(1)]);
    assert_eq!((arrivals, trips.len()), (2, 2));
    assert_eq!(blocks.leave(BLOCK, true), BTreeSet::from([wild]));
    assert_eq!(blocks.leave(BLOCK, false), BTreeSet::from([pool, ask(1)]));
}

//! Who asks the same asks once; what fails is asked again.

use std::{cell::RefCell, collections::BTreeSet};

use super::{
    kept::{Blocks, MOST_ASKED, MOST_KNOWN},
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

fn many(n: u32) -> Vec<Ask> {
    (0..n).map(|n| Ask::Native(Address::left_padding_from(&n.to_be_bytes()))).collect()
}

/// Questions about contracts of somebody's choice.
fn wild(numbers: std::ops::Range<u32>) -> Vec<Ask> {
    let call = |n: u32| Ask::Call(Address::left_padding_from(&n.to_be_bytes()), Bytes::new());
    numbers.map(call).collect()
}

/// Lets trips leave and arrive; how many questions each had.
fn travel(blocks: &mut Blocks, trips: &[Trip]) -> Vec<usize> {
    let arrive = |trip: &Trip| {
        let asked = blocks.leave(trip);
        blocks.arrive(trip.block, &asked, &answers(&asked));
        asked.len()
    };
    trips.iter().map(arrive).collect()
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
    let asked = blocks.leave(&trips[0]);
    assert_eq!(asked, BTreeSet::from([ask(1), ask(2), ask(3)]));
    // while it is under way nothing is asked twice, and what is new takes the next trip
    let (known, arrivals, more) = look(&mut blocks, BLOCK, &[ask(1), ask(4)]);
    assert_eq!((known, arrivals, more.len()), (0, 2, 1));
    blocks.arrive(BLOCK, &asked, &answers(&asked));
    let (known, arrivals, none) = look(&mut blocks, BLOCK, &[ask(1), ask(2), ask(3)]);
    assert_eq!((known, arrivals, none.len()), (3, 0, 0));
    assert_eq!(blocks.leave(&more[0]), BTreeSet::from([ask(4)]));
}

#[test]
fn a_failure_is_forgotten_and_another_block_knows_nothing() {
    let mut blocks = Blocks::default();
    let trips = look(&mut blocks, BLOCK, &[ask(1), ask(2)]).2;
    let asked = blocks.leave(&trips[0]);
    let failed = Problem::unavailable("CHAIN_UNAVAILABLE", "no");
    let half = [(ask(1), Ok(None)), (ask(2), Err(failed.clone()))];
    blocks.arrive(BLOCK, &asked, &Outcome::Answers(Arc::new(half.into())));
    let (known, _, trips) = look(&mut blocks, BLOCK, &[ask(1), ask(2)]);
    assert_eq!((known, trips.len()), (1, 1));
    let asked = blocks.leave(&trips[0]);
    assert_eq!(asked, BTreeSet::from([ask(2)]));
    blocks.arrive(BLOCK, &asked, &Outcome::Failed(failed));
    assert_eq!(look(&mut blocks, BLOCK, &[ask(2)]).2.len(), 1);
    assert_eq!(look(&mut blocks, B256::repeat_byte(2), &[ask(1)]).2.len(), 1);
}

#[test]
fn a_trip_that_nobody_drives_any_more_is_not_waited_for() {
    let mut blocks = Blocks::default();
    let trips = look(&mut blocks, BLOCK, &[ask(1)]).2;
    drop(blocks.leave(&trips[0]));
    drop(trips);
    assert_eq!(look(&mut blocks, BLOCK, &[ask(1)]).2.len(), 1);
    // nor boarded
    assert_eq!(look(&mut blocks, BLOCK, &[ask(2)]).2.len(), 1);
}

#[test]
fn old_blocks_are_forgotten() {
    let mut blocks = Blocks::default();
    for n in 1..=9 {
        let block = B256::repeat_byte(n);
        let trips = look(&mut blocks, block, &[ask(1)]).2;
        assert_eq!(travel(&mut blocks, &trips), [1]);
    }
    assert_eq!(look(&mut blocks, B256::repeat_byte(9), &[ask(1)]).0, 1);
    assert_eq!(look(&mut blocks, B256::repeat_byte(1), &[ask(1)]).0, 0);
}

#[test]
fn who_does_not_find_room_takes_the_next_trip() {
    let mut blocks = Blocks::default();
    let (_, arrivals, trips) = look(&mut blocks, BLOCK, &many(4_500));
    assert_eq!((arrivals, trips.len()), (3, 3));
    // the last one has room still
    assert_eq!(look(&mut blocks, BLOCK, &[ask(9)]).2.len(), 0);
    // they leave in any order
    assert_eq!(travel(&mut blocks, &trips[1..]), [2_000, 501]);
    assert_eq!(look(&mut blocks, BLOCK, &[ask(8)]).2.len(), 1);
    assert_eq!(travel(&mut blocks, &trips[..1]), [2_000]);
    assert_eq!(look(&mut blocks, BLOCK, &many(4_500)).0, 4_500);
}

#[test]
fn contracts_that_may_do_anything_travel_in_small_trips() {
    let mut blocks = Blocks::default();
    let (_, arrivals, trips) = look(&mut blocks, BLOCK, &wild(0..25));
    assert_eq!((arrivals, trips.len()), (3, 3));
    assert_eq!(travel(&mut blocks, &trips), [10, 10, 5]);
}

#[test]
fn what_is_under_way_is_bounded_and_what_is_known_makes_room() {
    let mut blocks = Blocks::default();
    let most = u32::try_from(MOST_ASKED).unwrap();
    let trips = look(&mut blocks, BLOCK, &wild(0..most)).2;
    let refused = blocks.look(BLOCK, &wild(most..most + 1), drop).unwrap_err();
    assert_eq!(refused.code(), "LIVE_BUSY");
    // who asks for what is under way is let in, and so are questions of another kind
    assert_eq!(look(&mut blocks, BLOCK, &wild(0..5)).1, 1);
    let native = look(&mut blocks, BLOCK, &many(most)).2;
    let more = many(most + 1);
    assert_eq!(blocks.look(BLOCK, &more[more.len() - 1..], drop).unwrap_err().code(), "LIVE_BUSY");
    travel(&mut blocks, &native);
    travel(&mut blocks, &trips);
    assert_eq!(look(&mut blocks, BLOCK, &wild(0..most)).0, MOST_ASKED);

    // answers take nobody's room: the oldest of those contracts go first
    assert_eq!(2 * MOST_ASKED, MOST_KNOWN);
    for from in (1..20).map(|n| n * most) {
        let trips = look(&mut blocks, BLOCK, &wild(from..from + most)).2;
        assert_eq!(trips.len(), MOST_ASKED / 10);
        travel(&mut blocks, &trips);
    }
    assert_eq!(look(&mut blocks, BLOCK, &many(most)).0, MOST_ASKED);
    assert_eq!(look(&mut blocks, BLOCK, &wild(19 * most..20 * most)).0, MOST_ASKED);
    let (known, _, again) = look(&mut blocks, BLOCK, &wild(0..10));
    assert_eq!((known, again.len()), (0, 1));
}

#[test]
fn contracts_that_may_do_anything_travel_on_their_own() {
    let mut blocks = Blocks::default();
    let wild = Ask::Call(Address::repeat_byte(9), Bytes::new());
    let pool = Ask::Pool(Address::repeat_byte(9), Bytes::new());
    let (_, arrivals, trips) = look(&mut blocks, BLOCK, &[wild.clone(), pool.clone(), ask(1)]);
    assert_eq!((arrivals, trips.len()), (2, 2));
    assert_eq!(blocks.leave(&trips[0]), BTreeSet::from([wild]));
    assert_eq!(blocks.leave(&trips[1]), BTreeSet::from([pool, ask(1)]));
}

#[test]
fn who_was_not_heard_travels_apart_and_takes_nobodys_room() {
    let mut blocks = Blocks::default();
    let slow = Address::left_padding_from(&7_u32.to_be_bytes());
    let now = Instant::now();
    blocks.silent.note(slow, now);
    blocks.silent.note(slow, now);
    let (_, arrivals, trips) = look(&mut blocks, BLOCK, &wild(0..9));
    assert_eq!((arrivals, trips.len()), (2, 2));
    let asked: Vec<_> = trips.iter().map(|trip| blocks.leave(trip)).collect();
    assert_eq!(asked.iter().map(BTreeSet::len).collect::<Vec<_>>(), [8, 1]);
    assert!(asked[1].contains(&Ask::Call(slow, Bytes::new())));
    // as much as may be under way is asked of the one, and others are asked all the same
    let many = (0..u32::try_from(MOST_ASKED).unwrap() - 1)
        .map(|n| Ask::Call(slow, Bytes::copy_from_slice(&n.to_be_bytes())));
    drop(look(&mut blocks, BLOCK, &many.collect::<Vec<_>>()));
    let more = [Ask::Call(slow, Bytes::from_static(b"more"))];
    assert_eq!(blocks.look(BLOCK, &more, drop).unwrap_err().code(), "LIVE_BUSY");
    assert_eq!(look(&mut blocks, BLOCK, &wild(10..20)).2.len(), 1);
}

//! What is read, and when it is given up.

use alloy_primitives::Address;
use domain::ids::PoolId;

use super::*;
use crate::feeds::{
    asked::Asked,
    pairs::tests::{pair, swap},
};

fn span(asked: &[(&str, &str)]) -> Span {
    Span::parse(&Asked::of(asked)).unwrap()
}

fn id(pool: u16) -> PoolId {
    PoolId::Contract(Address::left_padding_from(&pool.to_be_bytes()))
}

/// A pool with its swaps, newest first.
struct Made {
    pair: Pair,
    swaps: Vec<Swap>,
}

/// Sales in these blocks, and purchases in those that `is_buy` names.
fn made(number: u16, blocks: impl Iterator<Item = u64>, is_buy: impl Fn(u64) -> bool) -> Made {
    let one = |block: u64| {
        let amount = if is_buy(block) { -5 } else { 5 };
        let mut swap = swap(block, amount, -amount);
        (swap.pool, swap.meta.position.log_index) = (id(number), number.into());
        swap
    };
    let mut swaps: Vec<Swap> = blocks.map(one).collect();
    swaps.sort_unstable_by_key(|swap| std::cmp::Reverse(swap.meta.position));
    let mut pair = pair("1", false);
    pair.pool.id = id(number);
    pair.pool.swap_count = swaps.len() as u64;
    pair.pool.updated_block = swaps.first().map_or(1, |swap| swap.meta.position.block);
    Made { pair, swaps }
}

/// What a search finds, as block and pool; since when that is whole; and its reads.
fn run(pools: &[Made], span: Span) -> (Vec<(u64, PoolId)>, Option<u64>, usize) {
    let (found, whole_from, reads, is_stuck) = search(pools, span);
    assert!(!is_stuck);
    (found, whole_from, reads)
}

/// The same, and whether it is stuck.
fn search(pools: &[Made], span: Span) -> (Vec<(u64, PoolId)>, Option<u64>, usize, bool) {
    let pairs: Vec<Pair> = pools.iter().map(|made| made.pair.clone()).collect();
    // blocks are seconds apart
    let above = Position { block: span.to.min(1 << 30).saturating_sub(999), log_index: 0, item: 0 };
    let mut search = Search::new(&pairs, span, above);
    while let Some(part) = search.next() {
        let SwapQuery { pool, after, limit, .. } = part.query;
        let of = pools.iter().find(|made| Some(made.pair.pool.id) == pool).unwrap();
        let below = of.swaps.iter().filter(|swap| Some(swap.meta.position) < after);
        let swaps = below.take(limit as usize).cloned().collect();
        search.learn(&part, swaps);
    }
    let (whole_from, reads) = (search.whole_from(9_999_999), search.reads);
    let is_stuck = search.is_stuck();
    let found = search.found();
    let place = |(pair, swap): &(&Pair, Swap)| (swap.meta.position.block, pair.pool.id);
    (found.iter().map(place).collect(), whole_from, reads, is_stuck)
}

#[test]
fn one_read_is_enough_for_the_newest_of_a_pool() {
    let pools = [made(1, 1..=500, |_| false)];
    let (found, whole_from, reads) = run(&pools, span(&[("limit", "30")]));
    assert_eq!(found, (471..=500).map(|block| (block, id(1))).collect::<Vec<_>>());
    assert_eq!((whole_from, reads), (None, 1));
    let none = [made(1, 0..0, |_| false)];
    assert_eq!(run(&none, span(&[])), (vec![], None, 0), "who never traded is not read");
}

#[test]
fn a_rare_side_is_found_as_far_as_the_search_goes() {
    // one purchase that can be reached, and one that lies too deep
    let pools = [made(1, 1..=30_000, |block| block == 29_000 || block == 9_000)];
    let buys = span(&[("type", "buy"), ("limit", "5")]);
    let (found, whole_from, reads) = run(&pools, buys);
    assert_eq!(found, [(29_000, id(1))]);
    // the oldest block that was looked through, a second after each other
    assert_eq!((whole_from, reads), (Some(1_000 + 10_001), 20));
    // who goes on from there finds the other one
    let mut rest = [made(1, 1..=10_001, |block| block == 9_000)];
    let (found, whole_from, _) = run(&rest, buys);
    assert_eq!((found, whole_from), (vec![(9_000, id(1))], None));
    // what was found in time needs no more
    rest[0] = made(1, 1..=30_000, |block| block > 29_990);
    let (found, whole_from, reads) = run(&rest, buys);
    assert_eq!((found.len(), whole_from, reads), (5, None, 1));
}

#[test]
fn many_pools_are_read_no_further_than_the_wanted_ones_lie() {
    // the first ten are busy, all others were traded in once, long ago
    let mut pools: Vec<Made> = (0..10)
        .map(|n| made(n, (1_000..2_000).filter(move |b| b % 10 == u64::from(n)), |_| false))
        .collect();
    pools.extend((10..250).map(|n| made(n, u64::from(n)..=u64::from(n), |_| false)));
    let (found, whole_from, reads) = run(&pools, span(&[("limit", "100")]));
    let blocks: Vec<u64> = found.iter().map(|(block, _)| *block).collect();
    assert_eq!(blocks, (1_900..2_000).collect::<Vec<_>>());
    assert_eq!(whole_from, None);
    assert!(reads <= 20, "{reads} reads");
    // all of them are within the bound, too
    let (found, whole_from, _) = run(&pools, span(&[("limit", "0"), ("end_time", "1300")]));
    assert_eq!((found.len(), whole_from), (240, None));
}

#[test]
fn what_is_given_up_is_whole_since_then() {
    // 200 pools, in which nobody ever bought
    let pools: Vec<Made> = (0..200).map(|n| made(n, 1..=300, |_| false)).collect();
    let (found, whole_from, reads) = run(&pools, span(&[("type", "buy")]));
    let whole_from = whole_from.unwrap();
    assert!(found.is_empty() && (1_001..1_300).contains(&whole_from), "{whole_from}");
    assert!(reads <= MOST_READS, "{reads} reads");
    // and purchases in each of them, of which those that lie deep are not given: it is not known whether they are all
    let is_buy = |block: u64| block == 290 || block == 20;
    let pools: Vec<Made> = (0..200).map(|n| made(n, 1..=300, is_buy)).collect();
    let (found, whole_from, _) = run(&pools, span(&[("type", "buy"), ("limit", "0")]));
    assert!((1_021..1_290).contains(&whole_from.unwrap()), "{whole_from:?}");
    assert!(found.len() == 200 && found.iter().all(|(block, _)| *block == 290), "{found:?}");
}

#[test]
fn more_pools_than_can_be_looked_through_are_refused() {
    let many = |created: u64| -> Vec<Made> {
        let one = |n| {
            let mut made = made(n, 400..=500, |_| false);
            made.pair.pool.created.block = created;
            made
        };
        (0..300).map(one).collect()
    };
    let (found, _, reads, is_stuck) = search(&many(1), span(&[("end_time", "1300")]));
    assert!(found.is_empty() && is_stuck && reads == MOST_READS, "{reads} reads");
    // pools that came after it are none of them
    let mut pools = many(400);
    pools.push(made(999, 1..=500, |_| false));
    let (found, whole_from, reads) = run(&pools, span(&[("end_time", "1300"), ("limit", "3")]));
    assert!(found.len() == 3 && whole_from.is_none() && reads < 9, "{found:?} {reads} reads");
}

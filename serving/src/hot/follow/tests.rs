//! What a block changed is brought to it or goes; all else stands.

use alloy_primitives::B256;
use domain::{candle::Candle, figures::PoolInterval, row::Position};

use super::*;
use crate::hot::{
    LIFE,
    fixtures::{pool, swap, token},
    leaders::Leaders,
    tail::{Part, Row, Tail},
};

const BYTES: usize = 16 << 20;

fn place(number: u64) -> Place {
    Place { block: B256::left_padding_from(&number.to_be_bytes()), generation: 1 }
}

fn whole<R: Row>(rows: &[R], from: R::Place) -> Tail<R> {
    Tail::of(rows, &Part { from, before: None, limit: 100, is_newest: true }).unwrap()
}

/// All of two pools, 1 and 2, and their tokens.
fn held(now: Instant) -> Held {
    let mut held = Held::new(BYTES);
    held.stand(place(1));
    let oldest = Position { block: 0, log_index: 0, item: 0 };
    for number in [1, 2] {
        let pool = pool(number, number * 10);
        held.swaps.put(pool.id, whole(&[swap(pool.id, 1)], oldest), now);
        let day = (0, PoolInterval::default());
        held.periods.put((pool.id, Interval::Day), whole(&[day], 0), now);
        held.candles.put((pool.id, Resolution::W1), whole(&[Candle::default()], 0), now);
        for address in [pool.token0, pool.token1] {
            held.tokens.put(address, Arc::new(token(address)), now);
        }
        held.pools.put(pool.id, Arc::new(pool), now);
    }
    held.leaders.take(Leaders::of(vec![pool(2, 20), pool(1, 10)]), now);
    held
}

fn newest(held: &mut Held, pool: PoolId, now: Instant) -> Option<Vec<u64>> {
    let part = Part {
        from: Position { block: 0, log_index: 0, item: 0 },
        before: None,
        limit: 9,
        is_newest: true,
    };
    let rows = held.swaps.get(&pool, now)?.read(&part)?;
    Some(rows.iter().map(|row| row.meta.position.block).collect())
}

#[test]
fn what_changed_is_brought_along_and_all_else_stands() {
    let now = Instant::now();
    let mut held = held(now);
    let (one, two) = (pool(1, 10).id, pool(2, 20).id);
    let changed = BTreeSet::from([one]);
    assert_eq!(held.wanted(&changed, now), (true, true));
    let after = pool(1, 30);
    let brought = Brought {
        pools: Some(Arc::new([(one, after.clone())].into())),
        swaps: Some(Arc::new([(one, vec![swap(one, 2)])].into())),
    };
    held.follow(place(2), &changed, &brought, 2);
    assert!(held.moment(place(1)).is_none() && held.moment(place(2)).is_some());
    assert_eq!(newest(&mut held, one, now), Some(vec![1, 2]));
    assert_eq!(newest(&mut held, two, now), Some(vec![1]));
    assert_eq!(**held.pools.get(&one, now).unwrap(), after);
    assert!(held.pools.get(&two, now).is_some());
    for (pool, stands) in [(one, false), (two, true)] {
        assert_eq!(held.periods.get(&(pool, Interval::Day), now).is_some(), stands);
        assert_eq!(held.candles.get(&(pool, Resolution::W1), now).is_some(), stands);
    }
    // pool 1 was made before this block: its tokens are what they were
    assert!(held.tokens.get(&after.token0, now).is_some());
    let first = held.leaders.known(now).0.unwrap().page(&Leaders::query()).unwrap();
    assert!(first.iter().map(|pool| pool.id).eq([one, two]));
}

#[test]
fn what_was_not_read_is_forgotten() {
    let now = Instant::now();
    let mut held = held(now);
    let (one, two) = (pool(1, 10).id, pool(2, 20).id);
    held.follow(place(2), &[one].into(), &Brought::default(), 2);
    assert!(newest(&mut held, one, now).is_none() && newest(&mut held, two, now).is_some());
    assert!(held.pools.get(&one, now).is_none() && held.pools.get(&two, now).is_some());
    assert!(held.tokens.is_empty() && held.leaders.known(now).0.is_none());
}

#[test]
fn a_new_pool_is_counted_by_its_tokens() {
    let now = Instant::now();
    let mut held = held(now);
    let made = pool(3, 5);
    for address in [made.token0, made.token1] {
        held.tokens.put(address, Arc::new(token(address)), now);
    }
    let brought = Brought { pools: Some(Arc::new([(made.id, made.clone())].into())), swaps: None };
    held.follow(place(2), &[made.id].into(), &brought, made.created.block);
    assert!([made.token0, made.token1].iter().all(|token| held.tokens.get(token, now).is_none()));
}

#[test]
fn nothing_is_read_for_what_nobody_asked() {
    let now = Instant::now();
    let changed = BTreeSet::from([pool(1, 0).id]);
    assert_eq!(Held::new(BYTES).wanted(&changed, now), (false, false));
    let mut held = held(now);
    let other = BTreeSet::from([pool(7, 0).id]);
    assert_eq!(held.wanted(&other, now), (true, false));
    assert_eq!(held.wanted(&changed, now + LIFE), (false, false));
    assert!(held.swaps.is_empty() && held.tokens.is_empty());
}

/// What was read before something was forgotten is not taken after it.
#[test]
fn what_was_forgotten_does_not_come_back() {
    let hot = Hot::new(BYTES);
    hot.held(|held| held.stand(place(1)));
    let moment = hot.held(|held| held.moment(place(1))).flatten();
    assert!(hot.at(moment, |_| ()).is_some());
    hot.forget_pools();
    assert!(hot.at(moment, |_| ()).is_none());
    let moment = hot.held(|held| held.moment(place(1))).flatten();
    hot.forget_tokens([]);
    assert!(moment.is_some() && hot.at(moment, |_| ()).is_none());
}

//! Pages of the first pools are those of all pools, or nothing, however the pools change.

use domain::entity::Protocol;
use rand::{Rng as _, SeedableRng as _, rngs::SmallRng};

use super::*;
use crate::hot::fixtures::pool;

/// What the store would say.
fn plainly(all: &BTreeMap<PoolId, Pool>, query: &PoolQuery) -> Vec<PoolId> {
    let mut pools: Vec<&Pool> = all.values().collect();
    pools.sort_by_key(|pool| Reverse(rank(pool)));
    let after = match query.after {
        Some(PoolCursor::Tvl { usd, id }) => Some(of(usd, id)),
        _ => None,
    };
    let found = pools.into_iter().filter(|pool| {
        after.is_none_or(|after| rank(pool) < after)
            && query.protocol.is_none_or(|protocol| pool.protocol == protocol)
            && query.dex.as_ref().is_none_or(|dex| pool.dex == *dex)
            && query.token.is_none_or(|token| pool.token0 == token || pool.token1 == token)
    });
    found.map(|pool| pool.id).take(query.limit as usize).collect()
}

fn query(dice: &mut SmallRng, all: &BTreeMap<PoolId, Pool>) -> PoolQuery {
    let some = |dice: &mut SmallRng| all.values().nth(dice.random_range(0..all.len())).unwrap();
    let mut query = PoolQuery {
        order: PoolOrder::Tvl,
        limit: dice.random_range(1..=60),
        ..PoolQuery::default()
    };
    match dice.random_range(0..6) {
        0 => query.protocol = Some(Protocol::V4),
        1 => query.dex = Some("odd".to_owned()),
        2 => query.token = Some(some(dice).token0),
        _ => {}
    }
    if dice.random_bool(0.4) {
        let pool = some(dice);
        let usd = pool.figures.total_value_locked_usd;
        query.after = Some(PoolCursor::Tvl { usd, id: pool.id });
    }
    query
}

fn read(all: &BTreeMap<PoolId, Pool>) -> Leaders {
    let ids = plainly(all, &Leaders::query());
    Leaders::of(ids.iter().map(|id| all[id].clone()).collect())
}

#[test]
fn pages_are_those_of_all_pools() {
    for (seed, count) in [(1, 40), (2, READ as u64), (3, READ as u64 + 1), (4, 3_000)] {
        let mut dice = SmallRng::seed_from_u64(seed);
        let made = (0..count).map(|number| pool(number, dice.random_range(0..500)));
        let mut all: BTreeMap<PoolId, Pool> = made.map(|pool| (pool.id, pool)).collect();
        let mut leaders = read(&all);
        let (mut told, mut anew) = (0, 0);
        for step in 0..300_u64 {
            for _ in 0..5 {
                let query = query(&mut dice, &all);
                if let Some(page) = leaders.page(&query) {
                    told += 1;
                    let page: Vec<PoolId> = page.iter().map(|pool| pool.id).collect();
                    assert_eq!(page, plainly(&all, &query), "{query:?}");
                } else {
                    assert!(count >= READ as u64, "all of them are there");
                }
            }
            let numbers = (0..8).map(|_| dice.random_range(0..count + step));
            let numbers: BTreeSet<u64> = numbers.collect();
            let found = numbers.iter().map(|number| pool(*number, dice.random_range(0..510)));
            let found: BTreeMap<PoolId, Pool> = found.map(|pool| (pool.id, pool)).collect();
            all.extend(found.clone());
            let changed = found.keys().copied().collect();
            if !leaders.follow(&changed, &found) {
                anew += 1;
                leaders = read(&all);
            }
        }
        assert!(told > 500, "{told} of 1,500 pages, {anew} times read anew");
    }
}

#[test]
fn a_pool_that_is_gone_leads_no_more() {
    let all: BTreeMap<PoolId, Pool> =
        (0..5).map(|number| pool(number, number)).map(|pool| (pool.id, pool)).collect();
    let mut leaders = read(&all);
    let gone = pool(4, 0).id;
    assert!(leaders.follow(&[gone].into(), &BTreeMap::new()));
    let page = leaders.page(&PoolQuery { limit: 9, ..Leaders::query() }).unwrap();
    assert!(page.len() == 4 && page.iter().all(|pool| pool.id != gone));
}

#[test]
fn one_reads_for_all() {
    let (mut standing, now) = (Standing::default(), Instant::now());
    assert!(matches!(standing.known(now), (None, true)));
    assert!(matches!(standing.known(now), (None, false)));
    // who began to read went away
    assert!(matches!(standing.known(now + PATIENCE), (None, true)));
    standing.take(Leaders::of(Vec::new()), now);
    assert!(matches!(standing.known(now + LIFE - Duration::from_millis(1)), (Some(_), false)));
    assert!(matches!(standing.known(now + LIFE), (None, true)));
}

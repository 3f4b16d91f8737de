//! Every query walks an index of `indexes.rs`, reads little more than it gives, and no index is there for nothing.

use std::collections::BTreeSet;

use alloy_primitives::U256;
use bson::{Bson, Document, doc};
use domain::{
    candle::{Resolution, Subject},
    entity::Protocol,
    figures::Interval,
    fold::Key,
    row::{LiquidityEvent, Position, PositionEvent, PositionSnapshot, Swap},
};

use super::{ID, filled};
use crate::{
    candles::{self, CandleQuery},
    codec::chain_key,
    fixtures::{COLLECTION, POSITIONS, address, pool_id, tx},
    indexes::INDEXES,
    market,
    reader::{
        NftCollectionCursor, NftOwnedCursor, NftTransferQuery, PeriodQuery, PoolCursor, PoolOrder,
        PoolQuery, PositionId, PositionQuery, PositionsOf, ShareQuery, SharesOf, TokenQuery,
        accounts, audit, blocks, dexes, history, nfts, plan::Plan, pools, positions, series,
        tokens,
    },
    rows::Selection,
};

/// Every shape of every query, with and without its options.
fn plans(chain: i64) -> Vec<Plan> {
    let (pool, limit) = (pool_id(4), 5);
    let mut plans = Vec::new();
    for dex in [None, Some("dex".to_owned())] {
        for protocol in [None, Some(Protocol::V3)] {
            for token in [None, Some(address(2_001))] {
                for (order, cursor) in [
                    (PoolOrder::Created, PoolCursor::Created { block: 9, log_index: 1 }),
                    (PoolOrder::Swaps, PoolCursor::Swaps { count: 2, id: pool }),
                    (PoolOrder::Tvl, PoolCursor::Tvl { usd: 40.into(), id: pool }),
                ] {
                    for after in [None, Some(cursor)] {
                        let (dex, up_to) = (dex.clone(), None);
                        let query = PoolQuery { protocol, dex, token, up_to, order, after, limit };
                        plans.extend(pools::plans(chain, &query));
                    }
                }
            }
        }
    }
    plans.extend(others(chain));
    plans
}

/// Those of everything but lists of pools.
fn others(chain: i64) -> Vec<Plan> {
    let (pool, limit) = (pool_id(4), 5);
    let position = Some(Position { block: 40, log_index: 2, item: 0 });
    let mut plans = Vec::new();
    plans.push(pools::of_pair(chain, [address(2_001), address(2_004)], limit));
    for of in [SharesOf::Account(address(6)), SharesOf::Pool(pool)] {
        plans.push(accounts::plan(chain, &ShareQuery { of, after: None, limit }));
    }
    let periods = PeriodQuery { from: 0, to: u32::MAX, limit };
    plans.push(series::of_pool(chain, pool, Interval::Hour, &periods));
    plans.push(series::of_token(chain, (address(1), address(2_004)), Interval::Day, &periods));
    plans.push(series::of_factory(chain, address(1), &periods));
    plans.push(dexes::factories(chain));
    plans.push(blocks::not_younger(chain, 1_700_000_060));
    plans.push(pools::by_ids(chain, &[pool, pool_id(5)]));
    for symbol in [None, Some("T1".to_owned())] {
        for after in [None, Some(address(2_010))] {
            plans.push(tokens::plan(chain, &TokenQuery { symbol: symbol.clone(), after, limit }));
        }
    }
    plans.push(tokens::by_addresses(chain, &[address(2_010)]));
    for pool in [None, Some(pool)] {
        for account in [None, Some(address(6))] {
            for before in [None, position] {
                let selection = Selection { pool, account, before, ..Selection::default() };
                plans.push(selection.plan::<Swap>(chain));
                plans.push(selection.plan::<LiquidityEvent>(chain));
            }
        }
    }
    let of_transaction = Selection { transaction: Some(tx(9)), ..Selection::default() };
    plans.push(of_transaction.plan::<Swap>(chain));
    for (resolution, span) in [(Resolution::M1, 600), (Resolution::W1, 1_000_000_000)] {
        let (from, to) = (1_700_000_000, 1_700_000_000 + span);
        let subject = Subject::Pool(pool_id(1));
        let query = CandleQuery { subject, resolution, from, to, limit };
        plans.push(candles::query::plan(chain, &query));
        plans.push(candles::onward::plan(chain, &query));
    }
    let id = PositionId { manager: address(POSITIONS), token_id: U256::from(9) };
    for of in [PositionsOf::All, PositionsOf::Owner(address(1)), PositionsOf::Pool(pool)] {
        for manager in [None, Some(id.manager)] {
            for after in [None, Some(PositionId { token_id: U256::from(2), ..id })] {
                plans.push(positions::plan(chain, &PositionQuery { of, manager, after, limit }));
            }
        }
    }
    plans.push(positions::by_id(chain, id));
    plans.push(positions::of_token(id, position).plan::<PositionSnapshot>(chain));
    plans.push(positions::of_token(id, None).plan::<PositionEvent>(chain));
    plans.push(history::version(chain, &Key::Pool(pool_id(5)), 30));
    plans.push(audit::ticks(chain, pool_id(1)));
    plans.push(audit::balances(chain, &[(address(COLLECTION), U256::from(9), address(1))]));
    plans.push(audit::recent(chain, limit));
    plans.push(audit::since(chain, 55));
    let (collection, owner, token_id) = (address(COLLECTION), address(1), U256::from(9));
    let (in_collection, owned) =
        (NftCollectionCursor { token_id, owner }, NftOwnedCursor { collection, token_id });
    for paged in [false, true] {
        plans.push(nfts::owners(chain, collection, token_id, paged.then_some(owner), limit));
        plans.push(nfts::collection(chain, collection, paged.then_some(in_collection), limit));
        plans.push(nfts::owned(chain, owner, None, paged.then_some(owned), limit));
        plans.push(nfts::owned(chain, owner, Some(collection), paged.then_some(owned), limit));
        for token_id in [None, Some(token_id)] {
            let after = position.filter(|_| paged);
            plans.push(nfts::transfers(
                chain,
                &NftTransferQuery { collection, token_id, after, limit },
            ));
        }
    }
    plans
}

/// All stages of a plan.
fn stages(plan: &Bson, out: &mut Vec<String>) {
    match plan {
        Bson::Document(plan) => {
            if let Ok(stage) = plan.get_str("stage") {
                out.push(stage.to_owned());
            }
            plan.iter().for_each(|(_, value)| stages(value, out));
        }
        Bson::Array(plans) => plans.iter().for_each(|plan| stages(plan, out)),
        _ => {}
    }
}

fn number(stats: &Document, name: &str) -> i64 {
    stats
        .get(name)
        .and_then(|value| value.as_i64().or_else(|| value.as_i32().map(i64::from)))
        .unwrap()
}

#[tokio::test]
async fn every_query_walks_its_index() {
    let (mongo, _) = filled().await;
    let mut used = BTreeSet::new();
    for plan in plans(chain_key(ID)) {
        let mut find = doc! { "find": plan.collection, "filter": &plan.filter, "sort": &plan.sort, "hint": plan.index };
        if let Some(limit) = plan.limit {
            find.insert("limit", i64::from(limit));
        }
        let explain = doc! { "explain": find, "verbosity": "executionStats" };
        let answer = mongo.unseen().run_command(explain).await.unwrap();
        let mut found = Vec::new();
        stages(
            answer
                .get("queryPlanner")
                .and_then(|planner| planner.as_document()?.get("winningPlan"))
                .unwrap(),
            &mut found,
        );
        assert!(found.iter().any(|stage| stage == "IXSCAN"), "{found:?} {plan:?}");
        assert!(
            !found.iter().any(|stage| stage == "COLLSCAN" || stage == "SORT"),
            "{found:?} {plan:?}"
        );
        let stats = answer.get_document("executionStats").unwrap();
        let (keys, given) = (number(stats, "totalKeysExamined"), number(stats, "nReturned"));
        // a protocol or DEX among the pools of a token, and a protocol among those of a DEX, are what no index serves
        let conditions = ["protocol", "dex", "tokens"].into_iter();
        let several = conditions.filter(|name| plan.filter.contains_key(*name)).count() > 1;
        let slack = if several { 20 } else { 3 };
        assert!(keys <= given + slack, "{keys} keys for {given} documents: {plan:?}");
        used.insert((plan.collection, plan.index));
    }
    // market prices have no plans: what asks them, by which index, is explained by the tests of `queries`
    for index in INDEXES.iter().filter(|index| !market::COLLECTIONS.contains(&index.collection)) {
        assert!(used.contains(&(index.collection, index.name)), "{index:?} serves no query");
    }
    let pipeline = nfts::holders_count(chain_key(ID), address(COLLECTION), 1_000);
    let explain =
        doc! { "explain": { "aggregate": "nft_balances", "pipeline": pipeline, "cursor": {} } };
    let mut found = Vec::new();
    stages(&Bson::Document(mongo.unseen().run_command(explain).await.unwrap()), &mut found);
    assert!(
        found.contains(&"IXSCAN".to_owned()) && !found.contains(&"COLLSCAN".to_owned()),
        "{found:?}"
    );
    mongo.stop().await;
}

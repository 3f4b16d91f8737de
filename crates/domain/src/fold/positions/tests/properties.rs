//! Random lives of positions: ticks hold what positions hold, amounts add up, and everything can be taken back.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{entity::Tick, fold::Entity};

/// Something with one of a few positions.
#[derive(Debug, Clone, Copy)]
enum Act {
    Add(u64, u32, [u32; 2]),
    Take(u64, u32, [u32; 2]),
    Pay(u64, [u32; 2]),
    Give(u64, bool),
    Modify(u64, i32),
}

fn act() -> impl Strategy<Value = Act> {
    let token = 0u64..4;
    let amounts = || [any::<u32>(), any::<u32>()];
    prop_oneof![
        4 => (token.clone(), 1u32..1_000, amounts()).prop_map(|(t, l, a)| Act::Add(t, l, a)),
        3 => (token.clone(), 0u32..800, amounts()).prop_map(|(t, l, a)| Act::Take(t, l, a)),
        2 => (token.clone(), amounts()).prop_map(|(t, a)| Act::Pay(t, a)),
        2 => (token.clone(), any::<bool>()).prop_map(|(t, to)| Act::Give(t, to)),
        3 => (token, -500i32..900).prop_map(|(t, d)| Act::Modify(t, d)),
    ]
}

/// What a position should be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Model {
    owner: Address,
    liquidity: u128,
    paid: [u64; 2],
    freed: [u64; 2],
    fees: [u64; 2],
}

type Models = BTreeMap<(Address, u64), Model>;

/// The transaction of an act, if a chain could have it.
fn transaction(act: Act, models: &mut Models) -> Option<Vec<Emitted>> {
    let widen = |amounts: [u32; 2]| amounts.map(u64::from);
    Some(match act {
        Act::Add(token, liquidity, amounts) => {
            let (liquidity, amounts) = (u128::from(liquidity), widen(amounts));
            let known = models.contains_key(&(V3_MANAGER, token));
            let model = models.entry((V3_MANAGER, token)).or_default();
            model.liquidity += liquidity;
            if known {
                added(token, liquidity, amounts)
            } else {
                model.owner = ALICE;
                made(ALICE, token, liquidity, amounts)
            }
        }
        Act::Take(token, liquidity, amounts) => {
            let (liquidity, amounts) = (u128::from(liquidity), widen(amounts));
            let model = models.get_mut(&(V3_MANAGER, token))?;
            model.liquidity = model.liquidity.checked_sub(liquidity)?;
            model.freed = [0, 1].map(|i| model.freed[i] + amounts[i]);
            taken(token, liquidity, amounts)
        }
        Act::Pay(token, amounts) => {
            let amounts = widen(amounts);
            let model = models.get_mut(&(V3_MANAGER, token))?;
            for (i, amount) in amounts.into_iter().enumerate() {
                model.paid[i] += amount;
                model.fees[i] += amount.saturating_sub(model.freed[i]);
                model.freed[i] = model.freed[i].saturating_sub(amount);
            }
            paid(token, amounts)
        }
        Act::Give(token, to_bob) => {
            let model = models.get_mut(&(V3_MANAGER, token))?;
            let to = if to_bob { BOB } else { ALICE };
            let from = std::mem::replace(&mut model.owner, to);
            vec![transfer(V3_MANAGER, from, to, token)]
        }
        Act::Modify(token, delta) => {
            let known = models.contains_key(&(V4_MANAGER, token));
            let model = models.entry((V4_MANAGER, token)).or_default();
            let Some(liquidity) = model.liquidity.checked_add_signed(i128::from(delta)) else {
                if !known {
                    models.remove(&(V4_MANAGER, token));
                }
                return None;
            };
            model.liquidity = liquidity;
            let change = modified(V4_MANAGER, token, i64::from(delta));
            if known {
                vec![change]
            } else {
                model.owner = BOB;
                vec![transfer(V4_MANAGER, Address::ZERO, BOB, token), change]
            }
        }
    })
}

fn assert_as_modelled(chain: &Chain, models: &Models) {
    let mut gross = [0u128; 2];
    for manager in [V3_MANAGER, V4_MANAGER] {
        for token in 0..4 {
            let found = position(chain, manager, token);
            let Some(model) = models.get(&(manager, token)) else {
                assert!(found.is_none(), "{found:?}");
                continue;
            };
            let found = found.unwrap();
            let uints = |numbers: [u64; 2]| numbers.map(U256::from);
            assert_eq!((found.owner, found.chain_liquidity), (model.owner, model.liquidity));
            assert_eq!(found.liquidity.cast_unsigned(), model.liquidity);
            assert_eq!([found.collected0, found.collected1], uints(model.paid));
            assert_eq!([found.freed0, found.freed1], uints(model.freed));
            assert_eq!([found.fees_collected0, found.fees_collected1], uints(model.fees));
            gross[usize::from(manager == V4_MANAGER)] += model.liquidity;
        }
    }
    for (pool, gross) in [v3_pool(POOL), v4_pool(POOL)].into_iter().zip(gross) {
        for index in [RANGE.0, RANGE.1] {
            let tick: Option<Tick> = chain.find(&Key::Tick(pool, index));
            assert_eq!(tick.map_or(0, |tick| tick.liquidity_gross), gross);
        }
    }
}

proptest! {
    #[test]
    fn positions_add_up_and_can_be_taken_back(
        blocks in prop::collection::vec(prop::collection::vec(act(), 0..5), 1..25),
    ) {
        let mut chain = chain();
        let mut models = Models::new();
        let mut done: Vec<(Models, BlockChanges)> = Vec::new();
        for (n, acts) in (1u64..).zip(blocks) {
            let before = models.clone();
            let transactions: Vec<_> =
                acts.into_iter().filter_map(|act| transaction(act, &mut models)).collect();
            let changes = chain.transactions(MIDNIGHT + n * 700, transactions).unwrap();
            assert_as_modelled(&chain, &models);
            // a snapshot per event, and its last one is what the position is
            for row in &changes.rows.position_snapshots {
                let key = Key::NftPosition(row.manager, row.token_id);
                let after = changes.changes.iter().find(|change| change.key == key).unwrap();
                let Some(Entity::NftPosition(after)) = &after.after else { panic!("{after:?}") };
                let last = changes
                    .rows
                    .position_snapshots
                    .iter()
                    .rfind(|other| other.token_id == row.token_id)
                    .unwrap();
                prop_assert_eq!((last.owner, last.liquidity), (after.owner, after.liquidity));
                prop_assert_eq!(last.deposited_token0, after.deposited_token0);
                prop_assert_eq!(last.collected_fees_token1, after.collected_fees_token0);
            }
            done.push((before, changes));
        }
        while let Some((before, changes)) = done.pop() {
            chain.state.revert(&changes);
            assert_as_modelled(&chain, &before);
        }
    }
}

//! Growth inside the ranges of positions, as V3's manager copies it.

use super::*;
use crate::row::PositionSnapshot;

const MANAGER: Address = Address::repeat_byte(0x93);
const OWNER: Address = Address::repeat_byte(0xa1);
const TOKEN: U256 = U256::from_limbs([7, 0, 0, 0]);
const RANGE: (i32, i32) = (-100, 100);
const SIZE: u128 = 1 << 60;

type Emitted = (Address, EventKind);

fn chain() -> Chain {
    let mut chain = Chain::new();
    chain.watch.dexes[0].position_manager = Some(MANAGER);
    chain
}

/// What pool and manager say of liquidity that comes; with `new` the token is made.
fn put_in(model: &mut Model, size: u128, new: bool) -> Vec<Emitted> {
    let (pool, kind) = mint(model.id, RANGE, size, [U256::ONE; 2]);
    let EventKind::V3Mint { tick_lower, tick_upper, liquidity, amount0, amount1, .. } = kind else {
        panic!()
    };
    let owner = MANAGER;
    let kind = EventKind::V3Mint { owner, tick_lower, tick_upper, liquidity, amount0, amount1 };
    model.change(RANGE, i128::try_from(size).unwrap());
    let made = EventKind::Erc721Transfer { from: Address::ZERO, to: OWNER, token_id: TOKEN };
    let told = EventKind::PositionIncreased { token_id: TOKEN, liquidity, amount0, amount1 };
    let transfer = new.then_some((MANAGER, made));
    std::iter::once((pool, kind)).chain(transfer).chain([(MANAGER, told)]).collect()
}

/// The same of liquidity that goes; of none, when the manager only wants to know what is owed.
fn take_out(model: &mut Model, size: u128) -> Emitted {
    let (pool, kind) = burn(model.id, RANGE, size, [U256::ONE; 2]);
    let EventKind::V3Burn { tick_lower, tick_upper, liquidity, amount0, amount1, .. } = kind else {
        panic!()
    };
    let owner = MANAGER;
    model.change(RANGE, -i128::try_from(size).unwrap());
    (pool, EventKind::V3Burn { owner, tick_lower, tick_upper, liquidity, amount0, amount1 })
}

fn decreased(liquidity: u128) -> Emitted {
    let (amount0, amount1) = (U256::ONE, U256::ONE);
    (MANAGER, EventKind::PositionDecreased { token_id: TOKEN, liquidity, amount0, amount1 })
}

fn collected() -> Emitted {
    let (amount0, amount1, recipient) = (U256::ONE, U256::ONE, OWNER);
    (MANAGER, EventKind::PositionCollected { token_id: TOKEN, recipient, amount0, amount1 })
}

fn position(chain: &Chain) -> NftPosition {
    chain.get(&Key::NftPosition(MANAGER, TOKEN))
}

fn moves(model: &mut Model, zero_for_one: bool) -> Emitted {
    let wish = Op::Swap { zero_for_one, exact_in: true, value: 1 << 56, reach: Some(30) };
    model.happens(&wish).unwrap()
}

fn last(rows: &[PositionSnapshot]) -> Option<[U256; 2]> {
    rows.last().unwrap().fee_growth_inside
}

#[test]
fn a_position_knows_what_its_manager_saw_last() {
    let (mut chain, mut model) = (chain(), Model::new(Rules::V3));
    let born = model.born();
    chain.transactions(MIDNIGHT, vec![born]).unwrap();
    let wide = model.happens(&Op::Mint { lower: -900, width: 1_800, size: SIZE }).unwrap();
    chain.ok(MIDNIGHT, vec![wide]);
    let first = moves(&mut model, true);
    chain.ok(MIDNIGHT, vec![first]);
    let events = put_in(&mut model, SIZE, true);
    let seen = model.inside(RANGE);
    chain.transactions(MIDNIGHT, vec![events]).unwrap();
    assert_eq!(position(&chain).fee_growth_inside(), Some(seen));
    // swaps and transfers change nothing of it
    let event = moves(&mut model, false);
    let transfer = EventKind::Erc721Transfer { from: OWNER, to: MANAGER, token_id: TOKEN };
    let changes = chain.transactions(MIDNIGHT, vec![vec![event, (MANAGER, transfer)]]).unwrap();
    assert_ne!(model.inside(RANGE), seen);
    assert_eq!(position(&chain).fee_growth_inside(), Some(seen));
    assert_eq!(last(&changes.rows.position_snapshots), Some(seen));
    // to collect it looks, as long as there is liquidity
    let poke = take_out(&mut model, 0);
    let seen = model.inside(RANGE);
    let changes = chain.transactions(MIDNIGHT, vec![vec![poke, collected()]]).unwrap();
    assert_eq!(last(&changes.rows.position_snapshots), Some(seen));
    let event = moves(&mut model, true);
    chain.ok(MIDNIGHT, vec![event]);
    // all of it goes, and the ticks with it: what was before is what it saw
    let seen = model.inside(RANGE);
    let event = take_out(&mut model, SIZE);
    assert_ne!(model.inside(RANGE), seen);
    let later = moves(&mut model, true);
    let block = vec![vec![event, decreased(SIZE)], vec![later], vec![collected()]];
    let changes = chain.transactions(MIDNIGHT, block).unwrap();
    assert_eq!(position(&chain).fee_growth_inside(), Some(seen));
    let rows = &changes.rows.position_snapshots;
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.fee_growth_inside == Some(seen)));
    let before = chain.state.clone();
    chain.state.revert(&changes);
    assert_ne!(chain.state, before);
}

#[test]
fn a_pool_and_its_position_in_one_block() {
    let (mut chain, mut model) = (chain(), Model::new(Rules::V3));
    let mut block = vec![model.born()];
    let wide = model.happens(&Op::Mint { lower: -900, width: 1_800, size: SIZE }).unwrap();
    let first = moves(&mut model, true);
    block.push(vec![wide, first]);
    block.push(put_in(&mut model, SIZE, true));
    let at_first = model.inside(RANGE);
    let second = moves(&mut model, false);
    block.push(vec![second]);
    block.push(put_in(&mut model, SIZE, false));
    let at_last = model.inside(RANGE);
    let third = moves(&mut model, true);
    block.push(vec![third]);
    let changes = chain.transactions(MIDNIGHT, block).unwrap();
    assert_eq!(position(&chain).fee_growth_inside(), Some(at_last));
    let rows = changes.rows.position_snapshots;
    let seen: Vec<_> = rows.iter().map(|row| row.fee_growth_inside).collect();
    // the transfer that makes the token comes before the manager says what it saw
    assert_eq!(seen, [None, Some(at_first), Some(at_last)]);
    assert_ne!(at_first, at_last);
    // by convention all that grew before the range began was outside
    assert_eq!(at_first, [U256::ZERO; 2]);
}

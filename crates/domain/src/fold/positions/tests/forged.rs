//! Nobody makes a position out of what others emit, nor changes one that he does not manage.

use super::*;
use crate::{
    config::Dex,
    fold::kit::{FACTORY, SENDER, modify},
};

/// Where a contract stands that no factory made.
const FAKE: u8 = 0xfa;
/// A factory that is watched beside the first one.
const OTHER_FACTORY: Address = Address::repeat_byte(0xf5);
const AMOUNTS: [u64; 2] = [500_000_000, 700_000_000];

fn born() -> Emitted {
    transfer(V3_MANAGER, Address::ZERO, ALICE, 7)
}

fn mint_in(pool: u8) -> Emitted {
    pool_mint(pool, V3_MANAGER, 1_000, AMOUNTS)
}

/// The position that a transaction makes.
fn made_by(chain: &mut Chain, events: Vec<Emitted>) -> NftPosition {
    chain.transactions(MIDNIGHT + 12, vec![events]).unwrap();
    position(chain, V3_MANAGER, 7).unwrap()
}

fn assert_is_of(found: &NftPosition, pool: u8) {
    assert_eq!(found.pool, Some(v3_pool(pool)));
    assert_eq!((found.tick_lower, found.tick_upper), (Some(RANGE.0), Some(RANGE.1)));
    assert_eq!((found.chain_liquidity, found.owner), (1_000, ALICE));
    assert!(found.counted);
}

#[test]
fn a_fake_pool_takes_no_position() {
    let increase = || increased(7, 1_000, AMOUNTS);
    // wherever in the transaction it speaks, and whatever it repeats
    let told = [
        vec![mint_in(FAKE), mint_in(POOL), born(), increase()],
        vec![mint_in(POOL), mint_in(FAKE), born(), increase()],
        vec![mint_in(POOL), born(), mint_in(FAKE), increase()],
        vec![mint_in(POOL), born(), mint_in(FAKE), mint_in(FAKE), increase(), mint_in(FAKE)],
    ];
    for events in told {
        assert_is_of(&made_by(&mut chain(), events), POOL);
    }
    // alone it makes none of its own
    let found = made_by(&mut chain(), vec![mint_in(FAKE), born(), increase()]);
    assert_eq!((found.pool, found.token0, found.token1), (None, None, None));
    assert_eq!((found.chain_liquidity, found.counted, found.owner), (0, false, ALICE));
}

#[test]
fn a_pool_of_another_factory_takes_no_position() {
    let mut chain = chain();
    let fork = Dex {
        name: "fork".into(),
        factory: OTHER_FACTORY,
        position_manager: None,
        ..chain.watch.dexes[0].clone()
    };
    chain.watch.dexes.push(fork);
    let (_, created) = create(v3_pool(0xa3), LINK, WETH, 3_000);
    chain.ok(MIDNIGHT, vec![(OTHER_FACTORY, created)]);
    let events = vec![mint_in(POOL), mint_in(0xa3), born(), increased(7, 1_000, AMOUNTS)];
    assert_is_of(&made_by(&mut chain, events), POOL);
}

#[test]
fn a_pool_that_only_says_it_exists_takes_no_position() {
    // the announcement of a factory that nobody watches, or of the pool itself
    let (_, created) = create(v3_pool(FAKE), LINK, WETH, 3_000);
    for stranger in [BOB, Address::repeat_byte(FAKE)] {
        let mut chain = chain();
        assert_ne!(stranger, FACTORY);
        let announced = (stranger, created.clone());
        let events = vec![announced, mint_in(POOL), mint_in(FAKE), born()];
        let events = [events, vec![increased(7, 1_000, AMOUNTS)]].concat();
        assert_is_of(&made_by(&mut chain, events), POOL);
        assert!(chain.state.get(&Key::Pool(v3_pool(FAKE))).is_none());
    }
}

#[test]
fn a_fake_manager_changes_no_position() {
    let mut chain = chain();
    chain.transactions(MIDNIGHT + 12, vec![made(ALICE, 7, 1_000, AMOUNTS)]).unwrap();
    let before = position(&chain, V3_MANAGER, 7);
    let managed = [
        transfer(V3_MANAGER, ALICE, BOB, 7),
        increased(7, 1_000, AMOUNTS),
        taken(7, 1_000, AMOUNTS).remove(1),
        paid(7, AMOUNTS).remove(1),
    ];
    for (_, kind) in managed {
        let changes = chain.ok(MIDNIGHT + 24, vec![(BOB, kind.clone()), (V4_MANAGER, kind)]);
        // V4's manager has an own token 7, of which it may tell
        let ours = Key::NftPosition(V3_MANAGER, U256::from(7));
        assert!(changes.changes.iter().all(|change| change.key != ours));
        assert!(changes.rows.position_snapshots.is_empty());
    }
    assert_eq!(position(&chain, V3_MANAGER, 7), before);
}

#[test]
fn a_salt_of_somebody_else_changes_no_position() {
    let mut chain = chain();
    let make = vec![transfer(V4_MANAGER, Address::ZERO, ALICE, 1), modified(V4_MANAGER, 1, 400)];
    chain.transactions(MIDNIGHT + 12, vec![make]).unwrap();
    let before = position(&chain, V4_MANAGER, 1);
    assert_eq!(before.as_ref().map(|position| position.chain_liquidity), Some(400));
    // by another sender, in the same transaction as the owner's and alone, up and down
    for sender in [BOB, ALICE, V3_MANAGER, SENDER] {
        let events = vec![modified(sender, 1, 900), modified(sender, 1, -900)];
        let changes = chain.transactions(MIDNIGHT + 24, vec![events]).unwrap();
        let is_position = |key: &Key| matches!(key, Key::NftPosition(..));
        assert!(changes.changes.iter().all(|change| !is_position(&change.key)), "{sender}");
        // the pool has it nevertheless
        assert_eq!(changes.rows.liquidity.len(), 2, "{sender}");
    }
    // by the position manager in another contract's name: a pool manager that nobody watches
    let (_, kind) = modified(V4_MANAGER, 1, 900);
    let changes = chain.ok(MIDNIGHT + 36, vec![(BOB, kind.clone()), (V4_MANAGER, kind)]);
    assert!(changes.changes.is_empty() && changes.rows.liquidity.is_empty());
    // and of a pool that does not exist
    let PoolId::Key(id) = v4_pool(FAKE) else { panic!("no key") };
    let (manager, mut kind) = modified(V4_MANAGER, 1, 900);
    if let EventKind::V4ModifyLiquidity { id: of, .. } = &mut kind {
        *of = id;
    }
    assert!(chain.ok(MIDNIGHT + 36, vec![(manager, kind)]).changes.is_empty());
    // no salt is token 0's, which is nobody's
    chain.ok(MIDNIGHT + 48, vec![modify(v4_pool(POOL), RANGE, 5)]);
    assert!(position(&chain, V4_MANAGER, 0).is_none());
    assert_eq!(position(&chain, V4_MANAGER, 1), before);
}

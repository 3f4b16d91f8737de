//! Every event of the position managers, by hand, with all fields; and random ones, with all of it taken back.

use alloy_primitives::{Address, B256, I256, U256};

use crate::{
    event::EventKind,
    figures::NftPosition,
    fold::{
        BlockChanges, Key,
        kit::{Chain, LINK, MIDNIGHT, WETH, create, create_v4, initialize, v3_pool, v4_pool},
    },
    ids::PoolId,
};

mod forged;
mod properties;
mod v3;
mod v4;

const V3_MANAGER: Address = Address::repeat_byte(0xd3);
const V4_MANAGER: Address = Address::repeat_byte(0xd4);
const ALICE: Address = Address::repeat_byte(0xa1);
const BOB: Address = Address::repeat_byte(0xb0);
/// The pool of the tests: LINK has 8 decimals, WETH 18.
const POOL: u8 = 0xa1;
const RANGE: (i32, i32) = (-20, 30);

type Emitted = (Address, EventKind);

/// A chain with both managers and a pool of each protocol, in block 1.
fn chain() -> Chain {
    let mut chain = bare();
    let even = U256::ONE << 96;
    chain.ok(
        MIDNIGHT,
        vec![
            create(v3_pool(POOL), LINK, WETH, 3_000),
            initialize(v3_pool(POOL), even, 0),
            create_v4(v4_pool(POOL), [LINK, WETH], 500, even, 0),
        ],
    );
    chain
}

/// The same without pools.
fn bare() -> Chain {
    let mut chain = Chain::new();
    chain.watch.dexes[0].position_manager = Some(V3_MANAGER);
    chain.watch.dexes[1].position_manager = Some(V4_MANAGER);
    chain
}

fn position(chain: &Chain, manager: Address, token: u64) -> Option<NftPosition> {
    chain.find(&Key::NftPosition(manager, U256::from(token)))
}

fn contract(pool: PoolId) -> Address {
    match pool {
        PoolId::Contract(address) => address,
        PoolId::Key(_) => panic!("no contract"),
    }
}

fn transfer(manager: Address, from: Address, to: Address, token: u64) -> Emitted {
    (manager, EventKind::Erc721Transfer { from, to, token_id: U256::from(token) })
}

/// What a pool says of liquidity that somebody adds.
fn pool_mint(pool: u8, owner: Address, liquidity: u128, amounts: [u64; 2]) -> Emitted {
    let [amount0, amount1] = amounts.map(U256::from);
    let (tick_lower, tick_upper) = RANGE;
    let kind = EventKind::V3Mint { owner, tick_lower, tick_upper, liquidity, amount0, amount1 };
    (contract(v3_pool(pool)), kind)
}

fn increased(token: u64, liquidity: u128, amounts: [u64; 2]) -> Emitted {
    let ([amount0, amount1], token_id) = (amounts.map(U256::from), U256::from(token));
    (V3_MANAGER, EventKind::PositionIncreased { token_id, liquidity, amount0, amount1 })
}

/// A transaction that makes a V3 position.
fn made(owner: Address, token: u64, liquidity: u128, amounts: [u64; 2]) -> Vec<Emitted> {
    vec![
        pool_mint(POOL, V3_MANAGER, liquidity, amounts),
        transfer(V3_MANAGER, Address::ZERO, owner, token),
        increased(token, liquidity, amounts),
    ]
}

/// A transaction that adds to one.
fn added(token: u64, liquidity: u128, amounts: [u64; 2]) -> Vec<Emitted> {
    vec![pool_mint(POOL, V3_MANAGER, liquidity, amounts), increased(token, liquidity, amounts)]
}

/// A transaction that takes out of one; what it frees is owed.
fn taken(token: u64, liquidity: u128, amounts: [u64; 2]) -> Vec<Emitted> {
    let ([amount0, amount1], token_id) = (amounts.map(U256::from), U256::from(token));
    let (tick_lower, tick_upper) = RANGE;
    let owner = V3_MANAGER;
    let burn = EventKind::V3Burn { owner, tick_lower, tick_upper, liquidity, amount0, amount1 };
    let kind = EventKind::PositionDecreased { token_id, liquidity, amount0, amount1 };
    vec![(contract(v3_pool(POOL)), burn), (V3_MANAGER, kind)]
}

/// A transaction that pays out.
fn paid(token: u64, amounts: [u64; 2]) -> Vec<Emitted> {
    let ([amount0, amount1], token_id) = (amounts.map(U256::from), U256::from(token));
    let (tick_lower, tick_upper) = RANGE;
    let collect =
        EventKind::V3Collect { owner: V3_MANAGER, tick_lower, tick_upper, amount0, amount1 };
    let kind = EventKind::PositionCollected { token_id, recipient: BOB, amount0, amount1 };
    vec![(contract(v3_pool(POOL)), collect), (V3_MANAGER, kind)]
}

/// What the V4 pool says of a change by `sender`.
fn modified(sender: Address, token: u64, delta: i64) -> Emitted {
    let PoolId::Key(id) = v4_pool(POOL) else { panic!("no key") };
    let kind = EventKind::V4ModifyLiquidity {
        id,
        sender,
        tick_lower: RANGE.0,
        tick_upper: RANGE.1,
        liquidity_delta: I256::try_from(delta).unwrap(),
        salt: B256::from(U256::from(token)),
    };
    (crate::fold::kit::MANAGER, kind)
}

/// Takes these blocks back and compares with what was there before each.
fn take_back(chain: &mut Chain, blocks: Vec<(Option<NftPosition>, BlockChanges)>, of: Key) {
    for (before, changes) in blocks.into_iter().rev() {
        chain.state.revert(&changes);
        assert_eq!(chain.find::<NftPosition>(&of), before);
        assert_eq!(chain.state.counters(), changes.counters_before);
    }
}

//! Each rule of V3 with numbers worked out by hand. WETH is the reference token, DAI gives its price in USD, LINK is
//! whitelisted too, MEME is not.

use alloy_primitives::{Address, I256, U256};

use super::{BAD_PRICE, INFLATED, is_ignored_swap};
use crate::{
    decimal::Decimal,
    entity::Pool,
    event::EventKind,
    figures::{
        Account, Factory, Interval, PoolFigures, PoolInterval, ProtocolDay, TokenFigures,
        TokenInterval,
    },
    fold::{
        BlockChanges, Key,
        kit::{
            COIN, Chain, DAI, FACTORY, LINK, MEME, MIDNIGHT, MUTE, SENDER, SKIPPED, STABLE, WETH,
            burn, collect, create, dec, initialize, mint, signed, sqrt_of_four_to_the, swap, units,
            v3_pool,
        },
    },
    ids::PoolId,
    row::LiquidityKind,
};

mod events;
mod pools;

/// The pool of MEME and WETH.
const MEMES: u8 = 0xa1;
/// In range at every price of these tests.
const WIDE: (i32, i32) = (-100_000, 100_000);
const LIQUIDITY: u128 = 1_000_000;

fn ether(number: u64) -> U256 {
    units(number, 18)
}

fn deltas(amount0: i64, amount1: i64) -> [I256; 2] {
    [signed(amount0, 18), signed(amount1, 18)]
}

/// One WETH costs 1,024 DAI.
fn stable_swap(amount0: i64, amount1: i64) -> (Address, EventKind) {
    swap(v3_pool(STABLE), deltas(amount0, amount1), sqrt_of_four_to_the(5), LIQUIDITY, 69_318)
}

/// One WETH costs 64 MEME.
fn meme_swap(amount0: i64, amount1: i64) -> (Address, EventKind) {
    swap(v3_pool(MEMES), deltas(amount0, amount1), sqrt_of_four_to_the(-3), LIQUIDITY, -41_591)
}

/// Two pools, priced and filled, in one hour; only WETH has a price so far, and none in USD.
fn filled() -> (Chain, BlockChanges) {
    let mut chain = Chain::new();
    chain.ok(
        MIDNIGHT,
        vec![create(v3_pool(STABLE), WETH, DAI, 3_000), create(v3_pool(MEMES), MEME, WETH, 10_000)],
    );
    chain.ok(
        MIDNIGHT + 12,
        vec![
            initialize(v3_pool(STABLE), sqrt_of_four_to_the(5), 69_318),
            initialize(v3_pool(MEMES), sqrt_of_four_to_the(-3), -41_591),
        ],
    );
    let changes = chain.ok(
        MIDNIGHT + 24,
        vec![
            mint(v3_pool(STABLE), WIDE, LIQUIDITY, [ether(100), ether(102_400)]),
            mint(v3_pool(MEMES), WIDE, LIQUIDITY, [ether(6_400), ether(100)]),
        ],
    );
    (chain, changes)
}

/// The same after a swap in each: everything has a price.
fn priced() -> Chain {
    let (mut chain, _) = filled();
    chain.ok(MIDNIGHT + 36, vec![stable_swap(1, -1_024)]);
    chain.ok(MIDNIGHT + 48, vec![meme_swap(128, -2)]);
    chain
}

fn factory(chain: &Chain) -> Factory {
    chain.get(&Key::Factory(FACTORY))
}

fn token(chain: &Chain, token: Address) -> TokenFigures {
    chain.get(&Key::TokenFigures(FACTORY, token))
}

fn day(chain: &Chain) -> ProtocolDay {
    chain.get(&Key::ProtocolDay(FACTORY, 19_000))
}

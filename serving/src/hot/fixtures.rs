//! Made pools, tokens and swaps.

use alloy_primitives::{Address, B256};
use domain::{
    entity::{Created, Pool, PoolState, Protocol, Token},
    figures::PoolFigures,
    ids::PoolId,
    row::{Position, RowMeta, Swap},
};

/// The pool of a number, with so much locked value.
pub(super) fn pool(number: u64, usd: u64) -> Pool {
    let word = B256::left_padding_from(&number.to_be_bytes());
    let is_key = number.is_multiple_of(3);
    let id = if is_key { PoolId::Key(word) } else { PoolId::Contract(Address::from_word(word)) };
    let token = |one: u64| Address::left_padding_from(&(number % (one + 3)).to_be_bytes());
    Pool {
        id,
        dex: if number.is_multiple_of(2) { "even" } else { "odd" }.to_owned(),
        protocol: if is_key { Protocol::V4 } else { Protocol::V2 },
        factory: Address::ZERO,
        token0: token(1),
        token1: token(2),
        fee_pips: 3_000,
        tick_spacing: 0,
        hooks: Address::ZERO,
        created: Created { block: number, timestamp: 0, tx_hash: B256::ZERO, log_index: 0 },
        state: PoolState::Reserves { reserve0: Default::default(), reserve1: Default::default() },
        swap_count: 0,
        liquidity_event_count: 0,
        updated_block: 0,
        figures: PoolFigures { total_value_locked_usd: usd.into(), ..PoolFigures::default() },
    }
}

/// A swap of a pool.
pub(super) fn swap(pool: PoolId, block: u64) -> Swap {
    Swap {
        meta: RowMeta {
            position: Position { block, log_index: 0, item: 0 },
            timestamp: block,
            tx_hash: B256::ZERO,
            tx_index: 0,
            origin: None,
            gas_price: None,
        },
        pool,
        sender: Address::ZERO,
        recipient: Address::ZERO,
        amount0: Default::default(),
        amount1: Default::default(),
        sqrt_price_x96: None,
        tick: None,
        amount_usd: Default::default(),
        pair: None,
    }
}

/// A token that says nothing of itself.
pub(super) fn token(address: Address) -> Token {
    Token {
        address,
        symbol: None,
        name: None,
        decimals: None,
        total_supply: None,
        pool_count: 1,
        first_block: 0,
    }
}

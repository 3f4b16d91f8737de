//! Calls that read what a contract holds now, and what their answers say: for comparing it with what was folded from
//! events.
//!
//! Answers are read word by word: forks add fields behind the ones that all of them have.

use alloy_primitives::{Address, B256, Bytes, I256, U256, keccak256};
use alloy_sol_types::{SolCall, SolValue};
use domain::{
    entity::{Pool, PoolState, Protocol},
    ids::PoolId,
};

use crate::periphery::{Erc20, Erc721Preset, Erc1155Preset, V2Pair, V2Router, V3Pool};

mod positions;
#[cfg(test)]
mod tests;

pub use positions::{PositionState, position_calls, position_state};

alloy_sol_types::sol! {
    function extsload(bytes32 slot) external view returns (bytes32 value);
}

/// A call: contract and input.
pub type Call = (Address, Bytes);

/// Slot of the mapping of pools in the V4 `PoolManager`.
const V4_POOLS: u64 = 6;
/// Where a V4 pool's liquidity in range stands, from the pool's first slot; its price is in the first one.
const V4_LIQUIDITY: u64 = 3;
/// Where its mapping of ticks stands.
const V4_TICKS: u64 = 4;

/// The calls that read the state of a pool, in the order [`pool_state`] expects their answers.
#[must_use]
pub fn pool_calls(pool: &Pool) -> Vec<Call> {
    match (pool.id, pool.protocol) {
        (PoolId::Key(id), _) => {
            let slot = v4_slot(id);
            let liquidity = slot.wrapping_add(U256::from(V4_LIQUIDITY));
            vec![load(pool.factory, slot), load(pool.factory, liquidity)]
        }
        (PoolId::Contract(pair), Protocol::V2) => {
            vec![(pair, V2Pair::getReservesCall {}.abi_encode().into())]
        }
        (PoolId::Contract(pool), _) => vec![
            (pool, V3Pool::slot0Call {}.abi_encode().into()),
            (pool, V3Pool::liquidityCall {}.abi_encode().into()),
        ],
    }
}

/// Reads the answers of [`pool_calls`]; `None` when they are none.
#[must_use]
pub fn pool_state(pool: &Pool, answers: &[Bytes]) -> Option<PoolState> {
    let first = answers.first()?;
    if pool.protocol == Protocol::V2 {
        return Some(PoolState::Reserves { reserve0: word(first, 0)?, reserve1: word(first, 1)? });
    }
    let liquidity = low_128(word(answers.get(1)?, 0)?);
    let (sqrt_price_x96, tick) = if matches!(pool.id, PoolId::Key(_)) {
        let packed = word(first, 0)?;
        (packed & ((U256::ONE << 160) - U256::ONE), signed_24((packed >> 160_usize).to_be_bytes()))
    } else {
        (word(first, 0)?, signed_24(word(first, 1)?.to_be_bytes()))
    };
    Some(PoolState::Concentrated { sqrt_price_x96, tick, liquidity })
}

/// The call that reads a tick of a V3 or V4 pool.
#[must_use]
pub fn tick_call(pool: &Pool, index: i32) -> Option<Call> {
    match (pool.id, pool.protocol) {
        (PoolId::Key(id), _) => {
            let ticks = v4_slot(id).wrapping_add(U256::from(V4_TICKS));
            let key = I256::try_from(index).ok()?;
            Some(load(pool.factory, U256::from_be_bytes(keccak256((key, ticks).abi_encode()).0)))
        }
        (_, Protocol::V2) => None,
        (PoolId::Contract(pool), _) => {
            let tick = index.try_into().ok()?;
            Some((pool, V3Pool::ticksCall { tick }.abi_encode().into()))
        }
    }
}

/// Gross and net liquidity, from the answer of [`tick_call`].
#[must_use]
pub fn tick(pool: &Pool, answer: &[u8]) -> Option<(u128, i128)> {
    let first = word(answer, 0)?;
    let net = if matches!(pool.id, PoolId::Key(_)) { first >> 128 } else { word(answer, 1)? };
    Some((low_128(first), low_128(net).cast_signed()))
}

/// The call that reads the first slot of a V4 pool: where its fee stands, which hooks may have set.
#[must_use]
pub fn v4_slot0_call(manager: Address, id: B256) -> Call {
    load(manager, v4_slot(id))
}

/// The liquidity providers' fee in pips, from the answer of [`v4_slot0_call`]; `None` when the pool has no price.
#[must_use]
pub fn v4_lp_fee(answer: &[u8]) -> Option<u32> {
    // the price, the tick and the protocol's fee stand below it
    let packed = word(answer, 0)?;
    (!packed.is_zero()).then(|| (packed >> 208_usize & U256::from(0xff_ffff)).to())
}

/// The call that asks a V2 or V3 pool for its factory.
#[must_use]
pub fn factory_call(pool: Address) -> Call {
    (pool, V2Router::factoryCall {}.abi_encode().into())
}

/// The answer of [`factory_call`].
#[must_use]
pub fn factory(answer: &[u8]) -> Option<Address> {
    word(answer, 0).map(|word| Address::from_word(B256::from(word)))
}

/// The call that reads the owner of an ERC-721 token. It reverts for tokens that do not exist.
#[must_use]
pub fn owner_call(collection: Address, token_id: U256) -> Call {
    (collection, Erc721Preset::ownerOfCall { tokenId: token_id }.abi_encode().into())
}

/// The answer of [`owner_call`].
#[must_use]
pub fn owner(answer: &[u8]) -> Option<Address> {
    word(answer, 0).map(|word| Address::from_word(B256::from(word)))
}

/// The call that reads what an account holds of an ERC-20 token; [`balance`] reads its answer.
#[must_use]
pub fn token_balance_call(token: Address, owner: Address) -> Call {
    (token, Erc20::balanceOfCall { owner }.abi_encode().into())
}

/// The call that reads the balance of an ERC-1155 token.
#[must_use]
pub fn balance_call(collection: Address, token_id: U256, owner: Address) -> Call {
    (collection, Erc1155Preset::balanceOfCall { account: owner, id: token_id }.abi_encode().into())
}

/// The answer of [`balance_call`].
#[must_use]
pub fn balance(answer: &[u8]) -> Option<U256> {
    word(answer, 0)
}

fn load(manager: Address, slot: U256) -> Call {
    (manager, extsloadCall { slot: slot.into() }.abi_encode().into())
}

/// The first slot of a V4 pool.
fn v4_slot(id: B256) -> U256 {
    U256::from_be_bytes(keccak256((id, U256::from(V4_POOLS)).abi_encode()).0)
}

/// A word of an answer.
fn word(answer: &[u8], index: usize) -> Option<U256> {
    answer.get(index * 32..index * 32 + 32).map(U256::from_be_slice)
}

fn low_128(word: U256) -> u128 {
    (word & U256::from(u128::MAX)).to()
}

/// The lowest three bytes as a signed number.
const fn signed_24(word: [u8; 32]) -> i32 {
    let [.., a, b, c] = word;
    i32::from_be_bytes([a, b, c, 0]) >> 8
}

//! What the managers say of positions that are tokens.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use domain::entity::Protocol;

use super::{Call, low_128, owner, owner_call, signed_24, word};
use crate::periphery::{PositionManagerV3, PositionManagerV4};

/// A position as its manager knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PositionState {
    /// Holder of the token.
    pub owner: Address,
    /// Lower and upper tick.
    pub range: (i32, i32),
    /// Liquidity.
    pub liquidity: u128,
}

/// The calls that read a position, in the order [`position_state`] expects their answers. Those of V2 are no tokens.
#[must_use]
pub fn position_calls(protocol: Protocol, manager: Address, token_id: U256) -> Vec<Call> {
    let owner = owner_call(manager, token_id);
    match protocol {
        Protocol::V2 => Vec::new(),
        Protocol::V3 => {
            let position = PositionManagerV3::positionsCall { tokenId: token_id };
            vec![owner, (manager, position.abi_encode().into())]
        }
        Protocol::V4 => {
            let place = PositionManagerV4::getPoolAndPositionInfoCall { tokenId: token_id };
            let liquidity = PositionManagerV4::getPositionLiquidityCall { tokenId: token_id };
            let place = (manager, place.abi_encode().into());
            vec![owner, place, (manager, liquidity.abi_encode().into())]
        }
    }
}

/// Reads the answers of [`position_calls`]; `None` for a token that does not exist.
#[must_use]
pub fn position_state(protocol: Protocol, answers: &[Bytes]) -> Option<PositionState> {
    let owner = owner(answers.first()?).filter(|owner| !owner.is_zero())?;
    let place = answers.get(1)?;
    let (lower, upper, liquidity) = match protocol {
        Protocol::V2 => return None,
        Protocol::V3 => (word(place, 5)?, word(place, 6)?, word(place, 7)?),
        // behind the five words of the pool's key: a flag of 8 bits, lower and upper tick of 24 bits each, the pool
        Protocol::V4 => {
            let info = word(place, 5)?;
            (info >> 8, info >> 32, word(answers.get(2)?, 0)?)
        }
    };
    let range = (signed_24(lower.to_be_bytes()), signed_24(upper.to_be_bytes()));
    Some(PositionState { owner, range, liquidity: low_128(liquidity) })
}

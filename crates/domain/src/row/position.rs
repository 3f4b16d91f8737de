//! Rows of positions that are tokens.

use alloy_primitives::{Address, U256};
use serde::{Deserialize, Serialize};

use super::RowMeta;
use crate::{decimal::Decimal, ids::PoolId};

/// A V3 position after one of its events, as the reference sees it. The reference identifies it by position and block: of
/// several in one block it has only the last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionSnapshot {
    /// Where and when.
    pub meta: RowMeta,
    /// The pool.
    pub pool: PoolId,
    /// The position's manager.
    pub manager: Address,
    /// The position.
    pub token_id: U256,
    /// Its owner.
    pub owner: Address,
    /// Its liquidity.
    pub liquidity: i128,
    /// Token0 ever put in, in whole tokens.
    pub deposited_token0: Decimal,
    /// Token1 ever put in.
    pub deposited_token1: Decimal,
    /// Token0 freed by taking out liquidity.
    pub withdrawn_token0: Decimal,
    /// Token1 freed by taking out liquidity.
    pub withdrawn_token1: Decimal,
    /// Token0 paid out.
    pub collected_fees_token0: Decimal,
    /// Token0 paid out, once more: the reference's slip.
    pub collected_fees_token1: Decimal,
    /// Growth of both tokens' fees inside the range when its manager looked last, where it is known.
    pub fee_growth_inside: Option<[U256; 2]>,
}

/// What happened to a V4 position as a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PositionEventKind {
    /// It went to another owner; the zero address stands for mint and burn.
    Transfer,
    /// A contract is told of what happens to it from now on.
    Subscribe,
    /// It is told no more.
    Unsubscribe,
}

/// An event of a V4 position as a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionEvent {
    /// Where and when.
    pub meta: RowMeta,
    /// The position's manager.
    pub manager: Address,
    /// The position.
    pub token_id: U256,
    /// Kind.
    pub kind: PositionEventKind,
    /// Owner before a transfer.
    pub from: Option<Address>,
    /// Owner after a transfer, else the subscriber.
    pub to: Address,
}

/// Under what a position's rows are listed: the id's lowest 20 bytes, backwards, so that small ids differ at the front.
#[must_use]
pub fn token_key(token_id: U256) -> Address {
    let [key @ .., _, _, _, _, _, _, _, _, _, _, _, _] = token_id.to_le_bytes::<32>();
    Address::from(key)
}

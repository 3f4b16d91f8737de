//! Where V3 positions come from.

use alloy_primitives::Address;

use super::Place;
use crate::{
    block::Block,
    event::{Event, EventKind, EventMeta},
};

/// A range of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) pool: Address,
    pub(super) lower: i32,
    pub(super) upper: i32,
}

/// The range of a position that this transaction makes: that of the `Mint` of a pool for the manager whose liquidity and
/// amounts its `IncreaseLiquidity` repeats. Of several such the one that comes last before it. Anybody can emit a `Mint` in
/// the manager's name: only those of pools that are `known` count. `None` when the token was there before.
pub(super) fn range(
    block: &Block,
    meta: &EventMeta,
    at: Place,
    known: impl Fn(Address) -> bool,
) -> Option<Range> {
    let start = block.events.partition_point(|event| event.meta.tx_index < meta.tx_index);
    let events = block.events.get(start..)?;
    let events = events.iter().take_while(|event| event.meta.tx_index == meta.tx_index);
    let is_new = |event: &Event| {
        event.meta.address == at.manager
            && matches!(event.kind, EventKind::Erc721Transfer { from, token_id, .. }
                if from.is_zero() && token_id == at.token_id)
    };
    if !events.clone().any(is_new) {
        return None;
    }
    let mut minted: Vec<(&Event, Range)> = Vec::new();
    for event in events {
        match event.kind {
            EventKind::V3Mint { owner, tick_lower, tick_upper, .. }
                if owner == at.manager && known(event.meta.address) =>
            {
                let (pool, lower, upper) = (event.meta.address, tick_lower, tick_upper);
                minted.push((event, Range { pool, lower, upper }));
            }
            EventKind::PositionIncreased { token_id, liquidity, amount0, amount1 }
                if token_id == at.token_id && event.meta.address == at.manager =>
            {
                let same = |mint: &Event| {
                    matches!(mint.kind, EventKind::V3Mint {
                        liquidity: l, amount0: a0, amount1: a1, ..
                    } if (l, a0, a1) == (liquidity, amount0, amount1))
                };
                return minted.iter().rev().find(|(mint, _)| same(mint)).map(|(_, range)| *range);
            }
            _ => {}
        }
    }
    None
}

/// Whether the token is burnt later in the block.
pub(super) fn burnt_in(block: &Block, at: Place) -> bool {
    block.events.iter().any(|event| {
        event.meta.address == at.manager
            && matches!(event.kind, EventKind::Erc721Transfer { to, token_id, .. }
                if to.is_zero() && token_id == at.token_id)
    })
}

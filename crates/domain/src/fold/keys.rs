//! Which entities an event touches, so that they can be loaded in one read before the fold.

use alloy_primitives::Address;

use super::Key;
use crate::{
    event::{Event, EventKind},
    ids::PoolId,
};

/// Keys that folding the event may read or write.
pub fn touched(event: &Event, out: &mut Vec<Key>) {
    let emitter = PoolId::Contract(event.meta.address);
    match &event.kind {
        EventKind::V2PairCreated { token0, token1, pair: pool }
        | EventKind::V3PoolCreated { token0, token1, pool, .. } => {
            out.extend([
                Key::Pool(PoolId::Contract(*pool)),
                Key::Token(*token0),
                Key::Token(*token1),
            ]);
        }
        EventKind::V4Initialize { id, currency0, currency1, .. } => {
            out.extend([
                Key::Pool(PoolId::Key(*id)),
                Key::Token(*currency0),
                Key::Token(*currency1),
            ]);
        }
        EventKind::V2Sync { .. }
        | EventKind::V2Mint { .. }
        | EventKind::V2Burn { .. }
        | EventKind::V2Swap { .. }
        | EventKind::V3Initialize { .. }
        | EventKind::V3Collect { .. }
        | EventKind::V3Swap { .. }
        | EventKind::V3Flash { .. } => out.push(Key::Pool(emitter)),
        EventKind::V3Mint { tick_lower, tick_upper, .. }
        | EventKind::V3Burn { tick_lower, tick_upper, .. } => {
            range(emitter, *tick_lower, *tick_upper, out);
        }
        EventKind::V4ModifyLiquidity { id, tick_lower, tick_upper, .. } => {
            range(PoolId::Key(*id), *tick_lower, *tick_upper, out);
        }
        EventKind::V4Swap { id, .. } | EventKind::V4Donate { id, .. } => {
            out.push(Key::Pool(PoolId::Key(*id)));
        }
        EventKind::Erc721Transfer { from, to, token_id } => {
            holders(event.meta.address, *from, *to, [*token_id], out);
        }
        EventKind::Erc1155Transfer { from, to, items, .. } => {
            holders(event.meta.address, *from, *to, items.iter().map(|(id, _)| *id), out);
        }
    }
}

fn range(pool: PoolId, lower: i32, upper: i32, out: &mut Vec<Key>) {
    out.extend([Key::Pool(pool), Key::Tick(pool, lower), Key::Tick(pool, upper)]);
}

fn holders(
    collection: Address,
    from: Address,
    to: Address,
    ids: impl IntoIterator<Item = alloy_primitives::U256>,
    out: &mut Vec<Key>,
) {
    for id in ids {
        for holder in [from, to] {
            if !holder.is_zero() {
                out.push(Key::Nft(collection, id, holder));
            }
        }
    }
}

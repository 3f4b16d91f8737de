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
        | EventKind::V3Flash { .. }
        | EventKind::V3FeeProtocol { .. }
        | EventKind::V3CollectProtocol { .. } => out.push(Key::Pool(emitter)),
        EventKind::V2Transfer { from, to, .. } => shares(event.meta.address, *from, *to, out),
        EventKind::V3Mint { tick_lower, tick_upper, .. }
        | EventKind::V3Burn { tick_lower, tick_upper, .. } => {
            range(emitter, *tick_lower, *tick_upper, out);
        }
        EventKind::V4ModifyLiquidity { id, tick_lower, tick_upper, .. } => {
            range(PoolId::Key(*id), *tick_lower, *tick_upper, out);
        }
        EventKind::V4Swap { id, .. }
        | EventKind::V4Donate { id, .. }
        | EventKind::V4ProtocolFee { id, .. } => {
            out.push(Key::Pool(PoolId::Key(*id)));
        }
        EventKind::Erc721Transfer { from, to, token_id } => {
            holders(event.meta.address, *from, *to, [*token_id], out);
        }
        EventKind::Erc1155Transfer { from, to, items, .. } => {
            holders(event.meta.address, *from, *to, items.iter().map(|(id, _)| *id), out);
        }
        // their positions are known to whoever knows the managers
        EventKind::PositionIncreased { .. }
        | EventKind::PositionDecreased { .. }
        | EventKind::PositionCollected { .. }
        | EventKind::PositionSubscribed { .. }
        | EventKind::PositionUnsubscribed { .. }
        | EventKind::Contract(_) => {}
    }
}

/// The pool that an event speaks of, if it is a DEX's.
#[must_use]
pub fn pool_of(event: &Event) -> Option<PoolId> {
    let emitter = PoolId::Contract(event.meta.address);
    Some(match event.kind {
        EventKind::V2PairCreated { pair: pool, .. } | EventKind::V3PoolCreated { pool, .. } => {
            PoolId::Contract(pool)
        }
        EventKind::V4Initialize { id, .. }
        | EventKind::V4ModifyLiquidity { id, .. }
        | EventKind::V4Swap { id, .. }
        | EventKind::V4Donate { id, .. }
        | EventKind::V4ProtocolFee { id, .. } => PoolId::Key(id),
        EventKind::Erc721Transfer { .. }
        | EventKind::Erc1155Transfer { .. }
        | EventKind::PositionIncreased { .. }
        | EventKind::PositionDecreased { .. }
        | EventKind::PositionCollected { .. }
        | EventKind::PositionSubscribed { .. }
        | EventKind::PositionUnsubscribed { .. }
        | EventKind::Contract(_) => return None,
        _ => emitter,
    })
}

fn range(pool: PoolId, lower: i32, upper: i32, out: &mut Vec<Key>) {
    out.extend([Key::Pool(pool), Key::Tick(pool, lower), Key::Tick(pool, upper)]);
}

/// A pair and the accounts whose shares move. The pair itself and the zero address hold none, but the mint or burn that
/// follows speaks of whoever it is to or from.
fn shares(pair: Address, from: Address, to: Address, out: &mut Vec<Key>) {
    let pool = PoolId::Contract(pair);
    out.push(Key::Pool(pool));
    let is_account = |holder: Address| !holder.is_zero() && holder != pair;
    if is_account(from) || to == pair {
        out.push(Key::LiquidityPosition(pool, from));
    }
    if is_account(to) || from.is_zero() {
        out.push(Key::LiquidityPosition(pool, to));
    }
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

//! V4 positions: the reference knows their owners; pool, range and liquidity come from the pool's own events.

use alloy_primitives::{Address, B256, I256, U256};

use super::{
    super::{FoldError, Key, apply::Step},
    Place,
};
use crate::{
    entity::Pool,
    event::{EventKind, EventMeta},
    ids::PoolId,
    row::{PositionEvent, PositionEventKind},
};

impl Step<'_> {
    /// Folds an event of V4's position manager.
    pub(super) fn v4_position(
        &mut self,
        meta: &EventMeta,
        kind: &EventKind,
    ) -> Result<bool, FoldError> {
        let row = self.row_meta(meta, 0);
        let (token_id, kind, from, to) = match *kind {
            EventKind::Erc721Transfer { token_id, from, to } => {
                (token_id, PositionEventKind::Transfer, Some(from), to)
            }
            EventKind::PositionSubscribed { token_id, subscriber } => {
                (token_id, PositionEventKind::Subscribe, None, subscriber)
            }
            EventKind::PositionUnsubscribed { token_id, subscriber } => {
                (token_id, PositionEventKind::Unsubscribe, None, subscriber)
            }
            _ => return Ok(false),
        };
        let at = Place { manager: meta.address, token_id };
        let (mut position, new) = self.position_found(at, &row)?;
        match kind {
            PositionEventKind::Transfer => {
                (position.owner, position.counted) = (to, true);
                // a burn ends a subscription without a word
                if to.is_zero() {
                    position.subscriber = None;
                }
            }
            PositionEventKind::Subscribe => position.subscriber = Some(to),
            PositionEventKind::Unsubscribe => position.subscriber = None,
        }
        // the reference makes positions at transfers only
        if !new || kind == PositionEventKind::Transfer {
            self.position_saved(at, position);
        }
        let manager = at.manager;
        self.rows.position_events.push(PositionEvent {
            meta: row,
            manager,
            token_id,
            kind,
            from,
            to,
        });
        Ok(true)
    }

    /// Follows the liquidity of a position that its manager changes.
    pub(in crate::fold) fn v4_position_changed(
        &mut self,
        meta: &EventMeta,
        kind: &EventKind,
    ) -> Result<(), FoldError> {
        let EventKind::V4ModifyLiquidity {
            id,
            sender,
            tick_lower,
            tick_upper,
            liquidity_delta,
            salt,
        } = *kind
        else {
            return Ok(());
        };
        let dex = self.watch.dex(meta.address);
        if dex.is_none_or(|dex| dex.position_manager != Some(sender)) {
            return Ok(());
        }
        let at = Place { manager: sender, token_id: U256::from_be_bytes(salt.0) };
        let row = self.row_meta(meta, 0);
        let (mut position, _) = self.position_found(at, &row)?;
        let Some(tokens) = self.tokens_of(id)? else { return Ok(()) };
        position.pool = Some(PoolId::Key(id));
        (position.token0, position.token1) = (Some(tokens[0]), Some(tokens[1]));
        (position.tick_lower, position.tick_upper) = (Some(tick_lower), Some(tick_upper));
        let bad = || self.out_of_range("liquidity of a position", at.key(), meta);
        position.chain_liquidity =
            changed(position.chain_liquidity, liquidity_delta).ok_or_else(bad)?;
        position.liquidity = i128::try_from(position.chain_liquidity).map_err(|_| bad())?;
        self.position_saved(at, position);
        Ok(())
    }

    fn tokens_of(&self, id: B256) -> Result<Option<[Address; 2]>, FoldError> {
        let pool = self.find::<Pool>(&Key::Pool(PoolId::Key(id)))?;
        Ok(pool.map(|pool| [pool.token0, pool.token1]))
    }
}

fn changed(liquidity: u128, delta: I256) -> Option<u128> {
    liquidity.checked_add_signed(i128::try_from(delta).ok()?)
}

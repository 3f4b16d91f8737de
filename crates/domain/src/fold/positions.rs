//! Positions that are tokens: what their managers say, and what the pools say of them.
//!
//! A manager's events stand in the first pass of a block; a V3 position's pool is looked up among the block's own events,
//! wherever those stand in the order of the fold.

use alloy_primitives::{Address, U256};

use super::{FoldError, Key, apply::Step};
use crate::{
    config::{Dex, Watch},
    entity::Protocol,
    event::{Event, EventKind, EventMeta},
    figures::NftPosition,
    row::RowMeta,
};

mod birth;
#[cfg(test)]
mod tests;
mod v3;
mod v4;

/// The position that an event speaks of: of a manager, or of a V4 pool whose liquidity a manager changes.
pub(super) fn key_of(watch: &Watch, event: &Event) -> Option<Key> {
    let (manager, token_id) = match event.kind {
        EventKind::V4ModifyLiquidity { sender, salt, .. } => {
            let dex = watch.dex(event.meta.address)?;
            // the manager's salt is the token's id
            (dex.position_manager.filter(|manager| *manager == sender)?, salt.into())
        }
        EventKind::Erc721Transfer { token_id, .. }
        | EventKind::PositionIncreased { token_id, .. }
        | EventKind::PositionDecreased { token_id, .. }
        | EventKind::PositionCollected { token_id, .. }
        | EventKind::PositionSubscribed { token_id, .. }
        | EventKind::PositionUnsubscribed { token_id, .. } => {
            watch.positions_of(event.meta.address)?;
            (event.meta.address, token_id)
        }
        _ => return None,
    };
    Some(Key::NftPosition(manager, token_id))
}

/// A position, as one of its events finds it.
#[derive(Debug, Clone, Copy)]
struct Place {
    manager: Address,
    token_id: U256,
}

impl Place {
    const fn key(self) -> Key {
        Key::NftPosition(self.manager, self.token_id)
    }
}

impl Step<'_> {
    /// Folds an event of a position manager; false when none is watched there, or it says nothing of interest.
    pub(super) fn position(
        &mut self,
        meta: &EventMeta,
        kind: &EventKind,
    ) -> Result<bool, FoldError> {
        let Some(dex) = self.watch.positions_of(meta.address) else { return Ok(false) };
        match dex.protocol {
            Protocol::V2 => Ok(false),
            Protocol::V3 => self.v3_position(dex, meta, kind),
            Protocol::V4 => self.v4_position(meta, kind),
        }
    }

    /// The position as it is, or a new one.
    fn position_found(&self, at: Place, row: &RowMeta) -> Result<(NftPosition, bool), FoldError> {
        if let Some(position) = self.find::<NftPosition>(&at.key())? {
            return Ok((position.clone(), false));
        }
        let new = NftPosition {
            origin: row.origin,
            created_block: row.position.block,
            created_timestamp: row.timestamp,
            transaction: row.tx_hash,
            ..NftPosition::default()
        };
        Ok((new, true))
    }

    fn position_saved(&mut self, at: Place, mut position: NftPosition) {
        position.updated_block = self.block.number;
        self.save(at.key(), position);
    }

    /// Whether the reference follows what happens in a pool of this DEX, and the decimals of the pool's tokens.
    fn decimals_of(&self, dex: &Dex, position: &NftPosition) -> Result<Option<[u8; 2]>, FoldError> {
        let (Some(pool), Some(token0), Some(token1)) =
            (position.pool, position.token0, position.token1)
        else {
            return Ok(None);
        };
        if dex.pricing.skip_pools.contains(&pool) {
            return Ok(None);
        }
        Ok(self.decimals(dex, token0)?.zip(self.decimals(dex, token1)?).map(|(a, b)| [a, b]))
    }
}

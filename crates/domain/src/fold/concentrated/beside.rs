//! What comes to a V3 pool and leaves it beside what the reference counts as locked: flash fees, and what the protocol takes.

use alloy_primitives::U256;

use crate::{
    decimal::Decimal,
    fold::{FoldError, apply::Step},
    ids::PoolId,
};

/// Which way tokens moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// To the pool.
    In,
    /// Out of the pool.
    Out,
}

impl Step<'_> {
    /// Notes amounts in smallest units. Nothing of pools that do not count: their amounts are not known in whole tokens.
    pub(super) fn moved_beside(
        &mut self,
        id: PoolId,
        amounts: [U256; 2],
        way: Way,
    ) -> Result<(), FoldError> {
        let Some(world) = self.world(id)? else { return Ok(()) };
        let amounts = [0, 1].map(|i| {
            let amount = Decimal::from_units(amounts[i], world.sides[i].decimals);
            if way == Way::Out { -amount } else { amount }
        });
        self.change_pool(id, |pool| pool.figures.add_beside(amounts))?;
        Ok(())
    }
}

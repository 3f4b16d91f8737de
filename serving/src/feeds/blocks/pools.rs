//! The pairs that these feeds tell of: token0 and token1 in the pool's own order.

use std::{collections::BTreeMap, sync::Arc};

use alloy_primitives::{Address, U256};
use api_kit::problem::Problem;
use domain::{entity::Pool, ids::PoolId};

use crate::feeds::{pairs, view::View};

/// The mark of a V4 fee that hooks set.
const DYNAMIC_FEE: u32 = 0x80_0000;

/// A pool that is shown, with what its tokens are counted in.
#[derive(Debug, Clone)]
pub(in crate::feeds) struct Listed {
    /// The pool.
    pub(in crate::feeds) pool: Pool,
    /// Decimals of token0 and token1.
    pub(in crate::feeds) decimals: [u8; 2],
}

impl Listed {
    /// As readers compare it: checksummed address, or lowercase V4 id.
    pub(in crate::feeds) fn id(&self) -> String {
        pool_text(self.pool.id)
    }

    /// The fee in hundredths of a percent; `None` where hooks set it, or it is a part of one.
    pub(in crate::feeds) fn fee_bps(&self) -> Option<u32> {
        let pips = self.pool.fee_pips;
        (pips != DYNAMIC_FEE && pips.is_multiple_of(100)).then_some(pips / 100)
    }

    /// Amounts of token0 and token1 in whole tokens.
    pub(in crate::feeds) fn whole(&self, [amount0, amount1]: [U256; 2]) -> [String; 2] {
        let [decimals0, decimals1] = self.decimals;
        [super::whole(amount0, decimals0), super::whole(amount1, decimals1)]
    }
}

/// A pool's id as readers compare it.
pub(in crate::feeds) fn pool_text(id: PoolId) -> String {
    match id {
        PoolId::Contract(address) => address.to_checksum(None),
        PoolId::Key(_) => id.to_string(),
    }
}

/// An address as readers compare it.
pub(in crate::feeds) fn address_text(address: Address) -> String {
    address.to_checksum(None)
}

/// Those of the pools that are shown, by id.
pub(super) async fn shown(
    view: &View,
    pools: Vec<Pool>,
) -> Result<BTreeMap<PoolId, Arc<Listed>>, Problem> {
    let pairs = pairs::of_pools(&view.snapshot, view.settings()?, pools).await?;
    let listed = pairs.into_iter().map(|pair| {
        let decimals = pair.sides([pair.base.decimals, pair.quote.decimals]);
        (pair.pool.id, Arc::new(Listed { decimals, pool: pair.pool }))
    });
    Ok(listed.collect())
}

/// The pair of an id, as of the announced height; `None` of one that is not shown or came later.
pub(in crate::feeds) async fn find(
    view: &View,
    id: PoolId,
    height: u64,
) -> Result<Option<Arc<Listed>>, Problem> {
    let found = view.snapshot.pool(id).await?;
    let found = found.filter(|pool| pool.created.block <= height);
    Ok(shown(view, found.into_iter().collect()).await?.pop_first().map(|(_, listed)| listed))
}

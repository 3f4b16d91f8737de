//! Pages of swaps, newest first.

use api_kit::{
    cursor::{List, position},
    page::{Rows, Slice},
    problem::Problem,
};
use domain::{ids::PoolId, row::Swap};
use store::{Snapshot, SwapQuery};

pub(crate) async fn page(
    snapshot: &Snapshot,
    pool: Option<PoolId>,
    slice: Slice<'_>,
) -> Result<Rows<Swap>, Problem> {
    let list = List::new("swaps", snapshot.chain(), format!("{pool:?}"));
    let after = list.after(slice.after, position::read)?;
    let found = snapshot
        .swaps(&SwapQuery { pool, after, limit: slice.size.limit(), ..SwapQuery::default() })
        .await?;
    Ok(Rows::new(found, slice.size, &list, |swap| position::bytes(swap.meta.position)))
}

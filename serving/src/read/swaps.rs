//! Pages of swaps, newest first.

use api_kit::{cursor::List, problem::Problem};
use domain::{ids::PoolId, row::Swap};
use store::{Snapshot, SwapQuery};

use super::{Rows, Slice, position_bytes, read_position};

pub(crate) async fn page(
    snapshot: &Snapshot,
    pool: Option<PoolId>,
    slice: Slice<'_>,
) -> Result<Rows<Swap>, Problem> {
    let list = List::new("swaps", snapshot.chain(), format!("{pool:?}"));
    let after = list.after(slice.after, read_position)?;
    let found = snapshot.swaps(&SwapQuery { pool, after, limit: slice.size.limit() }).await?;
    Ok(Rows::new(found, slice.size, &list, |swap| position_bytes(swap.meta.position)))
}

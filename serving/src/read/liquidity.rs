//! Pages of liquidity events, newest first.

use api_kit::{
    cursor::{List, position},
    page::{Rows, Slice},
    problem::Problem,
};
use domain::{ids::PoolId, row::LiquidityEvent};
use store::{LiquidityQuery, Snapshot};

pub(crate) async fn page(
    snapshot: &Snapshot,
    pool: Option<PoolId>,
    slice: Slice<'_>,
) -> Result<Rows<LiquidityEvent>, Problem> {
    let list = List::new("liquidity events", snapshot.chain(), format!("{pool:?}"));
    let after = list.after(slice.after, position::read)?;
    let found = snapshot
        .liquidity(&LiquidityQuery {
            pool,
            after,
            limit: slice.size.limit(),
            ..LiquidityQuery::default()
        })
        .await?;
    Ok(Rows::new(found, slice.size, &list, |event| position::bytes(event.meta.position)))
}

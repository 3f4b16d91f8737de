//! Pages of swaps, newest first.

use api_kit::{
    cursor::{List, position},
    page::{Rows, Slice},
    problem::Problem,
};
use domain::row::Swap;

use super::{as_of::At, rows::Filter};

pub(crate) async fn page(at: &At, filter: Filter, slice: Slice<'_>) -> Result<Rows<Swap>, Problem> {
    let list = List::new("swaps", at.snapshot().chain(), filter.text(at));
    let after = list.after(slice.after, position::read)?;
    let found = at.hot().swaps(at.snapshot(), &filter.query(at, after, slice.size)).await?;
    Ok(Rows::new(found, slice.size, &list, |row| position::bytes(row.meta.position)))
}

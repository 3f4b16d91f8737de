//! Pages of tokens.

use alloy_primitives::Address;
use api_kit::{
    cursor::List,
    page::{Rows, Slice},
    problem::Problem,
};
use domain::entity::Token;
use store::{Snapshot, TokenQuery};

pub(crate) async fn page(
    snapshot: &Snapshot,
    symbol: Option<String>,
    slice: Slice<'_>,
) -> Result<Rows<Token>, Problem> {
    let list = List::new("tokens", snapshot.chain(), format!("{symbol:?}"));
    let after = list.after(slice.after, |bytes| Address::try_from(bytes).ok())?;
    let found = snapshot.tokens(&TokenQuery { symbol, after, limit: slice.size.limit() }).await?;
    Ok(Rows::new(found, slice.size, &list, |token| token.address.to_vec()))
}

//! `GET /v1/collections/{address}/owners`: who holds what of a collection, by token id.

use api_kit::{
    answer::Page,
    cursor::List,
    extract::{Path, Query},
    page::{Rows, Slice},
    problem::Problem,
    scope::Scope,
};
use axum::{Json, extract::State};
use serde::Deserialize;
use store::NftCollectionCursor;

use super::{App, position, read_token_and_owner};
use crate::view::Holding;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    chain: Option<String>,
    first: Option<String>,
    after: Option<String>,
}

pub(super) async fn get(
    State(app): State<App>,
    Path(address): Path<String>,
    Query(params): Query<Params>,
) -> Result<Json<Page<Holding>>, Problem> {
    let (id, chain) = app.deps.chains.parse(params.chain.as_deref())?;
    let collection = super::collection(chain, "address", &address)?.address;
    let slice = Slice::parse(params.first.as_deref(), params.after.as_deref())?;
    let list = List::new("collection-owners", id, format!("{collection:#x}"));
    let after = list.after(slice.after, |bytes| {
        let (token_id, owner) = read_token_and_owner(bytes)?;
        Some(NftCollectionCursor { token_id, owner })
    })?;
    let snapshot = Scope::new(app.deps.reader.clone()).at(id).await?;
    let found = snapshot.nft_collection(collection, after, slice.size.limit()).await?;
    let page = Rows::new(found, slice.size, &list, |nft| {
        position(&nft.token_id.to_be_bytes::<32>(), nft.owner.as_slice())
    });
    let items = page.rows.iter().map(|(_, nft)| nft.into()).collect();
    Ok(Json(Page { block: snapshot.block().into(), items, next: page.next() }))
}

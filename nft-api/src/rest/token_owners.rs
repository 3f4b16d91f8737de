//! `GET /v1/collections/{address}/tokens/{id}/owners`: who holds a token id; one at most for ERC-721, none for a token
//! that does not exist.

use std::sync::Arc;

use alloy_primitives::Address;
use api_kit::{
    answer::Page,
    cursor::List,
    extract::{Path, Query},
    page::Rows,
    parse,
    problem::Problem,
    scope::Scope,
};
use axum::{Json, extract::State};

use super::Params;
use crate::{deps::Deps, view::balance::Balance};

pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    Path((address, id)): Path<(String, String)>,
    Query(params): Query<Params>,
) -> Result<Json<Page<Balance>>, Problem> {
    let (chain, collection) = deps.collection(params.chain.as_deref(), &address)?;
    let token_id = parse::uint256("TOKEN_ID_INVALID", "id", &id)?;
    let (address, slice) = (collection.address, params.slice()?);
    let list = List::new("owners of a token", chain, format!("{address} {token_id}"));
    let after = list.after(slice.after, |bytes| Address::try_from(bytes).ok())?;
    let snapshot = Scope::new(deps.reader.clone()).at(chain).await?;
    let found = snapshot.nft_owners(address, token_id, after, slice.size.limit()).await?;
    let page = Rows::new(found, slice.size, &list, |nft| nft.owner.to_vec());
    Ok(Json(Page::new(snapshot.block(), page, Into::into)))
}

//! `GET /v1/collections/{address}/owners`: all balances of a collection, by token id and owner.

use std::sync::Arc;

use alloy_primitives::{Address, U256};
use api_kit::{
    answer::Page,
    cursor::List,
    extract::{Path, Query},
    page::Rows,
    problem::Problem,
    scope::Scope,
};
use axum::{Json, extract::State};
use store::NftCollectionCursor;

use super::Params;
use crate::{deps::Deps, view::balance::Balance};

pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    Path(address): Path<String>,
    Query(params): Query<Params>,
) -> Result<Json<Page<Balance>>, Problem> {
    let (chain, collection) = deps.collection(params.chain.as_deref(), &address)?;
    let (address, slice) = (collection.address, params.slice()?);
    let list = List::new("owners of a collection", chain, address.to_string());
    let after = list.after(slice.after, read)?;
    let snapshot = Scope::new(deps.reader.clone()).at(chain).await?;
    let found = snapshot.nft_collection(address, after, slice.size.limit()).await?;
    let page = Rows::new(found, slice.size, &list, |nft| {
        [&nft.token_id.to_be_bytes::<32>()[..], nft.owner.as_slice()].concat()
    });
    Ok(Json(Page::new(snapshot.block(), page, Into::into)))
}

fn read(bytes: &[u8]) -> Option<NftCollectionCursor> {
    let (token_id, owner) = bytes.split_first_chunk::<32>()?;
    Some(NftCollectionCursor {
        token_id: U256::from_be_bytes(*token_id),
        owner: Address::try_from(owner).ok()?,
    })
}

//! `GET /v1/collections/{address}/transfers`: transfers of a collection, newest first, perhaps of one token id.

use std::sync::Arc;

use api_kit::{
    answer::Page,
    cursor::{List, position},
    extract::{Path, Query},
    page::{Rows, Slice},
    parse,
    problem::Problem,
    scope::Scope,
};
use axum::{Json, extract::State};
use serde::Deserialize;
use store::NftTransferQuery;

use crate::{deps::Deps, view::transfer::Transfer};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Params {
    chain: Option<String>,
    token_id: Option<String>,
    first: Option<String>,
    after: Option<String>,
}

pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    Path(address): Path<String>,
    Query(params): Query<Params>,
) -> Result<Json<Page<Transfer>>, Problem> {
    let (chain, collection) = deps.collection(params.chain.as_deref(), &address)?;
    let collection = collection.address;
    let token_id = params
        .token_id
        .map(|text| parse::uint256("TOKEN_ID_INVALID", "tokenId", &text))
        .transpose()?;
    let slice = Slice::parse(params.first.as_deref(), params.after.as_deref())?;
    let list = List::new("NFT transfers", chain, format!("{collection} {token_id:?}"));
    let after = list.after(slice.after, position::read)?;
    let snapshot = Scope::new(deps.reader.clone()).at(chain).await?;
    let query = NftTransferQuery { collection, token_id, after, limit: slice.size.limit() };
    let found = snapshot.nft_transfers(&query).await?;
    let page =
        Rows::new(found, slice.size, &list, |transfer| position::bytes(transfer.meta.position));
    Ok(Json(Page::new(snapshot.block(), page, Into::into)))
}

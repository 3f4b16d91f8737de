//! `GET /v1/wallets/{address}/nfts`: what a wallet holds, of all indexed collections or one.

use std::sync::Arc;

use alloy_primitives::{Address, U256};
use api_kit::{
    answer::Page,
    cursor::List,
    extract::{Path, Query},
    page::{Rows, Slice},
    parse,
    problem::Problem,
    scope::Scope,
};
use axum::{Json, extract::State};
use serde::Deserialize;
use store::NftOwnedCursor;

use crate::{deps::Deps, view::balance::Balance};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    chain: Option<String>,
    collection: Option<String>,
    first: Option<String>,
    after: Option<String>,
}

pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    Path(wallet): Path<String>,
    Query(params): Query<Params>,
) -> Result<Json<Page<Balance>>, Problem> {
    let (chain, chain_deps) = deps.chains.parse(params.chain.as_deref())?;
    let wallet = parse::address("address", &wallet)?;
    let collection =
        params.collection.map(|text| parse::address("collection", &text)).transpose()?;
    let collection = collection.map(|address| chain_deps.collection(address)).transpose()?;
    let collection = collection.map(|collection| collection.address);
    let slice = Slice::parse(params.first.as_deref(), params.after.as_deref())?;
    let list = List::new("NFTs of a wallet", chain, format!("{wallet} {collection:?}"));
    let after = list.after(slice.after, read)?;
    let snapshot = Scope::new(deps.reader.clone()).at(chain).await?;
    let found = snapshot.nfts_of(wallet, collection, after, slice.size.limit()).await?;
    let page = Rows::new(found, slice.size, &list, |nft| {
        [nft.collection.as_slice(), &nft.token_id.to_be_bytes::<32>()].concat()
    });
    Ok(Json(Page::new(snapshot.block(), page, Into::into)))
}

fn read(bytes: &[u8]) -> Option<NftOwnedCursor> {
    let (collection, token_id) = bytes.split_first_chunk::<20>()?;
    Some(NftOwnedCursor {
        collection: Address::from(*collection),
        token_id: U256::from_be_bytes::<32>(token_id.try_into().ok()?),
    })
}

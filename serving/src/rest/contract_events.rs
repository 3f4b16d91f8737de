//! `GET /v1/chains/{chain}/contracts/{name}/events/{event}`: events of a contract that is known by its ABI only, newest
//! first, perhaps of one address or with one value of an indexed parameter.

use std::sync::Arc;

use api_kit::{
    answer::Page,
    extract::{Path, Query},
    page::Slice,
    parse,
    problem::Problem,
    scope::Scope,
};
use axum::{Json, extract::State};
use serde::Deserialize;

use crate::{deps::Deps, read::contracts, view::contract::ContractEvent};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    address: Option<String>,
    parameter: Option<String>,
    value: Option<String>,
    first: Option<String>,
    after: Option<String>,
}

pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    Path((chain, name, event)): Path<(String, String, String)>,
    Query(params): Query<Params>,
) -> Result<Json<Page<ContractEvent>>, Problem> {
    let (chain, about) = deps.chains.parse(Some(&chain))?;
    let table = contracts::table(&about.tables, &name, &event)?;
    let address = params.address.map(|text| parse::address("address", &text)).transpose()?;
    let parameter =
        contracts::parameter(table, params.parameter.as_deref(), params.value.as_deref())?;
    let slice = Slice::parse(params.first.as_deref(), params.after.as_deref())?;
    let snapshot = Scope::new(deps.reader.clone()).at(chain).await?;
    let filter = contracts::Filter { address, parameter };
    let page = contracts::page(&snapshot, table, filter, slice).await?;
    Ok(Json(Page::new(snapshot.block(), page, |row| ContractEvent::new(&row))))
}

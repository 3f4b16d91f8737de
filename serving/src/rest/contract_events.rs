//! `GET /v1/contracts/{name}/events/{event}`: events of a contract that is known by its ABI only, newest
//! first, perhaps of one address or with one value of an indexed parameter.

use std::sync::Arc;

use api_kit::{
    extract::{Path, Query},
    parse,
    problem::Problem,
};
use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::export::{Asked, contract_events};
use crate::openapi::shapes::{AddressText, ChainNumber, Cursor, PageSize};
use crate::{
    deps::Deps,
    read::{as_of::At, contracts},
    view::contract::ContractEvent,
};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Params {
    #[param(value_type = Option<ChainNumber>)]
    chain: Option<String>,
    /// Only of this contract.
    #[param(value_type = Option<AddressText>)]
    address: Option<String>,
    /// Name of an indexed parameter; with `value`.
    #[param(min_length = 1, max_length = 200)]
    parameter: Option<String>,
    /// Its value, as the answer writes it.
    #[param(max_length = 200)]
    value: Option<String>,
    #[param(value_type = Option<PageSize>)]
    first: Option<String>,
    #[param(value_type = Option<Cursor>)]
    after: Option<String>,
}

/// Events of a contract that is known by its ABI only, newest first.
///
/// Perhaps of one address, or with one value of an indexed parameter.
#[utoipa::path(
    get,
    path = "/v1/contracts/{name}/events/{event}",
    operation_id = "contractEvents",
    tag = "events",
    params(
        ("name" = String, Path, description = "Configured name of the contract.", min_length = 1),
        ("event" = String, Path, description = "Name of the event.", min_length = 1),
        Params,
    ),
    responses(
        (status = 200, description = "A page of events.", body = api_kit::answer::Page<ContractEvent>),
    ),
)]
pub(super) async fn get(
    State(deps): State<Arc<Deps>>,
    Path((name, event)): Path<(String, String)>,
    asked: Asked,
    Query(params): Query<Params>,
) -> Result<Response, Problem> {
    let (chain, about) = deps.chains.parse(params.chain.as_deref())?;
    let table = contracts::table(&about.tables, &name, &event)?;
    let address = params.address.map(|text| parse::address("address", &text)).transpose()?;
    let parameter =
        contracts::parameter(table, params.parameter.as_deref(), params.value.as_deref())?;
    let list = asked.list(params.first.as_deref(), params.after.as_deref())?;
    let at = At::of(&deps, (chain, about), None).await?;
    let filter = contracts::Filter { address, parameter };
    let of = Arc::clone(table);
    list.answer(contract_events(table), at, move |at, part| {
        let (table, filter) = (Arc::clone(&of), filter.clone());
        async move {
            let rows = contracts::page(at.snapshot(), &table, filter, part.slice()).await?;
            Ok(rows.map(|row| ContractEvent::new(&row)))
        }
    })
    .await
}

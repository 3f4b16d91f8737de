//! Pages of contract events, newest first, and which of them a request means.

use std::sync::Arc;

use alloy_primitives::{Address, Bytes, I256};
use api_kit::{
    cursor::{List, position},
    page::{Rows, Slice},
    parse,
    problem::Problem,
};
use domain::{
    contract::{Field, Kind, Table, Value},
    row::ContractEvent,
};
use store::{ContractEventQuery, Snapshot};

/// Most of a wrong value that is repeated in the answer.
const SHOWN: usize = 80;

/// Which events of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// Of this contract.
    pub(crate) address: Option<Address>,
    /// With this value of a parameter.
    pub(crate) parameter: Option<(String, Value)>,
}

pub(crate) async fn page(
    snapshot: &Snapshot,
    table: &Arc<Table>,
    filter: Filter,
    slice: Slice<'_>,
) -> Result<Rows<ContractEvent>, Problem> {
    let of = format!("{} {filter:?}", table.collection);
    let list = List::new("contract events", snapshot.chain(), of);
    let after = list.after(slice.after, position::read)?;
    let Filter { address, parameter } = filter;
    let query = ContractEventQuery {
        table: Arc::clone(table),
        address,
        parameter,
        after,
        limit: slice.size.limit(),
    };
    let found = snapshot.contract_events(&query).await?;
    Ok(Rows::new(found, slice.size, &list, |event| position::bytes(event.meta.position)))
}

/// The table of a contract's event.
pub(crate) fn table<'a>(
    tables: &'a [Arc<Table>],
    contract: &str,
    event: &str,
) -> Result<&'a Arc<Table>, Problem> {
    let mut events = Vec::new();
    for table in tables.iter().filter(|table| table.contract == contract) {
        if table.event == event {
            return Ok(table);
        }
        events.push(table.event.as_str());
    }
    if events.is_empty() {
        let mut names: Vec<&str> = tables.iter().map(|table| table.contract.as_str()).collect();
        names.dedup();
        let detail =
            format!("no contract `{}` is indexed; there is {}", cut(contract), list(&names));
        return Err(Problem::not_found("CONTRACT_UNKNOWN", detail));
    }
    let detail = format!(
        "contract `{contract}` is not indexed for an event `{}`; there is {}",
        cut(event),
        list(&events)
    );
    Err(Problem::not_found("EVENT_UNKNOWN", detail))
}

/// A condition on an indexed parameter.
pub(crate) fn parameter(
    table: &Table,
    name: Option<&str>,
    value: Option<&str>,
) -> Result<Option<(String, Value)>, Problem> {
    let (name, value) = match (name, value) {
        (None, None) => return Ok(None),
        (Some(name), Some(value)) => (name, value),
        _ => {
            return Err(Problem::bad_request(
                "PARAMETER_INVALID",
                "give both `parameter` and `value`, or neither",
            ));
        }
    };
    let Some(field) = table.field(name).filter(|field| field.indexed) else {
        let indexed = table.fields.iter().filter(|field| field.indexed);
        let names: Vec<&str> = indexed.map(|field| field.name.as_str()).collect();
        return Err(Problem::bad_request(
            "PARAMETER_INVALID",
            format!(
                "`parameter`: `{}` is no indexed parameter; there is {}",
                cut(name),
                list(&names)
            ),
        ));
    };
    Ok(Some((name.to_owned(), parse_value(field, value)?)))
}

fn parse_value(field: &Field, text: &str) -> Result<Value, Problem> {
    let invalid = |wanted: &str| {
        Problem::bad_request(
            "VALUE_INVALID",
            format!("`value`: `{}` is no {wanted}, as `{}` is", cut(text), field.name),
        )
    };
    match field.kind {
        Kind::Address => parse::address_as("VALUE_INVALID", "value", text).map(Value::Address),
        Kind::Bool => text.parse().map(Value::Bool).map_err(|_| invalid("`true` or `false`")),
        Kind::Int(_) => text.parse().map(Value::Int).map_err(|_| invalid("whole number")),
        Kind::Uint => parse::uint256("VALUE_INVALID", "value", text).map(Value::Uint),
        Kind::Signed => {
            let number = (text.len() <= 80).then(|| I256::from_dec_str(text).ok()).flatten();
            number.map(Value::Signed).ok_or_else(|| invalid("whole number"))
        }
        Kind::Bytes | Kind::Hash => {
            let bytes = text.starts_with("0x").then(|| text.parse::<Bytes>().ok()).flatten();
            bytes.map(Value::Bytes).ok_or_else(|| invalid("hex text that begins with 0x"))
        }
        // no topic is one of these
        Kind::Text | Kind::List(_) | Kind::Struct(_) => Err(invalid("searchable value")),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

fn list(names: &[&str]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

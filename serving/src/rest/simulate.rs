//! `POST /v1/simulate`: what a transaction would do on the newest block.

use std::sync::Arc;

use alloy_primitives::{Bytes, U256};
use api_kit::{extract::Json as Body, parse, problem::Problem};
use axum::{Extension, Json, extract::State};
use chain::client::{rehearse::Rehearsal, simulate::TrialCall};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::openapi::shapes::AddressText;
use crate::{
    by_block::ByBlock,
    deps::Deps,
    transactions::simulate::{Simulation, simulate},
};

/// Longest input, in bytes: nodes take no longer transactions.
const LONGEST_DATA: usize = 128 * 1024;
/// Most gas that is taken: what a block of a large chain holds.
const MOST_GAS: u64 = 100_000_000;

/// A transaction.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TrialTransaction)]
pub(super) struct Asked {
    /// Chain; may be left out when one is served.
    chain: Option<Number>,
    /// Who would send it.
    #[schema(value_type = AddressText)]
    from: String,
    /// Who is called.
    #[schema(value_type = AddressText)]
    to: String,
    /// The call: 0x and hex digits, 128 KiB at most.
    #[serde(default)]
    #[schema(pattern = "^0x([0-9a-fA-F]{2})*$", max_length = 262_146)]
    data: Option<String>,
    /// Native coins that go with it (wei).
    #[serde(default)]
    value: Option<Number>,
    /// Gas that it may use; 100,000,000 at most.
    #[serde(default)]
    gas: Option<Number>,
}

/// A number as JSON has it, or as a text that holds more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = NumberOrText)]
enum Number {
    Small(u64),
    Text(String),
}

impl Number {
    fn text(&self) -> String {
        match self {
            Self::Small(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

impl Asked {
    fn rehearsal(&self) -> Result<Rehearsal, Problem> {
        let value = self.value.as_ref().map(Number::text);
        let value =
            value.map(|text| parse::uint256("VALUE_INVALID", "value", &text)).transpose()?;
        let gas = self.gas.as_ref().map(Number::text);
        let gas = gas.map(|text| parse::uint64("GAS_INVALID", "gas", &text)).transpose()?;
        if gas.is_some_and(|gas| gas > MOST_GAS) {
            let detail = format!("`gas`: more than {MOST_GAS} is not tried out");
            return Err(Problem::bad_request("GAS_INVALID", detail));
        }
        let call = TrialCall {
            from: parse::address("from", &self.from)?,
            to: parse::address("to", &self.to)?,
            value: value.unwrap_or(U256::ZERO),
            input: data(self.data.as_deref().unwrap_or("0x"))?,
        };
        Ok(Rehearsal { call, gas })
    }
}

fn data(text: &str) -> Result<Bytes, Problem> {
    let invalid = |why: &str| Problem::bad_request("DATA_INVALID", format!("`data`: {why}"));
    if text.len() > 2 * LONGEST_DATA + 2 {
        return Err(invalid(&format!("more than {LONGEST_DATA} bytes are not taken")));
    }
    let bytes = text.strip_prefix("0x").and_then(|_| text.parse().ok());
    bytes.ok_or_else(|| invalid("give 0x and an even number of hex digits"))
}

/// What a transaction would do on the newest block.
///
/// Tried out by the node (eth_simulateV1, else eth_call): what moves, what is emitted, and why it would fail.
#[utoipa::path(
    post,
    path = "/v1/simulate",
    operation_id = "simulate",
    tag = "transactions",
    request_body(content = Asked, description = "The transaction."),
    responses((status = 200, description = "How it went.", body = Simulation))
)]
pub(super) async fn post(
    State(deps): State<Arc<Deps>>,
    Extension(by_block): Extension<ByBlock>,
    Body(asked): Body<Asked>,
) -> Result<Json<Simulation>, Problem> {
    let chain = asked.chain.as_ref().map(Number::text);
    let chain = deps.chains.parse(chain.as_deref())?;
    simulate(&deps, &by_block, chain, &asked.rehearsal()?).await.map(Json)
}

//! `POST /v1/simulate`: what a transaction would do on the newest block.

use std::sync::Arc;

use alloy_primitives::{Bytes, U256};
use api_kit::{extract::Json as Body, parse, problem::Problem};
use axum::{Json, extract::State};
use chain::client::{rehearse::Rehearsal, simulate::TrialCall};
use serde::Deserialize;

use crate::{
    deps::Deps,
    transactions::simulate::{Simulation, simulate},
};

/// Longest input, in bytes: nodes take no longer transactions.
const LONGEST_DATA: usize = 128 * 1024;
/// Most gas that is taken: what a block of a large chain holds.
const MOST_GAS: u64 = 100_000_000;

/// A transaction.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    chain: Option<Number>,
    from: String,
    to: String,
    #[serde(default)]
    data: Option<String>,
    #[serde(default)]
    value: Option<Number>,
    #[serde(default)]
    gas: Option<Number>,
}

/// A number as JSON has it, or as a text that holds more.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
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

pub(super) async fn post(
    State(deps): State<Arc<Deps>>,
    Body(asked): Body<Asked>,
) -> Result<Json<Simulation>, Problem> {
    let chain = asked.chain.as_ref().map(Number::text);
    let chain = deps.chains.parse(chain.as_deref())?;
    simulate(&deps, chain, &asked.rehearsal()?).await.map(Json)
}

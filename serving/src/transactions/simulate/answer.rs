//! What is answered about a transaction that was tried out.

use api_kit::answer::Block;
use serde::Serialize;
use utoipa::ToSchema;

use crate::transactions::answer::Event;

/// How it was found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SimulationMethod)]
pub(crate) enum Method {
    /// The node tries it out and tells its logs.
    #[serde(rename = "eth_simulateV1")]
    Simulate,
    /// The node only tells what is returned.
    #[serde(rename = "eth_call")]
    Call,
}

/// What would become of a transaction.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SimulatedTransaction)]
pub(crate) struct Simulation {
    pub(super) chain_id: u64,
    /// It was tried out on the state after this block.
    pub(super) block: Block,
    pub(super) method: Method,
    pub(super) success: bool,
    /// What the call returns; of one that fails the revert data. Long ones are cut.
    pub(super) return_data: String,
    /// Null where the node does not tell.
    pub(super) gas_used: Option<String>,
    /// Why it fails.
    pub(super) revert: Option<Reverted>,
    /// Of all logs, by account and token, gas not counted: those of the sender first, then those of whoever is called, then of
    /// all others; null where the node does not tell logs.
    pub(super) balance_changes: Option<Vec<BalanceChange>>,
    /// Changes beyond those.
    pub(super) balance_changes_left_out: usize,
    /// Null likewise.
    pub(super) events: Option<Vec<Event>>,
    /// Logs beyond those.
    pub(super) events_left_out: usize,
}

/// Why a transaction fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RevertReason)]
pub(super) struct Reverted {
    /// In words.
    pub(super) reason: String,
    /// `slippage`, `transfer`, `deadline` or `other`.
    pub(super) cause: &'static str,
}

/// What an account would have more or less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct BalanceChange {
    pub(super) account: String,
    /// The zero address is the native currency.
    pub(super) token: String,
    pub(super) symbol: Option<String>,
    pub(super) decimals: Option<u8>,
    /// In smallest units, with a sign.
    pub(super) change: String,
}

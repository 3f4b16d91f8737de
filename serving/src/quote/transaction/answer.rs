//! What is said of a transaction.

use async_graphql::{Enum, SimpleObject};
use serde::Serialize;
use utoipa::ToSchema;

use crate::quote::request::RouterKind;

/// A transaction as a wallet takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = QuoteTransaction)]
pub struct Transaction {
    /// The router that it calls.
    pub router: RouterKind,
    /// Who has to send it.
    pub from: String,
    /// The router's address.
    pub to: String,
    /// The call, in hexadecimal.
    pub data: String,
    /// Native coins that go with it (wei).
    pub value: String,
    /// Gas that it may use: measured with `simulate`, else an estimate with a good margin.
    pub gas_limit: String,
    /// Last second in which it may be mined (Unix time).
    pub deadline: u64,
    /// What the pools give in it, the portion included, while they are as at the block of the quote. More than `amountOut`
    /// where V2 pairs round up on the way to an exact output; the recipient has that, too.
    pub amount_out: String,
    /// The same in whole tokens.
    pub amount_out_decimal: Option<String>,
}

/// How something is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ApprovalKind {
    /// By the token's own `approve`.
    Erc20,
    /// By Permit2's `approve`, or by signing the `permit`.
    Permit2,
}

/// What the sender has to allow before the transaction can go through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = QuoteApproval)]
pub struct Approval {
    /// Token.
    pub token: String,
    /// Who may draw it then.
    pub spender: String,
    /// At least so much.
    pub amount: String,
    /// How.
    pub kind: ApprovalKind,
}

/// A part of what comes out that somebody else gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = QuotePortion)]
pub struct Portion {
    /// Basis points of what comes out.
    pub bps: u32,
    /// So much, rounded down; the recipient of the trade has the rest.
    pub amount: String,
    /// The same in whole tokens.
    pub amount_decimal: Option<String>,
    /// Who gets it.
    pub recipient: String,
}

/// How a simulation went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = QuoteSimulationStatus)]
pub enum SimulationStatus {
    /// Nobody asked for it.
    Unattempted,
    /// The transaction goes through.
    Success,
    /// It reverts; the reason says why.
    Failed,
    /// The sender has too little of what goes in.
    InsufficientBalance,
    /// An approval is missing.
    NotApproved,
    /// It reverts because too little comes out, or too much goes in.
    SlippageTooLow,
    /// It reverts because a token cannot be drawn.
    TransferFromFailed,
    /// The node cannot try transactions out, or not with such a token.
    NotSupported,
    /// The node does not answer.
    SystemDown,
}

/// The very transaction, tried out on the state of the quote's block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, SimpleObject, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = QuoteSimulation)]
pub struct Simulation {
    /// How it went.
    pub status: SimulationStatus,
    /// What the sender gave.
    pub amount_in: Option<String>,
    /// What the recipient got, and whoever gets the portion.
    pub amount_out: Option<String>,
    /// Whether both are what the quote says, to the smallest unit.
    pub matches: Option<bool>,
    /// Gas that it used.
    pub gas_used: Option<String>,
    /// Why it did not go through.
    pub revert_reason: Option<String>,
}

impl Simulation {
    pub(super) const fn unattempted() -> Self {
        Self::of(SimulationStatus::Unattempted, None)
    }

    pub(super) const fn of(status: SimulationStatus, revert_reason: Option<String>) -> Self {
        Self {
            status,
            amount_in: None,
            amount_out: None,
            matches: None,
            gas_used: None,
            revert_reason,
        }
    }

    /// A limit from the gas that was used. A fifth of what is needed may have been given back in the end, and calls inside
    /// of calls keep a part for themselves.
    pub(super) fn gas_limit(&self) -> Option<u64> {
        if self.status != SimulationStatus::Success {
            return None;
        }
        let used: u64 = self.gas_used.as_ref()?.parse().ok()?;
        Some(used.saturating_add(used / 5 * 2).saturating_add(30_000))
    }
}

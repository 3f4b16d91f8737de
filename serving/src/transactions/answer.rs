//! What is answered about transactions.

use api_kit::answer::Block;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{
    node::LiveProblem,
    view::{liquidity::LiquidityEvent, swap::Swap},
};

/// Where an answer comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = TransactionSource)]
pub(crate) enum Source {
    /// The chain's node.
    Chain,
    /// What was indexed: the node could not be asked, or knows less.
    Store,
}

/// What became of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = TransactionStatus)]
pub(crate) enum Status {
    /// It waits to be taken into a block.
    Pending,
    /// It went through.
    Success,
    /// It stands in a block and did nothing but pay for its gas.
    Reverted,
    /// It stands in a block; receipts of that time do not say how it went.
    Unknown,
}

/// A transaction.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TransactionReport)]
pub(crate) struct Transaction {
    pub(crate) chain_id: u64,
    pub(crate) hash: String,
    pub(crate) source: Source,
    pub(crate) status: Status,
    /// The block it stands in; of one that is known from the store the hash may be forgotten.
    pub(crate) block: Option<Place>,
    /// Index in the block.
    pub(crate) index: Option<u32>,
    /// Blocks from its own to the newest that the node knows, both counted; 0 while it is pending; null where unknown.
    pub(crate) confirmations: Option<u64>,
    pub(crate) from: Option<String>,
    /// Who was called; null where a contract was created.
    pub(crate) to: Option<String>,
    pub(crate) created_contract: Option<String>,
    /// Wei.
    pub(crate) value: Option<String>,
    pub(crate) nonce: Option<u64>,
    pub(crate) gas_limit: Option<String>,
    pub(crate) gas_used: Option<String>,
    /// Wei per unit of gas.
    pub(crate) gas_price: Option<String>,
    /// Wei that were paid in all; null where a part of it is not known.
    pub(crate) fee: Option<String>,
    /// Of them for gas.
    pub(crate) gas_fee: Option<String>,
    /// Of them for the place in the chain below, where a rollup tells that beside the gas.
    pub(crate) l1_fee: Option<String>,
    /// Of them for the operator of a rollup.
    pub(crate) operator_fee: Option<String>,
    /// Of them for blobs.
    pub(crate) blob_fee: Option<String>,
    /// Whether its block is in the store; null where it is not, or not known.
    pub(crate) indexed: Option<Indexed>,
    /// How far the chain is indexed; null where the store does not answer.
    pub(crate) indexed_to: Option<Block>,
    /// What its logs say; null while it is pending, and where the node could not be asked.
    pub(crate) events: Option<Vec<Event>>,
    /// Logs beyond those.
    pub(crate) events_left_out: usize,
    /// What is stored of it, where the node could not be asked or knows less.
    pub(crate) stored: Option<Stored>,
    /// What could not be asked.
    pub(crate) problem: Option<LiveProblem>,
}

/// The block of a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TransactionBlock)]
pub(crate) struct Place {
    pub(crate) number: u64,
    pub(crate) hash: Option<String>,
    /// Unix seconds.
    pub(crate) timestamp: u64,
}

/// What the store has at the height of a transaction's block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TransactionIndexed)]
pub(crate) struct Indexed {
    pub(crate) number: u64,
    /// Hash of the stored block; null where nobody can take it back any more, so that it is not kept.
    pub(crate) hash: Option<String>,
    /// Whether that is so.
    pub(crate) is_final: bool,
    /// Whether the stored block is another one: the chain took one of both back, and that is not followed yet.
    pub(crate) reorged: bool,
}

/// A log, as one contract's words tell it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DecodedLog)]
pub(crate) struct Event {
    /// Index in the block; of what was only tried out, among its own logs.
    pub(crate) log_index: u32,
    /// Who emitted it.
    pub(crate) address: String,
    /// Whose words these are: a protocol's part, a token standard, or the name of a configured contract.
    pub(crate) contract: Option<String>,
    /// Name of the event.
    pub(crate) event: Option<String>,
    /// Its name with the types of its parameters.
    pub(crate) signature: Option<String>,
    /// Id of the pool that it is of.
    pub(crate) pool_id: Option<String>,
    /// Parameters by name.
    #[schema(value_type = Option<Object>)]
    pub(crate) values: Option<Map<String, Value>>,
    /// The log as it came, where nobody known speaks so.
    pub(crate) raw: Option<Raw>,
}

/// A log as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RawLog)]
pub(crate) struct Raw {
    /// The first one names the event.
    pub(crate) topics: Vec<String>,
    pub(crate) data: String,
    /// Whether the data was cut.
    pub(crate) is_cut: bool,
}

/// Rows of a transaction.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TransactionRows)]
pub(crate) struct Stored {
    pub(crate) swaps: Vec<Swap>,
    pub(crate) liquidity_events: Vec<LiquidityEvent>,
}

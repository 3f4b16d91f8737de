//! Transactions and their receipts, as a node writes them.

use alloy_primitives::{Address, B256, Bytes, Log, U64, U256, keccak256};
use serde::Serialize;

use crate::synth::CHAIN_ID;

/// Gas of each transaction.
pub const GAS: u64 = 130_000;
/// Base fee in wei.
pub const BASE_FEE: u64 = 1_000_000_000;

/// A transaction and what it logged.
#[derive(Debug)]
pub struct Action {
    /// Who sent it.
    pub from: Address,
    /// Told apart by it; the made chain counts over all senders.
    pub nonce: u64,
    /// What it logged.
    pub logs: Vec<Log>,
}

/// Where a transaction stands.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Height.
    pub block_number: u64,
    /// Hash of the block.
    pub block_hash: B256,
    /// Index in the block.
    pub index: u64,
}

/// A transaction of type 2.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Transaction {
    r#type: U64,
    chain_id: U64,
    nonce: U64,
    hash: B256,
    block_hash: B256,
    block_number: U64,
    transaction_index: U64,
    from: Address,
    to: Address,
    value: U256,
    gas: U64,
    gas_price: U64,
    max_fee_per_gas: U64,
    max_priority_fee_per_gas: U64,
    input: Bytes,
    access_list: [B256; 0],
    v: U64,
    y_parity: U64,
    r: U256,
    s: U256,
}

/// A receipt without its logs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    r#type: U64,
    status: U64,
    cumulative_gas_used: U64,
    gas_used: U64,
    effective_gas_price: U64,
    transaction_hash: B256,
    transaction_index: U64,
    block_hash: B256,
    block_number: U64,
    from: Address,
    to: Address,
    contract_address: Option<Address>,
}

/// The hash of a sender's transaction with this nonce.
#[must_use]
pub fn hash(from: Address, nonce: u64) -> B256 {
    keccak256([from.as_slice(), &nonce.to_be_bytes()].concat())
}

/// A transaction and its receipt. What it calls is made up, in the size of a usual swap.
#[must_use]
pub fn describe(action: &Action, place: Place) -> (Transaction, Receipt) {
    let Place { block_number, block_hash, index } = place;
    let hash = hash(action.from, action.nonce);
    let to = action.logs.first().map(|log| log.address).unwrap_or_default();
    let tip = 100_000_000 + u64::from(hash[0]) * 1_000_000;
    let words = (0..8_u8).map(|word| keccak256([hash.as_slice(), &[word]].concat()));
    let input: Vec<u8> = hash[..4].iter().copied().chain(words.flat_map(|word| word.0)).collect();
    let transaction = Transaction {
        r#type: U64::from(2),
        chain_id: U64::from(CHAIN_ID),
        nonce: U64::from(action.nonce),
        hash,
        block_hash,
        block_number: U64::from(block_number),
        transaction_index: U64::from(index),
        from: action.from,
        to,
        value: U256::ZERO,
        gas: U64::from(2 * GAS),
        gas_price: U64::from(BASE_FEE + tip),
        max_fee_per_gas: U64::from(2 * BASE_FEE + tip),
        max_priority_fee_per_gas: U64::from(tip),
        input: input.into(),
        access_list: [],
        v: U64::ZERO,
        y_parity: U64::ZERO,
        r: U256::from_be_bytes(hash.0) >> 1,
        s: U256::from_be_bytes(hash.0) >> 2,
    };
    let receipt = Receipt {
        r#type: U64::from(2),
        status: U64::from(1),
        cumulative_gas_used: U64::from((index + 1) * GAS),
        gas_used: U64::from(GAS),
        effective_gas_price: U64::from(BASE_FEE + tip),
        transaction_hash: hash,
        transaction_index: U64::from(index),
        block_hash,
        block_number: U64::from(block_number),
        from: action.from,
        to,
        contract_address: None,
    };
    (transaction, receipt)
}

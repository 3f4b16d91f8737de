//! Blocks around the logs: headers whose hashes link, transactions, and both as a node writes them.

use alloy::consensus::{Header, constants::EMPTY_OMMER_ROOT_HASH};
use alloy::rpc::types::{Block, BlockTransactions, Header as RpcHeader, Log as RpcLog};
use alloy_primitives::{Address, B64, B256, Bloom, U256, keccak256};
use serde::Serialize;

use crate::synth::SECONDS_PER_BLOCK;
use crate::synth::transaction::{self, Action, BASE_FEE, GAS, Place, Receipt, Transaction};

/// A block as a recording holds it.
#[derive(Debug, Serialize)]
pub struct Recorded {
    /// The header with the hashes of the transactions.
    pub header: Block<B256>,
    /// The logs.
    pub logs: Vec<RpcLog>,
    /// The transactions, whole.
    pub transactions: Vec<Transaction>,
    /// The receipts, without logs.
    pub receipts: Vec<Receipt>,
}

/// The block after `parent` with these transactions.
#[must_use]
pub fn build(number: u64, parent: B256, actions: Vec<Action>) -> Recorded {
    let timestamp = super::GENESIS_TIME + number * SECONDS_PER_BLOCK;
    let hashes: Vec<B256> =
        actions.iter().map(|action| transaction::hash(action.from, action.nonce)).collect();
    let mut bloom = Bloom::ZERO;
    for log in actions.iter().flat_map(|action| &action.logs) {
        bloom.accrue_log(log);
    }
    let gas_used = GAS * actions.len() as u64;
    let header = Header {
        parent_hash: parent,
        ommers_hash: EMPTY_OMMER_ROOT_HASH,
        beneficiary: Address::repeat_byte(0xbe),
        state_root: keccak256(number.to_be_bytes()),
        transactions_root: keccak256(hashes.concat()),
        receipts_root: keccak256(bloom),
        logs_bloom: bloom,
        difficulty: U256::ZERO,
        number,
        gas_limit: 30_000_000,
        gas_used,
        timestamp,
        mix_hash: keccak256(parent),
        nonce: B64::ZERO,
        base_fee_per_gas: Some(BASE_FEE),
        ..Header::default()
    };
    let hash = header.hash_slow();
    let mut logs = Vec::new();
    let (mut transactions, mut receipts) = (Vec::new(), Vec::new());
    for ((index, action), transaction_hash) in (0..).zip(actions).zip(&hashes) {
        let place = Place { block_number: number, block_hash: hash, index };
        let (transaction, receipt) = transaction::describe(&action, place);
        transactions.push(transaction);
        receipts.push(receipt);
        for inner in action.logs {
            logs.push(RpcLog {
                inner,
                block_hash: Some(hash),
                block_number: Some(number),
                block_timestamp: Some(timestamp),
                transaction_hash: Some(*transaction_hash),
                transaction_index: Some(index),
                log_index: Some(logs.len() as u64),
                removed: false,
            });
        }
    }
    let header = RpcHeader { hash, inner: header, total_difficulty: None, size: None };
    let header = Block::new(header, BlockTransactions::Hashes(hashes));
    Recorded { header, logs, transactions, receipts }
}

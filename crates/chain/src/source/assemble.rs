//! Logs under their headers, and everything that must hold between them.

use std::collections::{HashMap, HashSet};

use alloy_primitives::{Address, B256, U256};
use domain::block::BlockRef;

use crate::{
    error::ChainError,
    raw::{RawBlock, RawLog, RawTransaction},
    source::fetch::Found,
    wire::{WireBlock, WireLog, WireTransaction},
};

/// Logs that are still part of the chain, and of the blocks that were asked for.
pub(super) fn check_all(logs: &[WireLog], from: u64, to: u64) -> Result<(), ChainError> {
    for log in logs {
        let number = log.block_number.0;
        if log.removed {
            let text = format!("a log of block {number} is marked as removed");
            return Err(ChainError::Inconsistent(text));
        }
        if !(from..=to).contains(&number) {
            let text = format!("asked for logs of {from} to {to}, got one of block {number}");
            return Err(ChainError::Inconsistent(text));
        }
    }
    Ok(())
}

/// Each block is the parent of the next, where their heights say so.
pub(super) fn check_links(headers: &[BlockRef]) -> Result<(), ChainError> {
    for pair in headers.windows(2) {
        let [parent, child] = pair else { continue };
        if child.number == parent.number + 1 && child.parent_hash != parent.hash {
            let text = format!("block {} left the chain meanwhile", parent.number);
            return Err(ChainError::Inconsistent(text));
        }
    }
    Ok(())
}

/// Puts logs, and transactions if wanted, under their headers, which ascend.
pub(super) fn assemble(
    wire: Vec<WireBlock>,
    found: Found,
    transactions: bool,
) -> Result<Vec<RawBlock>, ChainError> {
    let headers = wire.iter().map(BlockRef::from).collect::<Vec<_>>();
    check_links(&headers)?;
    let mut blocks = group(headers, found.logs)?;
    if transactions {
        let mut known = HashMap::<B256, Vec<RawTransaction>>::new();
        for (block, transaction) in found.transactions {
            known.entry(block).or_default().push(transaction);
        }
        for (block, wire) in blocks.iter_mut().zip(wire) {
            let from_receipts = known.remove(&block.header.hash).unwrap_or_default();
            block.transactions = of_logs(&block.logs, wire.transactions, from_receipts)?;
        }
    }
    Ok(blocks)
}

fn group(headers: Vec<BlockRef>, mut logs: Vec<WireLog>) -> Result<Vec<RawBlock>, ChainError> {
    // mostly in order already, which this sort takes little time to see
    logs.sort_by_key(WireLog::place);
    let contradictory = logs.windows(2).find_map(|pair| match pair {
        [one, other] if one.place() == other.place() && one != other => Some(one.place()),
        _ => None,
    });
    if let Some((number, index)) = contradictory {
        let text = format!("block {number} has two different logs with index {index}");
        return Err(ChainError::Inconsistent(text));
    }
    // two queries may find the same log
    logs.dedup_by_key(|log| log.place());
    let mut logs = logs.into_iter().peekable();
    let mut blocks = Vec::with_capacity(headers.len());
    for header in headers {
        let mut mine = Vec::new();
        while let Some(log) = logs.next_if(|log| log.block_number.0 == header.number) {
            if log.block_hash != header.hash {
                return Err(ChainError::Inconsistent(format!(
                    "block {} has hash {}, its log says {}",
                    header.number, header.hash, log.block_hash
                )));
            }
            mine.push(RawLog::try_from(log)?);
        }
        blocks.push(RawBlock { header, logs: mine, transactions: Vec::new() });
    }
    match logs.next() {
        Some(log) => {
            let text = format!("a log of block {} has no header", log.block_number.0);
            Err(ChainError::Inconsistent(text))
        }
        None => Ok(blocks),
    }
}

/// The transactions of these logs. One that stands in no block (Polygon's state sync) has no sender and no price.
fn of_logs(
    logs: &[RawLog],
    wire: Vec<WireTransaction>,
    from_receipts: Vec<RawTransaction>,
) -> Result<Vec<RawTransaction>, ChainError> {
    let wanted = logs.iter().map(|log| log.tx_hash).collect::<HashSet<_>>();
    let mut found = HashMap::with_capacity(wanted.len());
    for transaction in wire.into_iter().filter(|transaction| wanted.contains(&transaction.hash)) {
        found.insert(transaction.hash, RawTransaction::try_from(transaction)?);
    }
    // receipts know more
    for transaction in from_receipts {
        found.insert(transaction.hash, transaction);
    }
    let mut all = Vec::with_capacity(wanted.len());
    let mut last = None;
    for log in logs.iter().filter(|log| wanted.contains(&log.tx_hash)) {
        if last == Some(log.tx_hash) {
            continue;
        }
        last = Some(log.tx_hash);
        let unsigned = RawTransaction {
            hash: log.tx_hash,
            index: log.tx_index,
            from: Address::ZERO,
            gas_price: U256::ZERO,
            gas_used: None,
        };
        all.push(found.remove(&log.tx_hash).unwrap_or(unsigned));
    }
    all.sort_by_key(|transaction| transaction.index);
    Ok(all)
}

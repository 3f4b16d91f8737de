//! A subgraph's state in the words of the status API.

use alloy_primitives::{B256, hex};
use serde_json::{Value as Json, json};

use crate::subgraph::served::Standing;

/// Who is no farther behind the chain than that is taken to be at its head: a node tells of blocks before they are indexed.
const CLOSE: u64 = 10;

/// All of it.
pub(super) fn status(id: &str, network: &str, standing: &Standing) -> Json {
    let Standing { first, latest, head, entities, history_from } = *standing;
    let head = head.map(|(number, hash)| block(number, hash));
    let newest = latest.map(|latest| block(latest.number, latest.hash));
    json!({
        "subgraph": id,
        "synced": is_synced(standing),
        "health": "healthy",
        "fatalError": null,
        "nonFatalErrors": [],
        "chains": [{
            "network": network,
            "chainHeadBlock": head,
            // the reference does not tell its hash either
            "earliestBlock": { "hash": "0x0", "number": first.max(history_from).to_string() },
            "latestBlock": newest,
            "lastHealthyBlock": null,
        }],
        "entityCount": entities.to_string(),
        "node": null,
        "paused": false,
        "historyBlocks": history(standing),
        "subgraphSize": null,
    })
}

/// A block. Hashes have no prefix here, as in the reference.
fn block(number: u64, hash: B256) -> Json {
    json!({ "hash": hex::encode(hash), "number": number.to_string() })
}

fn is_synced(standing: &Standing) -> bool {
    match (standing.latest, standing.head) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(latest), Some((head, _))) => head.saturating_sub(latest.number) <= CLOSE,
    }
}

/// Blocks below the newest one that can be asked for; all of them are as many as the type holds.
fn history(standing: &Standing) -> i32 {
    match standing.latest {
        Some(latest) if standing.history_from > standing.first => {
            let blocks = latest.number.saturating_sub(standing.history_from);
            i32::try_from(blocks).unwrap_or(i32::MAX)
        }
        _ => i32::MAX,
    }
}

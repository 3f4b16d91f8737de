//! What a node said, in words: with what the store knows of the tokens and pools in it, where that answers.

use std::collections::BTreeMap;

use abis::{
    receipt::native_transfers,
    routers::reverts::{self, Cause},
};
use alloy_primitives::{Address, LogData};
use api_kit::problem::Problem;
use chain::client::rehearse::{Rehearsal, Rehearsed};
use domain::{entity::Token, ids::ChainId};
use store::Snapshot;

use super::{
    Outcome, Said,
    answer::{BalanceChange, Reverted, Simulation},
};
use crate::{
    by_block::ByBlock,
    deps::{ChainDeps, Deps},
    node::LiveNode,
    quote::revert,
    read::in_time,
    transactions::{
        changes::{self, Change},
        events,
        voices::Voices,
    },
    view,
};

/// Changes that are told.
const MOST_CHANGES: usize = 1_000;
/// Bytes of what is returned that are told.
const MOST_DATA: usize = 16 * 1024;

/// The answer.
pub(super) async fn told(
    deps: &Deps,
    by_block: &ByBlock,
    (chain_id, chain): (ChainId, &ChainDeps),
    what: &Rehearsal,
    Said { block, method, outcome }: Said,
) -> Simulation {
    let (success, data, gas_used, message, logs) = match outcome {
        Outcome::Told(Rehearsed { tried, logs }) => {
            (tried.success, tried.data, Some(tried.gas_used), tried.message, Some(logs))
        }
        Outcome::Returned(data) => (true, data, None, String::new(), None),
        Outcome::Failed { data, message } => (false, data, None, message, None),
    };
    let mut answer = Simulation {
        chain_id,
        block: block.into(),
        method,
        success,
        return_data: data.slice(..data.len().min(MOST_DATA)).to_string(),
        gas_used: gas_used.map(|gas| gas.to_string()),
        revert: (!success).then(|| reverted(&data, &message)),
        balance_changes: None,
        balance_changes_left_out: 0,
        events: None,
        events_left_out: 0,
    };
    let Some(logs) = logs else { return answer };
    let (deadline, begun) = (LiveNode::deadline(), by_block.begin());
    let snapshot = in_time(deadline, deps.reader.snapshot(chain_id)).await.ok().flatten();
    if let Some(snapshot) = &snapshot {
        by_block.saw(begun, &[(chain_id, snapshot.block())]);
    }
    let mut changes = changes::of(&chain.live.glossary, chain.wrapped_native, &logs);
    // whoever is called may move what it likes between as many accounts as it likes
    changes::put_first(&mut changes, [what.call.from, what.call.to]);
    answer.balance_changes_left_out = changes.len().saturating_sub(MOST_CHANGES);
    changes.truncate(MOST_CHANGES);
    let tokens = match &snapshot {
        Some(snapshot) => in_time(deadline, tokens(snapshot, &changes)).await.unwrap_or_default(),
        None => BTreeMap::new(),
    };
    answer.balance_changes = Some(named(&tokens, &changes));
    let emitted = logs.iter().map(|(address, log)| (*address, log));
    let voices = Voices::of(chain, snapshot.as_ref(), emitted.clone());
    let voices = match in_time(deadline, voices).await {
        Ok(voices) => Ok(voices),
        // what the store does not tell now is told as it came
        Err(_) => Voices::of(chain, None, emitted).await,
    };
    if let Ok(voices) = voices {
        let numbered = numbered(&logs);
        let (events, left_out) = events::told(&voices, numbered.into_iter());
        (answer.events, answer.events_left_out) = (Some(events), left_out);
    }
    answer
}

/// The logs that the transaction itself would leave, without what the node tells of native coins.
fn numbered(logs: &[(Address, LogData)]) -> Vec<(u32, Address, &LogData)> {
    let logs = logs.iter().filter(|(emitter, _)| *emitter != native_transfers());
    (0..).zip(logs).map(|(index, (address, log))| (index, *address, log)).collect()
}

fn reverted(data: &[u8], message: &str) -> Reverted {
    let cause = match reverts::reason(data).map(|reason| reason.cause) {
        Some(Cause::Slippage) => "slippage",
        Some(Cause::Transfer) => "transfer",
        Some(Cause::Deadline) => "deadline",
        Some(Cause::Other) | None => "other",
    };
    Reverted { reason: revert::words(data, message), cause }
}

fn named(tokens: &BTreeMap<Address, Token>, changes: &[Change]) -> Vec<BalanceChange> {
    let named = changes.iter().map(|change| {
        let token = tokens.get(&change.token);
        BalanceChange {
            account: view::address(change.account),
            token: view::address(change.token),
            symbol: token.and_then(|token| token.symbol.clone()),
            decimals: token.and_then(|token| token.decimals),
            change: change.change.clone(),
        }
    });
    named.collect()
}

async fn tokens(
    snapshot: &Snapshot,
    changes: &[Change],
) -> Result<BTreeMap<Address, Token>, Problem> {
    let mut addresses: Vec<_> = changes.iter().map(|change| change.token).collect();
    addresses.sort_unstable();
    addresses.dedup();
    let found = snapshot.tokens_by_addresses(&addresses).await?;
    Ok(found.into_iter().map(|token| (token.address, token)).collect())
}

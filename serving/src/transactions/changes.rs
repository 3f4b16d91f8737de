//! What a transaction moves, by its own logs: of tokens by their `Transfer` events, of native coins where the node tells
//! those, too.

use std::collections::BTreeMap;

use abis::{
    events::v2::Transfer,
    receipt::{Glossary, Voice, native_transfers},
};
use alloy_primitives::{Address, LogData, U256, aliases::U512};
use alloy_sol_types::SolEvent;
use domain::contract::{Body, Value};

#[cfg(test)]
mod tests;

/// What an account has more or less of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// Zero for the native currency.
    pub(super) token: Address,
    pub(super) account: Address,
    /// In smallest units, with a sign.
    pub(super) change: String,
}

/// In and out.
type Flow = (U512, U512);

/// The changes, by account and token; those that are none are left out.
pub(super) fn of(
    glossary: &Glossary,
    wrapped: Option<Address>,
    logs: &[(Address, LogData)],
) -> Vec<Change> {
    let mut flows = BTreeMap::<(Address, Address), Flow>::new();
    let mut moved = |token: Address, from: Address, to: Address, value: U256| {
        // sums of a log's numbers never reach 512 bits
        flows.entry((to, token)).or_default().0 += U512::from(value);
        flows.entry((from, token)).or_default().1 += U512::from(value);
    };
    // what the wrapped coin tells as a transfer, too
    let mut told = BTreeMap::<_, usize>::new();
    for (emitter, log) in logs {
        let Ok(event) = Transfer::decode_log_data_validate(log) else { continue };
        let token = if *emitter == native_transfers() { Address::ZERO } else { *emitter };
        moved(token, event.from, event.to, event.value);
        if Some(*emitter) == wrapped {
            *told.entry((event.from, event.to, event.value)).or_default() += 1;
        }
    }
    for (from, to, value) in logs
        .iter()
        .filter(|(emitter, _)| Some(*emitter) == wrapped)
        .filter_map(|(_, log)| wrapping(glossary, log))
    {
        // there are wrapped coins that tell it both ways
        match (told.get_mut(&(from, to, value)), wrapped) {
            (Some(times @ 1..), _) => *times -= 1,
            (_, Some(wrapped)) => moved(wrapped, from, to, value),
            (_, None) => {}
        }
    }
    let changes = flows.into_iter().filter(|((account, _), _)| !account.is_zero());
    changes
        .filter_map(|((account, token), (gained, lost))| {
            let change = match gained.cmp(&lost) {
                std::cmp::Ordering::Equal => return None,
                std::cmp::Ordering::Greater => (gained - lost).to_string(),
                std::cmp::Ordering::Less => format!("-{}", lost - gained),
            };
            Some(Change { token, account, change })
        })
        .collect()
}

/// Those of these accounts come first, one after the other; whoever tells only some of the changes tells these.
pub(super) fn put_first(changes: &mut [Change], accounts: [Address; 2]) {
    let place = |change: &Change| {
        let place = accounts.iter().position(|account| *account == change.account);
        place.unwrap_or(accounts.len())
    };
    changes.sort_by_key(place);
}

/// What is wrapped comes from nowhere, what is unwrapped goes there.
fn wrapping(glossary: &Glossary, log: &LogData) -> Option<(Address, Address, U256)> {
    let told = glossary.read(&[Voice::Wrapped], log)?;
    let Body::Decoded { values, .. } = &told.body else { return None };
    let [Value::Address(account), Value::Uint(value)] = values.as_slice() else { return None };
    Some(match told.table.event.as_str() {
        "Deposit" => (Address::ZERO, *account, *value),
        _ => (*account, Address::ZERO, *value),
    })
}

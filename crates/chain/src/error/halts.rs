//! Contracts that halt without reverting: an outcome of a call, as a revert is, and no fault of the node.

#[cfg(test)]
mod tests;

/// What halts say (in lower case), of whatever was asked.
const ANYWHERE: [&str; 3] = ["out of gas", "invalid opcode", "stack"];

/// What never begins to run is an outcome as well: nobody else would let it. In whole: an endpoint that is paid for by the
/// call says of the client's account with it that its funds are insufficient.
const NEVER_BEGINS: [(&str, &str); 17] = [
    ("insufficient funds for gas", "geth, reth, anvil"),
    ("insufficient funds for transfer", "geth"),
    ("intrinsic gas too", "geth, reth, anvil"),
    ("insufficient gas for floor data gas cost", "geth"),
    ("block gas limit exceeded", "reth, Nethermind"),
    ("gas limit reached", "geth"),
    ("exceeds block gas limit", "geth, Sei"),
    ("exceeds the block gas limit", "revm"),
    ("exceeds the gas limit (", "revm"),
    ("transaction gas limit too high", "geth"),
    ("transaction gas limit (", "revm"),
    ("gas required exceeds", "geth, reth, anvil"),
    ("nonce too low", "geth, reth"),
    ("nonce too high", "geth, reth"),
    ("nonce has max value", "geth, reth"),
    ("max initcode size exceeded", "geth"),
    ("sender not an eoa", "geth"),
];

/// Codes of `eth_simulateV1` for the same: nonces, fees, gas and funds (-38010 to -38015), a sender with code, code that is too
/// long to be created.
const NEVER_BEGIN: [i64; 8] = [-38010, -38011, -38012, -38013, -38014, -38015, -38024, -38025];
/// Its other codes are of what was asked for beside the call: blocks out of order, precompiles that are moved twice, more than
/// the node tries out.
const NOT_TAKEN: [i64; 5] = [-38020, -38021, -38022, -38023, -38026];

/// The same of calls: geth, whose words most others took over.
const OF_CALLS: [&str; 10] = [
    "invalid jump",
    "write protection",
    "return data out of bounds",
    "gas uint64 overflow",
    "nonce uint64 overflow",
    "max call depth exceeded",
    "insufficient balance for transfer",
    "contract address collision",
    "code size exceeded",
    "invalid code: must not begin with 0xef",
];

/// "VM execution error", by which OpenEthereum and Nethermind tell every halt.
const VM_EXECUTION_ERROR: i64 = -32015;

/// Whether calls are run for a method, with what the client likes.
pub(super) fn runs(method: &str) -> bool {
    matches!(method, "eth_call" | "eth_simulateV1" | "eth_estimateGas")
}

/// Whether an error of a method speaks of a call that never begins to run. To be asked before words of any request are looked
/// for: a limit of gas that is exceeded is none of requests.
pub(super) fn never_begins(method: &str, code: i64, message: &str) -> bool {
    let message = message.to_lowercase();
    let says = || NEVER_BEGINS.iter().any(|(phrase, _)| message.contains(phrase));
    runs(method) && (NEVER_BEGIN.contains(&code) || says())
}

/// Whether a node does not take what such a method was asked for.
pub(super) fn is_not_taken(method: &str, code: i64) -> bool {
    runs(method) && NOT_TAKEN.contains(&code)
}

/// Whether an error of a method speaks of a halt.
pub(super) fn is_halt(method: &str, code: i64, message: &str) -> bool {
    let message = message.to_lowercase();
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| message.contains(phrase));
    let of_calls = || says(&OF_CALLS) || code == VM_EXECUTION_ERROR || names_one(&message);
    says(&ANYWHERE) || (method == "eth_call" && of_calls())
}

/// `EVM error: InvalidJump` (reth), `EVM error InvalidJump` (anvil): one word. What has more to say is of the node's own
/// troubles.
fn names_one(message: &str) -> bool {
    let Some(rest) = message.strip_prefix("evm error") else { return false };
    let word = rest.trim_start_matches(':').trim();
    !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "()_".contains(c))
}

//! Contracts that halt without reverting: an outcome of a call, as a revert is, and no fault of the node.

/// What halts say (in lower case), of whatever was asked.
const ANYWHERE: [&str; 3] = ["out of gas", "invalid opcode", "stack"];

/// What never begins to run is an outcome as well: nobody else would let it. In whole: an endpoint that is paid for by the
/// call says of the client's account with it that its funds are insufficient.
const NEVER_BEGINS: [&str; 3] =
    ["insufficient funds for gas", "insufficient funds for transfer", "intrinsic gas too"];

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

/// Whether an error of a method speaks of a halt.
pub(super) fn is_halt(method: &str, code: i64, message: &str) -> bool {
    let message = message.to_lowercase();
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| message.contains(phrase));
    let of_calls = || says(&OF_CALLS) || code == VM_EXECUTION_ERROR || names_one(&message);
    let runs = matches!(method, "eth_call" | "eth_simulateV1" | "eth_estimateGas");
    says(&ANYWHERE) || (runs && says(&NEVER_BEGINS)) || (method == "eth_call" && of_calls())
}

/// `EVM error: InvalidJump` (reth), `EVM error InvalidJump` (anvil): one word. What has more to say is of the node's own
/// troubles.
fn names_one(message: &str) -> bool {
    let Some(rest) = message.strip_prefix("evm error") else { return false };
    let word = rest.trim_start_matches(':').trim();
    !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "()_".contains(c))
}

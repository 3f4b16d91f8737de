//! Why a configured contract cannot be indexed.

use alloy_primitives::Address;

/// Most names listed in a message.
const SHOWN: usize = 8;

/// A contract's section that makes no sense, alone or beside the others. Each message is one sentence that says what
/// to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContractError {
    /// Larger than any ABI.
    #[error(
        "the ABI has {bytes} bytes, more than the {} an ABI may have: name the contract's own ABI file",
        super::MAX_BYTES
    )]
    TooLarge {
        /// Its size.
        bytes: u64,
    },
    /// No JSON.
    #[error("the ABI is no JSON ({0}): name the ABI file that the compiler wrote")]
    NotJson(String),
    /// JSON, but no ABI.
    #[error(
        "the file holds no ABI: it must be the ABI's JSON array, or an object with that array under `abi`"
    )]
    NotAbi,
    /// An event's entry that is none.
    #[error("entry {index} of the ABI is no event declaration: {reason}")]
    BadEvent {
        /// Index in the array.
        index: usize,
        /// What is wrong.
        reason: String,
    },
    /// Nothing to index.
    #[error("the ABI declares no events, so there is nothing to index")]
    NoEvents,
    /// An event that the ABI does not have.
    #[error("event `{asked}` is not in the ABI, which has {}", list(known))]
    UnknownEvent {
        /// As configured.
        asked: String,
        /// Signatures of the ABI, the nearest first.
        known: Vec<String>,
    },
    /// Several events of that name.
    #[error("the ABI has several events `{asked}`: write which one you mean, {}", list(signatures))]
    Ambiguous {
        /// As configured.
        asked: String,
        /// Their signatures.
        signatures: Vec<String>,
    },
    /// The same signature twice with other topics.
    #[error(
        "the ABI has {0} twice with different indexed parameters, which no log tells apart: remove the one that the \
         contract does not emit"
    )]
    Twice(String),
    /// An event without a topic of its own.
    #[error(
        "event {0} is anonymous and cannot be found by its topic: list the other events you want in `events`"
    )]
    Anonymous(String),
    /// More topics than a log has.
    #[error("event {0} has more than three indexed parameters, which no log can carry")]
    TooManyIndexed(String),
    /// A type that cannot be decoded.
    #[error("parameter `{parameter}` of event {event} has type `{ty}`, which {reason}")]
    Type {
        /// Name of the event.
        event: String,
        /// Name of the parameter, or its number.
        parameter: String,
        /// As the ABI says.
        ty: String,
        /// Why not.
        reason: &'static str,
    },
    /// Nowhere to look.
    #[error("it has neither `addresses` nor a `factory`, so there is nothing to watch")]
    NoAddress,
    /// The zero address.
    #[error("`{0}` names the zero address, where no contract is")]
    ZeroAddress(&'static str),
    /// An address twice.
    #[error("`addresses` names {0} twice")]
    SameAddress(Address),
    /// No usable name.
    #[error("`name` must have 1 to 64 characters")]
    Name,
    /// Two contracts of one name.
    #[error("two contracts are called `{0}`: give each a name of its own")]
    SameName(String),
    /// A parameter the factory's event does not have.
    #[error("the factory's event {event} has no parameter `{asked}`, it has {}", list(known))]
    UnknownParameter {
        /// Signature.
        event: String,
        /// As configured.
        asked: String,
        /// Its parameters, the nearest first.
        known: Vec<String>,
    },
    /// A parameter that is no address.
    #[error(
        "parameter `{parameter}` of the factory's event {event} is of type `{ty}`, but the address of the new contract \
         must be of type `address`"
    )]
    ParameterType {
        /// Signature.
        event: String,
        /// Name.
        parameter: String,
        /// Its type.
        ty: String,
    },
    /// Two tables of one name.
    #[error(
        "collection {collection} would hold both {first} and {second}: rename one of the contracts"
    )]
    Collision {
        /// Name of the collection.
        collection: String,
        /// Contract and event.
        first: String,
        /// Contract and event.
        second: String,
    },
}

fn list(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    match (names.len(), names.len().saturating_sub(SHOWN)) {
        (0, _) => "none".to_owned(),
        (_, 0) => shown.join(", "),
        (_, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

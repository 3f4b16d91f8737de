//! What providers say, in one table: too much asked for, too often asked, not there. Each phrase has a test with the
//! message it was taken from.

#[cfg(test)]
mod tests;

mod suggestion;

pub(crate) use suggestion::{Suggestion, suggestion};

/// Phrases (in lower case) by which providers say that a log query covers too many blocks or has too many results, and
/// whose they are. A query refused like this succeeds when it asks for less.
pub const TOO_LARGE: [(&str, &str); 44] = [
    ("query returned more than", "Infura, geth forks, zkEVM"),
    ("query returns too many logs", "Erigon"),
    ("query block range exceeds server limit", "Erigon"),
    ("query exceeds max results", "reth, LlamaRPC"),
    ("query exceeds max block range", "reth, Hyperliquid, Berachain"),
    ("log response size exceeded", "Alchemy, thirdweb"),
    ("with up to a", "Alchemy free tier, Aurora"),
    ("maximum allowed number of requested blocks", "thirdweb"),
    ("block range is too wide", "Ankr, Moonbeam"),
    ("blocks distance", "Ankr"),
    ("too wide blocks range", "node operators' proxies"),
    ("block range too wide", "several"),
    ("block range too large", "Base, cdk-erigon"),
    ("block range is too large", "Optimism"),
    ("range is too large", "Merkle, QuickNode"),
    ("requested range too large", "Arc"),
    ("requested range exceeds maximum", "Besu"),
    ("exceed maximum block range", "BSC, publicnode"),
    ("exceeded maximum block range", "several"),
    ("exceeds max block range", "several"),
    ("exceeds the range allowed for your plan", "Blast, paid plans"),
    ("exceeds the range", "several"),
    ("block range limit exceeded", "Chainstack"),
    ("limit exceeded, block range", "several"),
    ("block range exceeds", "Somnia, Polygon Amoy"),
    ("block range greater than", "Swell"),
    ("limit the query to at most", "Coinbase"),
    ("requested too many blocks", "Avalanche, dRPC"),
    ("max range:", "Cloudflare, cdk-erigon"),
    ("eth_getlogs is limited to", "QuickNode, 1RPC, Blast, Polygon"),
    ("is limited to a", "QuickNode, Blast"),
    ("currently limited to", "BlockPI"),
    ("must be smaller than size", "Harmony"),
    ("not supported on free", "dRPC"),
    ("exceeds limit of", "Arbitrum, Infura"),
    ("blocks per logs request", "Nethermind"),
    ("too many logs", "Nethermind"),
    ("too many results", "several"),
    ("response size should not", "1RPC"),
    ("response size exceeded", "several"),
    ("response too large", "Optimism, Base"),
    ("response is too big", "reth and other jsonrpsee servers"),
    ("exceeded max limit of", "jsonrpsee servers"),
    ("please limit the block range", "several"),
];

/// Phrases for a log query that took the provider too long: less work in one query helps.
pub const TOO_SLOW: [&str; 7] = [
    "query timeout exceeded",
    "query timed out",
    "request timed out",
    "request timeout",
    "timeout exceeded",
    "execution timeout",
    "context deadline exceeded",
];

/// Phrases for too many requests.
pub const TOO_OFTEN: [&str; 14] = [
    "rate limit",
    "rate-limit",
    "rate exceeded",
    "too many requests",
    "request limit reached",
    "request count exceeded",
    "compute units per second",
    "exceeded its throughput",
    "calls per second",
    "requests per second",
    "exceeded the quota",
    "out of credits",
    "throttled",
    "limit exceeded",
];

/// Phrases for blocks or state that are not there, now.
pub const MISSING: [&str; 15] = [
    "unknown block",
    "header not found",
    "block not found",
    "missing trie node",
    "required data unavailable",
    "requested data not available",
    "blockoutofrange",
    "block out of range",
    "state is not available",
    "no state available",
    "cannot be found",
    "could not find block",
    "after last accepted block",
    "cannot query unfinalized data",
    "resource not found",
];

/// Phrases by which a server refuses the number of addresses in a log query.
pub const TOO_MANY_ADDRESSES: [&str; 4] = [
    "exceed max addresses",
    "less number of address",
    "too many addresses",
    "filters. the current limit is",
];

/// Phrases by which a server refuses the number of requests in one batch.
pub const BATCH_TOO_LARGE: [&str; 6] = [
    "batch too large",
    "max batch size",
    "batch limit",
    "batch size",
    "batch of more than",
    "batches are not",
];

/// What an error message means, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    TooLarge,
    TooOften,
    Missing,
    BatchTooLarge,
    TooManyAddresses,
    Unknown,
}

/// Reads a message. `of_logs` says that a log query or receipts were asked for: there, running out of time means that
/// less should be asked.
pub(crate) fn meaning(code: i64, message: &str, of_logs: bool) -> Meaning {
    let text = message.to_lowercase();
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| text.contains(phrase));
    if says(&BATCH_TOO_LARGE) {
        Meaning::BatchTooLarge
    } else if of_logs && says(&TOO_MANY_ADDRESSES) {
        Meaning::TooManyAddresses
    } else if TOO_LARGE.iter().any(|(phrase, _)| text.contains(phrase))
        || (of_logs && says(&TOO_SLOW))
    {
        Meaning::TooLarge
    } else if says(&MISSING) {
        Meaning::Missing
    } else if matches!(code, 429 | -32005 | -32007 | -32008 | -32016 | -32029) || says(&TOO_OFTEN) {
        Meaning::TooOften
    } else {
        Meaning::Unknown
    }
}

//! What can go wrong between us and a node, sorted by what the caller should do.

use alloy::transports::{RpcError, TransportErrorKind};
use alloy_primitives::Bytes;

#[cfg(test)]
mod tests;

/// A failed request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// The contract reverted: an answer, not a failure of the node.
    #[error("execution reverted: {message}")]
    Reverted {
        /// Revert data.
        data: Bytes,
        /// The node's message.
        message: String,
    },
    /// The node finds the range of blocks or the number of results too large: ask for less.
    #[error("the endpoint refuses the size of the request: {0}")]
    TooLarge(String),
    /// Nothing answered, or not in time, or with a passing fault: try again.
    #[error(
        "the chain's endpoints do not answer ({0}); check the `rpc` urls of the chain and that the node runs"
    )]
    Unavailable(String),
    /// The node has no state or block there, now: it lags, has pruned it, or the block left the chain.
    #[error("the node has no such block or its state is gone: {0}")]
    Missing(String),
    /// The endpoint serves another chain.
    #[error(
        "endpoint {url} serves chain {actual}, but chain {expected} is configured: correct `chain_id` or `rpc`"
    )]
    WrongChain {
        /// Endpoint, without credentials.
        url: String,
        /// Configured id.
        expected: u64,
        /// Its id.
        actual: u64,
    },
    /// The node refuses the request, and will again.
    #[error("the endpoint refuses the request: {0}")]
    Refused(String),
    /// The answer contradicts itself or the question.
    #[error("the endpoint's answer is inconsistent: {0}")]
    Inconsistent(String),
    /// An URL that cannot be used.
    #[error("`{0}` is no http(s) endpoint url")]
    BadUrl(String),
}

/// Phrases by which providers say that a log query is too large, in lower case. Each has a test.
pub const TOO_LARGE_PHRASES: [&str; 14] = [
    "query returned more than",
    "block range is too wide",
    "block range too large",
    "exceed maximum block range",
    "exceeds max block range",
    "exceeds the range",
    "range is too large",
    "log response size exceeded",
    "response size should not",
    "response size exceeded",
    "too many results",
    "query exceeds max results",
    "eth_getlogs is limited to",
    "limit exceeded, block range",
];

/// Phrases for state or blocks that are not there.
const MISSING_PHRASES: [&str; 8] = [
    "unknown block",
    "header not found",
    "block not found",
    "missing trie node",
    "required data unavailable",
    "blockoutofrange",
    "block out of range",
    "state is not available",
];

impl ChainError {
    /// Whether the same request may succeed later.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Missing(_) | Self::Inconsistent(_))
    }

    /// Sorts what the transport says.
    pub(crate) fn from_rpc(error: &RpcError<TransportErrorKind>) -> Self {
        match error {
            RpcError::ErrorResp(payload) => {
                let data = payload.data.as_ref().map(|raw| raw.get().trim_matches('"'));
                Self::from_response(payload.code, &payload.message, data)
            }
            RpcError::Transport(TransportErrorKind::HttpError(http)) if http.status == 413 => {
                Self::TooLarge(format!("HTTP {}", http.status))
            }
            RpcError::Transport(kind) => Self::Unavailable(shorten(&kind.to_string())),
            RpcError::DeserError { err, text } => {
                Self::Inconsistent(format!("{err} in `{}`", shorten(text)))
            }
            other => Self::Unavailable(shorten(&other.to_string())),
        }
    }

    /// Sorts a JSON-RPC error object.
    #[must_use]
    pub fn from_response(code: i64, message: &str, data: Option<&str>) -> Self {
        let lower = message.to_lowercase();
        let bytes = data.and_then(|text| text.parse::<Bytes>().ok());
        if TOO_LARGE_PHRASES.iter().any(|phrase| lower.contains(phrase)) {
            Self::TooLarge(shorten(message))
        } else if MISSING_PHRASES.iter().any(|phrase| lower.contains(phrase)) {
            Self::Missing(shorten(message))
        } else if code == 3 || lower.contains("revert") {
            Self::Reverted { data: bytes.unwrap_or_default(), message: shorten(message) }
        } else if matches!(code, -32602..=-32600) {
            Self::Refused(shorten(message))
        } else if lower.contains("out of gas")
            || lower.contains("invalid opcode")
            || lower.contains("stack")
        {
            Self::Reverted { data: Bytes::new(), message: shorten(message) }
        } else {
            Self::Unavailable(shorten(message))
        }
    }
}

/// Bounds what a node says before it reaches a log or an answer.
fn shorten(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}

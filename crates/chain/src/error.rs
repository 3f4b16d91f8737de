//! What can go wrong between us and a node, sorted by what the caller should do.

use std::time::Duration;

use alloy_primitives::Bytes;

use crate::phrases::{Meaning, meaning};

mod halts;
#[cfg(test)]
mod tests;

use self::halts::{is_halt, is_not_taken, never_begins};

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
    #[error("`{0}` is no http(s) or ws(s) endpoint url")]
    BadUrl(String),
}

impl ChainError {
    /// Whether the same request may succeed later.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Missing(_) | Self::Inconsistent(_))
    }

    /// Sorts a JSON-RPC error object. Too many requests are [`ChainError::Unavailable`].
    #[must_use]
    pub fn from_response(code: i64, message: &str, data: Option<&str>) -> Self {
        Fault::from_response("", code, message, data).error
    }
}

/// A failed request, with what the endpoint wants us to do.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) error: ChainError,
    pub(crate) cause: Cause,
}

/// Why a request failed, as far as it decides what happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Asked too often: wait, at least as long as the endpoint says.
    TooOften(Option<Duration>),
    /// Too many requests in one batch.
    BatchTooLarge,
    /// No answer in time.
    TimedOut,
    /// Anything else: the error says it.
    Other,
}

impl From<ChainError> for Fault {
    fn from(error: ChainError) -> Self {
        Self { error, cause: Cause::Other }
    }
}

impl Fault {
    pub(crate) fn unavailable(text: &str) -> Self {
        ChainError::Unavailable(shorten(text)).into()
    }

    pub(crate) fn too_often(text: &str, wait: Option<Duration>) -> Self {
        Self { error: ChainError::Unavailable(shorten(text)), cause: Cause::TooOften(wait) }
    }

    /// No answer in time. For logs that means too much was asked for.
    pub(crate) fn timed_out(method: &str, text: &str) -> Self {
        let text = shorten(text);
        let error = if is_of_logs(method) {
            ChainError::TooLarge(text)
        } else {
            ChainError::Unavailable(text)
        };
        Self { error, cause: Cause::TimedOut }
    }

    /// The same with the endpoint named. What a refusal of sizes says is read for what it proposes, so it stays as it is.
    pub(crate) fn of_endpoint(mut self, name: &str) -> Self {
        match &mut self.error {
            ChainError::Unavailable(text)
            | ChainError::Missing(text)
            | ChainError::Refused(text)
            | ChainError::Inconsistent(text) => *text = format!("{name}: {text}"),
            ChainError::Reverted { .. }
            | ChainError::TooLarge(_)
            | ChainError::WrongChain { .. }
            | ChainError::BadUrl(_) => {}
        }
        self
    }

    /// Whether the endpoint itself is to blame, rather than the question.
    pub(crate) fn is_endpoints(&self) -> bool {
        self.cause == Cause::TimedOut || matches!(self.error, ChainError::Unavailable(_))
    }

    /// Sorts a JSON-RPC error object.
    pub(crate) fn from_response(
        method: &str,
        code: i64,
        message: &str,
        data: Option<&str>,
    ) -> Self {
        let text = shorten(message);
        let lower = message.to_lowercase();
        let bytes = || data.and_then(|text| text.parse::<Bytes>().ok()).unwrap_or_default();
        // first, because a contract may revert with any words
        if code == 3 || lower.starts_with("execution reverted") {
            return ChainError::Reverted { data: bytes(), message: text }.into();
        }
        if never_begins(method, code, message) {
            return ChainError::Reverted { data: bytes(), message: text }.into();
        }
        if is_not_taken(method, code) {
            return ChainError::Refused(text).into();
        }
        match meaning(code, message, is_of_logs(method)) {
            Meaning::TooLarge => return ChainError::TooLarge(text).into(),
            Meaning::Missing => return ChainError::Missing(text).into(),
            Meaning::TooOften => return Self::too_often(&text, None),
            Meaning::BatchTooLarge => {
                return Self { error: ChainError::Refused(text), cause: Cause::BatchTooLarge };
            }
            Meaning::TooManyAddresses => return ChainError::Refused(text).into(),
            Meaning::Unknown => {}
        }
        let error = if lower.contains("revert") {
            ChainError::Reverted { data: bytes(), message: text }
        } else if matches!(code, -32602..=-32600 | -32700) {
            ChainError::Refused(text)
        } else if is_halt(method, code, message) {
            ChainError::Reverted { data: Bytes::new(), message: text }
        } else {
            ChainError::Unavailable(text)
        };
        error.into()
    }
}

/// Whether a method gives as much as is asked for.
fn is_of_logs(method: &str) -> bool {
    matches!(method, "eth_getLogs" | "eth_getBlockReceipts")
}

/// Bounds what a node says before it reaches a log or an answer.
pub(crate) fn shorten(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(400).collect()
}

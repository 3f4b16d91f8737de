//! What two HTTP services share once: the server shell, problem details, pages and cursors, parsing of what clients send,
//! the block a request reads at, health and metrics.
//!
//! It knows no endpoint and no protocol. Invariants:
//! * every error leaves as a problem document (RFC 9457) with a stable `code`;
//! * a cursor that this program did not make, or made for another list, is refused;
//! * a request reads one chain at one block ([`scope::Scope`]) and its answer says which.

pub mod access;
pub mod answer;
pub mod chains;
pub mod clock;
pub mod cursor;
pub mod extract;
pub mod health;
pub mod metrics;
pub mod page;
pub mod parse;
pub mod price_jobs;
pub mod problem;
pub mod scope;
pub mod shell;
pub mod status;

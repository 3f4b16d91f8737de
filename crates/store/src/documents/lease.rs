//! Collections `leases` and `fences`, both `_id {c}`: who may write a chain until when, and the number of the one who may.
//!
//! Two documents, because two rhythms: the lease is renewed every few seconds, the fence is touched by every commit. In
//! one document each renewal would conflict with the commit under way.

use bson::{DateTime, Document, oid::ObjectId};
use serde::{Deserialize, Serialize};

/// Who holds the lease.
pub(crate) const LEASES: &str = "leases";
/// Whose writes are taken.
pub(crate) const FENCES: &str = "fences";

/// A lease as stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Lease {
    /// One per lease taken, so that nobody is mistaken for somebody else of the same name. `None`: given back.
    pub(crate) id: Option<ObjectId>,
    /// Host and process id, for people.
    pub(crate) holder: String,
    /// The process, for those on the same machine who want to know whether it still runs.
    pub(crate) process: String,
    /// One higher at each take-over.
    pub(crate) token: i64,
    /// By the server's clock.
    pub(crate) expires: DateTime,
    /// The session of all its transactions, so that a successor can end one that was left open.
    #[serde(default)]
    pub(crate) session: Option<Document>,
}

/// A fence as stored.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Fence {
    /// The chain is being removed: only that may go on.
    #[serde(default)]
    pub(crate) removing: bool,
}

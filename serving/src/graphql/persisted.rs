//! Documents that requests name instead of sending them: by the hash of one that was sent before (automatic persisted queries,
//! Apollo's protocol), or by its id in a list that operators keep.
//!
//! A name is replaced by its document before anything else looks at the request, so all limits hold for it as for any other.

use std::sync::Arc;

use async_graphql::{Request, ServerError};

use super::guard;

mod id;
mod kept;
mod list;
mod manifest;
mod settings;
#[cfg(test)]
mod tests;

pub(super) use self::id::DOCUMENT;
use self::{id::Id, kept::Kept};

pub use self::{
    list::{DocumentList, DocumentsError},
    settings::GraphQlSettings,
};

/// How documents are named, and which are answered.
#[derive(Debug)]
pub(super) struct Persisted {
    settings: GraphQlSettings,
    kept: Kept,
}

/// What is known of the document of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// Operators listed it.
    Listed,
    /// The client sent it, now or before.
    Sent,
    /// The client sent it, to be named by this hash from now on.
    New(id::Hash),
}

impl Persisted {
    pub(super) fn new(settings: GraphQlSettings) -> Arc<Self> {
        let kept = Kept::new(settings.apq_bytes);
        Arc::new(Self { settings, kept })
    }

    /// Whether anybody may ask what the schema is.
    pub(super) const fn is_open(&self) -> bool {
        self.settings.introspection && !self.settings.only_documents
    }

    /// Puts the document that a request names in its place, and refuses what may not be run.
    pub(super) fn admit(&self, request: &mut Request) -> Result<(), ServerError> {
        let source = self.find(request)?;
        guard::check(request)?;
        if source != Source::Listed && !self.settings.introspection {
            guard::no_introspection(request)?;
        }
        if let Source::New(hash) = source {
            self.kept.put(hash, &request.query);
        }
        Ok(())
    }

    /// A kept answer was given to this body: the document that it names is in use.
    pub(super) fn used(&self, body: &serde_json::Value) {
        if let Some(hash) = id::of_body(body) {
            self.kept.get(hash);
        }
    }

    fn find(&self, request: &mut Request) -> Result<Source, ServerError> {
        let id = Id::take(request)?;
        let listed = self.settings.documents.has(&request.query);
        let is_named = request.query.is_empty();
        let Some(id) = id else {
            return match listed {
                true => Ok(Source::Listed),
                false if self.settings.only_documents => Err(not_listed()),
                false => Ok(Source::Sent),
            };
        };
        if let Some(document) = self.settings.documents.get(id.text()) {
            if is_named {
                document.clone_into(&mut request.query);
            } else if request.query.trim() != document.trim() {
                return Err(id::mismatch());
            }
            return Ok(Source::Listed);
        }
        if self.settings.only_documents {
            return match (is_named, listed) {
                (true, _) => Err(unknown_id()),
                (false, true) => id.check(&request.query).map(|_| Source::Listed),
                (false, false) => Err(not_listed()),
            };
        }
        let Id::Hash(_) = id else { return Err(unknown_id()) };
        if self.settings.apq_bytes == 0 {
            return Err(refusal("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported"));
        }
        if !is_named {
            return id.check(&request.query).map(Source::New);
        }
        let found = id.hash().and_then(|hash| self.kept.get(hash));
        let found =
            found.ok_or_else(|| refusal("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound"))?;
        found.as_ref().clone_into(&mut request.query);
        Ok(Source::Sent)
    }
}

/// The messages `PersistedQueryNotFound` and `PersistedQueryNotSupported` are part of the protocol.
fn refusal(code: &str, message: &str) -> ServerError {
    guard::coded(code, message.to_owned())
}

fn not_listed() -> ServerError {
    refusal(
        "QUERY_NOT_IN_SAFELIST",
        "only listed documents are answered here, and this is none: have it listed by the operator",
    )
}

fn unknown_id() -> ServerError {
    refusal("PERSISTED_QUERY_NOT_IN_LIST", "no listed document has this id")
}

//! What a request names its document by.

use alloy_primitives::hex;
use async_graphql::{Request, ServerError, Value};
use sha2::{Digest as _, Sha256};

use super::refusal;

/// The member of `extensions` that carries Apollo's protocol.
const APOLLO: &str = "persistedQuery";
/// Where the id of a listed document is put when it came beside the request's other members.
pub(in crate::graphql) const DOCUMENT: &str = "documentId";
/// Longer ids are none.
const LONGEST: usize = 256;

/// SHA-256 of a document.
pub(super) type Hash = [u8; 32];

/// The name of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Id {
    /// As Apollo's protocol says it: the hash, or whatever a manifest calls the document.
    Hash(String),
    /// As others do.
    Listed(String),
}

impl Id {
    /// Takes it out of the request, where nothing else looks for it.
    pub(super) fn take(request: &mut Request) -> Result<Option<Self>, ServerError> {
        let apollo = request.extensions.remove(APOLLO).filter(|value| *value != Value::Null);
        let listed = request.extensions.remove(DOCUMENT).filter(|value| *value != Value::Null);
        match (apollo, listed) {
            (None, None) => Ok(None),
            (Some(Value::Object(members)), None) => {
                match members.get("version") {
                    Some(Value::Number(version)) if version.as_u64() == Some(1) => {}
                    _ => return Err(invalid("Unsupported persisted query version")),
                }
                text(members.get("sha256Hash")).map(|hash| Some(Self::Hash(hash)))
            }
            (None, id) => text(id.as_ref()).map(|id| Some(Self::Listed(id))),
            (Some(_), None) => Err(invalid(
                "`extensions.persistedQuery`: give {\"version\": 1, \"sha256Hash\": \"…\"}",
            )),
            (Some(_), Some(_)) => {
                Err(invalid("give `persistedQuery` or a document's id, not both"))
            }
        }
    }

    pub(super) fn text(&self) -> &str {
        match self {
            Self::Hash(text) | Self::Listed(text) => text,
        }
    }

    /// The hash that it is, if it is one.
    pub(super) fn hash(&self) -> Option<Hash> {
        let Self::Hash(text) = self else { return None };
        hex::decode(text).ok()?.try_into().ok()
    }

    /// The hash of a document, if this is it.
    pub(super) fn check(&self, document: &str) -> Result<Hash, ServerError> {
        let hash = sha256(document);
        if self.hash() == Some(hash) { Ok(hash) } else { Err(mismatch()) }
    }
}

pub(super) fn sha256(document: &str) -> Hash {
    Sha256::digest(document.as_bytes()).into()
}

/// The hash that a body names, if it is one.
pub(super) fn of_body(body: &serde_json::Value) -> Option<Hash> {
    let hash = body.get("extensions")?.get(APOLLO)?.get("sha256Hash")?;
    hex::decode(hash.as_str()?).ok()?.try_into().ok()
}

pub(super) fn mismatch() -> ServerError {
    refusal("PERSISTED_QUERY_HASH_MISMATCH", "provided sha does not match query")
}

fn text(value: Option<&Value>) -> Result<String, ServerError> {
    match value {
        Some(Value::String(text)) if (1..=LONGEST).contains(&text.len()) => Ok(text.clone()),
        _ => Err(invalid("the id of a document is a text of 1 to 256 bytes")),
    }
}

fn invalid(message: &str) -> ServerError {
    refusal("PERSISTED_QUERY_INVALID", message)
}

//! What a request may do.

use std::sync::{Arc, OnceLock};

use axum::http::StatusCode;

use super::{Access, KeyScope, sent, table::Known, unauthorized};
use crate::problem::Problem;

/// Where it is noted which key a request came with, in its extensions: the log reads it, also when the answer was given up.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeyId(pub(crate) Arc<OnceLock<String>>);

/// What a request may do, in its extensions.
#[derive(Debug, Clone)]
pub struct Grant {
    access: Access,
    key: Option<Arc<Known>>,
}

impl Grant {
    pub(super) const fn new(access: Access, key: Option<Arc<Known>>) -> Self {
        Self { access, key }
    }

    /// Whether it comes with a key.
    #[must_use]
    pub const fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// The id of its key.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key.as_ref().map(|key| key.record.id.as_str())
    }

    /// Refuses what it may not do.
    ///
    /// # Errors
    /// 401 `KEY_REQUIRED` without a key, 403 `SCOPE_MISSING` with one that is not good for this.
    pub fn require(&self, scope: KeyScope) -> Result<(), Problem> {
        if self.access.is_open(scope) {
            return Ok(());
        }
        match &self.key {
            Some(key) if key.scopes.has(scope) => Ok(()),
            Some(_) => {
                self.access.refused("scope");
                let detail = format!("this key is not good for this: it has no scope `{scope}`");
                Err(Problem::new(StatusCode::FORBIDDEN, "SCOPE_MISSING", detail)
                    .with("scope", scope.name()))
            }
            None => {
                self.access.refused("missing");
                let detail = format!(
                    "this needs a key with the scope `{scope}`: send it as `Authorization: Bearer sooho_key_…` or as `X-Api-Key`"
                );
                Err(unauthorized("KEY_REQUIRED", detail).with("scope", scope.name()))
            }
        }
    }

    /// The same with a key that came later, in the first message of a connection: browsers send no headers with those.
    ///
    /// # Errors
    /// As [`Access::identify_key`]; 400 `KEY_AMBIGUOUS` beside another key.
    pub async fn with_key(&self, text: &str) -> Result<Self, Problem> {
        let later = self.access.identify_key(sent::of_text(text)).await?;
        match (self.key_id(), later.key_id()) {
            (Some(one), Some(other)) if one != other => Err(Problem::bad_request(
                "KEY_AMBIGUOUS",
                "the connection was opened with another key",
            )),
            _ => Ok(later),
        }
    }

    /// Whether its key is still good, for what goes on for long.
    ///
    /// # Errors
    /// Why not. While that cannot be told it counts as good.
    pub async fn renewed(&self) -> Result<(), Problem> {
        let Some(key) = &self.key else { return Ok(()) };
        match self.access.inner.table.find(&key.record.id).await {
            Ok(Some(known)) => self.access.check_times(&known),
            Ok(None) => Err(unauthorized("KEY_UNKNOWN", "the key is gone")),
            Err(_) => Ok(()),
        }
    }
}

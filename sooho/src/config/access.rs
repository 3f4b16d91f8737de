//! `[access]`: who may do what.

use api_kit::access::{KeyScope, Scopes};
use serde::{Deserialize, Serialize};

/// `[access]`: who may do what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccessConfig {
    /// What anybody may do without a key.
    pub anonymous: Scopes,
}

impl Default for AccessConfig {
    fn default() -> Self {
        Self { anonymous: Scopes::OPEN }
    }
}

impl AccessConfig {
    /// A value that cannot be meant.
    ///
    /// # Errors
    /// A sentence that names the key.
    pub(super) fn check(self) -> Result<(), String> {
        if self.anonymous.has(KeyScope::Admin) {
            return Err(
                "access.anonymous cannot have `admin`: whoever runs the service makes a key (`sooho keys add`)".to_owned(),
            );
        }
        Ok(())
    }
}

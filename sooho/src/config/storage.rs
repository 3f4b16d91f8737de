//! `[store]`: where data lies.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The value of `store.uri` that asks for a managed local server.
pub const EMBEDDED: &str = "embedded";

/// `[store]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreConfig {
    /// `embedded` or a `mongodb://` URI.
    pub uri: String,
    /// Database.
    pub database: String,
    /// Data folder of the embedded server.
    pub data_dir: PathBuf,
    /// Binary of the embedded server; empty: found by itself.
    pub mongod: PathBuf,
    /// Cache of the embedded server in MB.
    pub cache_mb: u32,
}

impl StoreConfig {
    /// Whether the server is a local one of ours.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        self.uri == EMBEDDED
    }
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            uri: EMBEDDED.into(),
            database: "sooho".into(),
            data_dir: ".sooho/mongo".into(),
            mongod: PathBuf::new(),
            cache_mb: 512,
        }
    }
}

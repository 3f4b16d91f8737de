//! `[[subgraph]]`: under which names a DEX answers as a subgraph, and how much a request may ask for.

use std::{fmt::Display, path::Path, sync::Arc};

use domain::entity::Protocol;
use serde::{Deserialize, Serialize};
use subgraph::{Limits, schema::Schema, standard};

use super::tables;

mod check;
mod id;
#[cfg(test)]
mod tests;

pub use self::check::{KnownChain, check};

/// Entities of one list if nothing is said: what clients page by.
pub const MAX_FIRST: u32 = 1_000;
/// Entities that a list may leave out if nothing is said: as hosted gateways have it.
pub const MAX_SKIP: u32 = 5_000;

/// A subgraph that is served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubgraphSettings {
    /// Name, `owner/name` or one word; it answers at `/subgraphs/name/NAME`.
    pub name: String,
    /// Other names that clients know it by.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Id of the deployment, for `/subgraphs/id/ID` and `_meta`; empty: one that is made of chain and name.
    #[serde(default)]
    pub id: String,
    /// Name of the chain.
    pub chain: String,
    /// Configured name of the DEX.
    pub dex: String,
    /// A schema file, relative to the configuration; empty: the one that clients know for the DEX's protocol.
    #[serde(default)]
    pub schema: String,
    /// Most entities of one list.
    #[serde(default = "max_first")]
    pub max_first: u32,
    /// Most entities that a list leaves out.
    #[serde(default = "max_skip")]
    pub max_skip: u32,
    /// That file's text, once it was read.
    #[serde(skip)]
    pub text: Option<Arc<str>>,
}

const fn max_first() -> u32 {
    MAX_FIRST
}

const fn max_skip() -> u32 {
    MAX_SKIP
}

impl SubgraphSettings {
    /// Id of the deployment. Without a configured one it depends on nothing but chain and name, so it outlives restarts and
    /// other settings, and looks like any other: clients refuse what does not begin with `Qm`.
    #[must_use]
    pub fn deployment(&self) -> String {
        if self.id.is_empty() { id::of(&self.chain, &self.name) } else { self.id.clone() }
    }

    /// How much a request may ask for.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits { first: self.max_first, skip: self.max_skip, ..Limits::default() }
    }

    /// Reads the schema file that is named, if one is, relative to `folder`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read_schema(&mut self, folder: &Path) -> Result<(), String> {
        if self.schema.is_empty() {
            return Ok(());
        }
        let path = folder.join(&self.schema);
        let text = std::fs::read_to_string(&path)
            .map_err(|error| format!("schema: {}: {error}", path.display()))?;
        let wrong = |error: &dyn Display| format!("schema: {}: {error}", path.display());
        let schema = Schema::parse(&text).map_err(|error| wrong(&error))?;
        for (_, entity) in schema.entities() {
            tables::entity(&schema, entity, 0).map_err(|error| wrong(&error))?;
        }
        self.text = Some(text.into());
        Ok(())
    }

    /// The text of the schema of a DEX with these rules: that of the file, or the one that clients know.
    #[must_use]
    pub fn schema_text(&self, protocol: Protocol) -> &str {
        match (&self.text, protocol) {
            (Some(text), _) => text,
            (None, Protocol::V2) => standard::UNISWAP_V2,
            (None, Protocol::V3) => standard::UNISWAP_V3,
            (None, Protocol::V4) => standard::UNISWAP_V4,
        }
    }
}

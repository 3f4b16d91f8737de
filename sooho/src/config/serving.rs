//! `[serving]`: the DEX API.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use serving::{
    ExportSettings,
    graphql::{DocumentList, GraphQlSettings},
};

use super::ServiceConfig;

#[cfg(test)]
mod tests;

/// More files at a time are a mistake.
const MOST_EXPORTS: usize = 1_000;
/// The database remembers a block for five minutes unless it is told otherwise.
const LONGEST_EXPORT_S: u64 = 3_600;
/// More memory for documents is a mistake.
const MOST_APQ_MB: usize = 4_096;
/// More memory for rows is a mistake.
const MOST_ROWS_MB: usize = 65_536;

/// `[serving]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServingConfig {
    /// Address and port.
    pub listen: SocketAddr,
    /// Memory of each chain for what is asked most of the newest block; 0: the store is asked always.
    pub rows_mb: usize,
    /// Lists as files.
    pub export: ExportConfig,
    /// Which documents are answered.
    pub graphql: GraphQlConfig,
}

/// `[serving.export]`: lists as files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExportConfig {
    /// Most rows of a file.
    pub max_rows: u32,
    /// Longest time a file may take, in seconds.
    pub max_seconds: u64,
    /// Files written at a time.
    pub at_once: usize,
}

/// `[serving.graphql]`: which documents are answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GraphQlConfig {
    /// Whether anybody may ask what the schema is.
    pub introspection: bool,
    /// Memory for documents that clients name by their hash.
    pub apq_mb: usize,
    /// A manifest, or a folder of them; empty: none.
    pub documents: String,
    /// Whether nothing else is answered.
    pub only_documents: bool,
    /// Those documents, once they were read.
    #[serde(skip)]
    pub list: Arc<DocumentList>,
}

impl Default for ServingConfig {
    fn default() -> Self {
        Self {
            listen: ServiceConfig::local(8080).listen,
            rows_mb: serving::book::ROWS >> 20,
            export: ExportConfig::default(),
            graphql: GraphQlConfig::default(),
        }
    }
}

impl Default for ExportConfig {
    fn default() -> Self {
        let ExportSettings { max_rows, max_time, at_once } = ExportSettings::default();
        Self { max_rows, max_seconds: max_time.as_secs(), at_once }
    }
}

impl ExportConfig {
    /// As the service takes it.
    #[must_use]
    pub const fn settings(&self) -> ExportSettings {
        let Self { max_rows, max_seconds, at_once } = *self;
        ExportSettings { max_rows, max_time: Duration::from_secs(max_seconds), at_once }
    }

    fn check(&self) -> Result<(), String> {
        if self.max_rows == 0 {
            return Err("serving.export.max_rows must be at least 1".to_owned());
        }
        if !(1..=LONGEST_EXPORT_S).contains(&self.max_seconds) {
            return Err(format!("serving.export.max_seconds must be 1 to {LONGEST_EXPORT_S}"));
        }
        if self.at_once > MOST_EXPORTS {
            return Err(format!("serving.export.at_once must be 0 to {MOST_EXPORTS}"));
        }
        Ok(())
    }
}

impl Default for GraphQlConfig {
    fn default() -> Self {
        let settings = GraphQlSettings::default();
        Self {
            introspection: settings.introspection,
            apq_mb: settings.apq_bytes >> 20,
            documents: String::new(),
            only_documents: settings.only_documents,
            list: settings.documents,
        }
    }
}

impl GraphQlConfig {
    /// As the service takes it.
    #[must_use]
    pub fn settings(&self) -> GraphQlSettings {
        GraphQlSettings {
            introspection: self.introspection,
            apq_bytes: self.apq_mb << 20,
            documents: Arc::clone(&self.list),
            only_documents: self.only_documents,
        }
    }

    /// Reads the documents that the configuration names, relative to `folder`.
    ///
    /// # Errors
    /// What is wrong with which file.
    pub fn read_documents(&mut self, folder: &Path) -> Result<(), String> {
        if self.documents.is_empty() {
            return Ok(());
        }
        let list = DocumentList::read(&folder.join(&self.documents));
        self.list = Arc::new(list.map_err(|error| format!("serving.graphql.documents: {error}"))?);
        Ok(())
    }

    fn check(&self) -> Result<(), String> {
        if self.apq_mb > MOST_APQ_MB {
            return Err(format!("serving.graphql.apq_mb must be 0 to {MOST_APQ_MB}"));
        }
        if self.only_documents && self.documents.is_empty() {
            return Err(
                "serving.graphql.only_documents answers nothing without serving.graphql.documents: name a manifest"
                    .to_owned(),
            );
        }
        Ok(())
    }
}

impl ServingConfig {
    /// The first value that cannot be meant.
    ///
    /// # Errors
    /// A sentence that names the key.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.rows_mb > MOST_ROWS_MB {
            return Err(format!("serving.rows_mb must be 0 to {MOST_ROWS_MB}"));
        }
        self.export.check()?;
        self.graphql.check()
    }
}

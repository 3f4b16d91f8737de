//! What operators decide about documents.

use std::sync::Arc;

use super::DocumentList;

/// Which documents are answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphQlSettings {
    /// Whether anybody may ask what the schema is.
    pub introspection: bool,
    /// Memory for documents that clients name by their hash, in bytes; 0: they cannot.
    pub apq_bytes: usize,
    /// Documents that are known by an id.
    pub documents: Arc<DocumentList>,
    /// Whether nothing else is answered.
    pub only_documents: bool,
}

impl Default for GraphQlSettings {
    fn default() -> Self {
        Self {
            introspection: true,
            apq_bytes: 16 << 20,
            documents: Arc::default(),
            only_documents: false,
        }
    }
}

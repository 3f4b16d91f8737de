//! What a client wants to know of the server's state: `_meta`.

use crate::{
    document::{Document, Selected},
    error::QueryError,
};

/// What is wanted of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Meta {
    pub(crate) fields: Vec<(String, MetaField)>,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MetaField {
    TypeName,
    Deployment,
    HasErrors,
    Block(Vec<(String, BlockField)>),
}

/// A field of its block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BlockField {
    TypeName,
    Hash,
    Number,
    Timestamp,
    ParentHash,
}

impl Meta {
    pub(super) fn read(
        document: &Document,
        of: &Selected<'_>,
        steps: &mut usize,
    ) -> Result<Self, QueryError> {
        let mut fields = Vec::new();
        for field in document.fields("_Meta_", &of.sets, steps)? {
            let wanted = match field.name {
                "__typename" => MetaField::TypeName,
                "deployment" => MetaField::Deployment,
                "hasIndexingErrors" => MetaField::HasErrors,
                "block" if !field.has_selection() => continue,
                "block" => MetaField::Block(block(document, &field, steps)?),
                _ => return Err(super::unknown("_Meta_", &field)),
            };
            fields.push((field.key.to_owned(), wanted));
        }
        Ok(Self { fields })
    }
}

fn block(
    document: &Document,
    of: &Selected<'_>,
    steps: &mut usize,
) -> Result<Vec<(String, BlockField)>, QueryError> {
    let mut fields = Vec::new();
    for field in document.fields("_Block_", &of.sets, steps)? {
        let wanted = match field.name {
            "__typename" => BlockField::TypeName,
            "hash" => BlockField::Hash,
            "number" => BlockField::Number,
            "timestamp" => BlockField::Timestamp,
            "parentHash" => BlockField::ParentHash,
            _ => return Err(super::unknown("_Block_", &field)),
        };
        fields.push((field.key.to_owned(), wanted));
    }
    Ok(fields)
}

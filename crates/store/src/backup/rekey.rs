//! Another number for the chain: a backup carries that of the generation it was taken of.

use bson::{Bson, Document, RawDocumentBuf};

use crate::{
    documents::{Stored as _, decode_doc, encode_doc, pool, undo},
    error::StoreError,
    rows,
};

/// The documents of a collection with `to` where `from` stands for the chain; as they are when these are the same.
pub(super) fn all(
    collection: &str,
    documents: Vec<RawDocumentBuf>,
    from: i64,
    to: i64,
) -> Result<Vec<RawDocumentBuf>, StoreError> {
    if from == to || collection == crate::documents::META {
        return Ok(documents);
    }
    let renamed = documents.iter().map(|raw| {
        let mut document: Document = decode_doc("(backup)", raw)?;
        one(collection, &mut document, to);
        if collection == rows::COLLECTION {
            keys_of_rows(&mut document, from, to);
        }
        encode_doc("(backup)", &document)
    });
    renamed.collect()
}

/// Puts the number wherever the documents of a collection name their chain.
fn one(collection: &str, document: &mut Document, to: i64) {
    const ID: &[&[&str]] = &[&["_id"]];
    const POOL: &[&[&str]] = &[&["_id"], &["created"], &["swaps"]];
    const ROW: &[&[&str]] = &[&["_id"], &["g"]];
    const UNDO: &[&[&str]] = &[&["_id"], &["head", "prev", "_id"]];
    let paths = match collection {
        pool::Doc::COLLECTION => POOL,
        rows::COLLECTION => ROW,
        undo::Doc::COLLECTION => UNDO,
        _ => ID,
    };
    for path in paths {
        let mut at = Some(&mut *document);
        for name in *path {
            at = at.and_then(|document| document.get_document_mut(name).ok());
        }
        put(at, to);
    }
    let Ok(images) = document.get_array_mut("images") else { return };
    for image in images.iter_mut().filter_map(Bson::as_document_mut) {
        put(image.get_document_mut("i").ok(), to);
        let name = image.get_str("k").unwrap_or_default().to_owned();
        if let Ok(before) = image.get_document_mut("d") {
            one(&name, before, to);
        }
    }
}

fn put(place: Option<&mut Document>, to: i64) {
    if let Some(chain) = place.and_then(|place| place.get_mut("c")) {
        *chain = Bson::Int64(to);
    }
}

/// The short keys of transactions and accounts are different for each chain.
fn keys_of_rows(document: &mut Document, from: i64, to: i64) {
    let kind = document.get_document("_id").and_then(|id| id.get_i32("t")).unwrap_or_default();
    for name in ["x", "a"] {
        let Ok(keys) = document.get_array_mut(name) else { continue };
        let mut renamed: Vec<i64> = keys
            .iter()
            .filter_map(Bson::as_i64)
            .map(|key| rows::rekeyed(key, kind, from, to))
            .collect();
        renamed.sort_unstable();
        *keys = renamed.into_iter().map(Bson::Int64).collect();
    }
}

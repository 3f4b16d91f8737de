//! Documents whose bytes are merged with what is new, by anyone at any time: each has a number that grows with every
//! change, and a change that was overtaken is made again from what stands there then.

use bson::{Binary, Document, RawDocument, RawDocumentBuf, doc, spec::BinarySubtype};
use futures::TryStreamExt as _;
use mongodb::{
    Collection,
    error::{Error, ErrorKind},
};

use crate::{
    documents::{decode_doc, encode_doc},
    error::StoreError,
    packed::PackedError,
};

/// `DuplicateKey`.
const DUPLICATE: i32 = 11_000;
/// Documents read and written at once; each may have some hundred kilobytes.
const TOGETHER: usize = 32;

/// What is to become of one document.
pub(super) trait Edit: Send + Sync {
    /// Its `_id`.
    fn id(&self) -> Document;
    /// The bytes that shall stand there, of those that do; the same ones when nothing is new.
    fn merged(&self, found: Option<&RawDocument>) -> Result<Vec<u8>, StoreError>;
    /// Fields beside the bytes, of a new document.
    fn fields(&self) -> Document {
        Document::new()
    }
}

/// Makes all edits. Each is made once, however many writers there are.
pub(super) async fn change<E: Edit>(
    collection: &Collection<RawDocumentBuf>,
    edits: &[E],
) -> Result<(), StoreError> {
    for some in edits.chunks(TOGETHER) {
        let mut pending: Vec<&E> = some.iter().collect();
        while !pending.is_empty() {
            pending = attempt(collection, &pending).await?;
        }
    }
    Ok(())
}

/// Makes the edits that nobody interferes with, and gives back the others.
async fn attempt<'a, E: Edit>(
    collection: &Collection<RawDocumentBuf>,
    edits: &[&'a E],
) -> Result<Vec<&'a E>, StoreError> {
    let ids: Vec<Document> = edits.iter().map(|edit| edit.id()).collect();
    let found: Vec<RawDocumentBuf> =
        collection.find(doc! { "_id": { "$in": &ids } }).await?.try_collect().await?;
    let (mut new, mut overtaken) = (Vec::new(), Vec::new());
    for (edit, id) in edits.iter().zip(ids) {
        let stored = found.iter().find(|raw| is(raw, &id));
        let bytes = edit.merged(stored.map(|raw| &**raw))?;
        let Some(stored) = stored else {
            let mut document = doc! { "_id": id, "n": 0_i64, "v": binary(bytes) };
            document.extend(edit.fields());
            new.push((*edit, encode_doc("(packed prices)", &document)?));
            continue;
        };
        if packed(stored)? == bytes {
            continue;
        }
        let number = stored.get_i64("n").unwrap_or_default();
        let raised = doc! { "$set": { "v": binary(bytes), "n": number + 1 } };
        let made = collection.update_one(doc! { "_id": id, "n": number }, raised).await?;
        if made.matched_count == 0 {
            overtaken.push(*edit);
        }
    }
    let documents: Vec<RawDocumentBuf> = new.iter().map(|(_, document)| document.clone()).collect();
    for index in insert_new(collection, &documents).await? {
        overtaken.extend(new.get(index).map(|(edit, _)| *edit));
    }
    Ok(overtaken)
}

/// Whether this is the document with the id. Ids have their fields always in the same order.
fn is(raw: &RawDocument, id: &Document) -> bool {
    let stored = raw.get_document("_id").ok().and_then(|stored| Document::try_from(stored).ok());
    stored.as_ref() == Some(id)
}

/// Inserts the documents that are not there yet, and gives the places of those that are.
pub(super) async fn insert_new(
    collection: &Collection<RawDocumentBuf>,
    documents: &[RawDocumentBuf],
) -> Result<Vec<usize>, StoreError> {
    if documents.is_empty() {
        return Ok(Vec::new());
    }
    let Err(error) = collection.insert_many(documents).ordered(false).await else {
        return Ok(Vec::new());
    };
    known(&error).ok_or_else(|| error.into())
}

/// The places of documents that were there; `None` when anything else went wrong.
fn known(error: &Error) -> Option<Vec<usize>> {
    let ErrorKind::InsertMany(many) = &*error.kind else { return None };
    let errors = many.write_errors.as_ref().filter(|_| many.write_concern_error.is_none())?;
    let known = errors.iter().map(|write| (write.code == DUPLICATE).then_some(write.index));
    known.collect()
}

pub(super) fn binary(bytes: Vec<u8>) -> Binary {
    Binary { subtype: BinarySubtype::Generic, bytes }
}

/// The bytes of a document.
pub(super) fn packed(raw: &RawDocument) -> Result<&[u8], StoreError> {
    raw.get_binary("v").map(|binary| binary.bytes).map_err(|error| corrupt(raw, &error.to_string()))
}

/// What is stored is not what was written here.
pub(super) fn corrupt(raw: &RawDocument, why: &str) -> StoreError {
    let id = raw.get_document("_id").map(|id| decode_doc::<Document>("(id)", id));
    let id = id.ok().and_then(Result::ok).map_or_else(String::new, |id| id.to_string());
    StoreError::Corrupt { collection: "price_*", id, why: why.to_owned() }
}

/// The same of packed bytes.
pub(super) fn unreadable(raw: &RawDocument, error: &PackedError) -> StoreError {
    corrupt(raw, &error.to_string())
}

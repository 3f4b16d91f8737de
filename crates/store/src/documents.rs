//! The stored documents, one collection per file. A document is never a domain type and never an answer: it is what the
//! database holds, with the conversions to and from the domain.
//!
//! Every `_id` is a document that starts with the chain id. Its fields are always written in the same order, so that
//! the server compares whole ids like tuples; lists page over ranges of `_id`.

use bson::{Bson, Document, RawBsonRef, RawDocument, RawDocumentBuf};
use serde::{Serialize, de::DeserializeOwned};

use crate::{codec::walk::Field, error::StoreError};

pub(crate) mod contract_event;
pub(crate) mod figures;
pub(crate) mod kept;
pub(crate) mod lease;
pub(crate) mod nft_balance;
pub(crate) mod nft_transfer;
pub(crate) mod pool;
pub(crate) mod reconciled;
pub(crate) mod record;
pub(crate) mod row;
pub(crate) mod tick;
pub(crate) mod token;
pub(crate) mod undo;
pub(crate) mod watermark;

/// One entry per schema version of the whole database.
pub(crate) const META: &str = "meta";

/// Collections that hold chain data.
pub(crate) const COLLECTIONS: [&str; 22] = [
    crate::candles::COLLECTION,
    crate::history::COLLECTION,
    kept::COLLECTION,
    figures::LIQUIDITY_POSITIONS,
    figures::NFT_POSITIONS,
    figures::FACTORIES,
    figures::PROTOCOL_DAYS,
    figures::TOKEN_FIGURES,
    figures::POOL_INTERVALS,
    figures::TOKEN_INTERVALS,
    figures::ACCOUNTS,
    figures::TICK_WORDS,
    figures::TICK_DAYS,
    pool::Doc::COLLECTION,
    tick::Doc::COLLECTION,
    token::Doc::COLLECTION,
    nft_balance::Doc::COLLECTION,
    crate::rows::COLLECTION,
    reconciled::COLLECTION,
    nft_transfer::Doc::COLLECTION,
    undo::Doc::COLLECTION,
    watermark::Doc::COLLECTION,
];

/// A document of one collection.
pub(crate) trait Stored: Serialize + Sized {
    /// Where it is stored.
    const COLLECTION: &'static str;
    /// What it stands for.
    type Domain;

    /// As it is stored.
    fn from_domain(chain: i64, value: &Self::Domain) -> Self;
    /// What it stands for.
    fn into_domain(self) -> Self::Domain;
    /// Reads one; or why it cannot be read.
    fn read(raw: &RawDocument) -> Result<Self, String>;
}

/// Encodes a domain value.
pub(crate) fn encode<D: Stored>(
    chain: i64,
    value: &D::Domain,
) -> Result<RawDocumentBuf, StoreError> {
    encode_doc(D::COLLECTION, &D::from_domain(chain, value))
}

/// Encodes a document.
pub(crate) fn encode_doc<T: Serialize>(
    collection: &'static str,
    doc: &T,
) -> Result<RawDocumentBuf, StoreError> {
    bson::serialize_to_raw_document_buf(doc)
        .map_err(|error| StoreError::Encode { collection, why: error.to_string() })
}

/// Decodes a domain value.
pub(crate) fn decode<D: Stored>(raw: &RawDocument) -> Result<D::Domain, StoreError> {
    D::read(raw).map(D::into_domain).map_err(|why| corrupt(D::COLLECTION, raw, why))
}

/// Decodes a document in one walk.
pub(crate) fn walk_doc<'a, T: Field<'a>>(
    collection: &'static str,
    raw: &'a RawDocument,
) -> Result<T, StoreError> {
    T::read(RawBsonRef::Document(raw)).map_err(|why| corrupt(collection, raw, why))
}

/// Decodes a document by serde, for kinds of which few are read at once.
pub(crate) fn decode_doc<T: DeserializeOwned>(
    collection: &'static str,
    raw: &RawDocument,
) -> Result<T, StoreError> {
    by_serde(raw).map_err(|why| corrupt(collection, raw, why))
}

/// [`Stored::read`] of kinds of which few are read at once.
pub(crate) fn by_serde<T: DeserializeOwned>(raw: &RawDocument) -> Result<T, String> {
    bson::deserialize_from_slice(raw.as_bytes()).map_err(|error| error.to_string())
}

fn corrupt(collection: &'static str, raw: &RawDocument, why: String) -> StoreError {
    let id = raw.get("_id").ok().flatten().and_then(|id| Bson::try_from(id).ok());
    let id = id.map_or_else(|| "without _id".to_owned(), |id| id.to_string());
    StoreError::Corrupt { collection, id, why }
}

/// The ids that start with `prefix`, as a condition on `_id`.
pub(crate) fn id_prefix(prefix: &Document) -> Document {
    bson::doc! { "$gte": prefix.clone(), "$lt": end_of(prefix) }
}

/// An id just above all that start with `prefix`: longer than each, and with the greatest next value.
pub(crate) fn end_of(prefix: &Document) -> Document {
    let mut end = prefix.clone();
    // field names are compared after the type of the value and before the value: any name does with the greatest type
    end.insert("z", Bson::MaxKey);
    end
}

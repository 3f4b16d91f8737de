//! Events of contracts that are known by their ABI only.

use std::{borrow::Cow, collections::BTreeMap};

use alloy_primitives::Address;
use bson::{RawDocumentBuf, doc};
use domain::{contract::Table, fold::BlockChanges};
use futures::TryStreamExt as _;
use mongodb::{ClientSession, options::Hint};

pub(super) use crate::contracts::declare;
use crate::{
    codec::Addr,
    contracts::{ADDRESS, collection_of, entries},
    documents::{META, contract_event, row},
    error::StoreError,
};

use super::Writer;

/// Bytes of documents handed on together: a document can have megabytes, a command at most 48 of them.
const TOGETHER: usize = 4 * 1024 * 1024;

type Insert = (Cow<'static, str>, Vec<RawDocumentBuf>);

/// The documents of the blocks by collection, in portions of bounded size.
pub(super) fn inserts(chain: i64, blocks: &[BlockChanges]) -> Result<Vec<Insert>, StoreError> {
    let mut open: BTreeMap<&str, (usize, Vec<RawDocumentBuf>)> = BTreeMap::new();
    let mut full: Vec<Insert> = Vec::new();
    for event in blocks.iter().flat_map(|block| &block.rows.contract_events) {
        let collection = event.log.table.collection.as_str();
        let document = contract_event::encode(chain, event)?;
        let (bytes, documents) = open.entry(collection).or_default();
        *bytes += document.as_bytes().len();
        documents.push(document);
        if *bytes >= TOGETHER {
            full.push((collection.to_owned().into(), std::mem::take(documents)));
            *bytes = 0;
        }
    }
    full.extend(open.into_iter().map(|(name, (_, documents))| (name.to_owned().into(), documents)));
    Ok(full)
}

/// All collections that hold such events, also of contracts that are not configured any more.
pub(super) async fn collections(
    writer: &Writer,
    session: &mut ClientSession,
) -> Result<Vec<String>, StoreError> {
    let mut cursor = writer.documents(META).find(entries()).session(&mut *session).await?;
    let found: Vec<RawDocumentBuf> = cursor.stream(session).try_collect().await?;
    Ok(found.iter().filter_map(collection_of).collect())
}

/// Addresses in a parameter of the events of one emitter.
pub(super) async fn announced(
    writer: &Writer,
    table: &Table,
    emitter: Address,
    parameter: &str,
) -> Result<Vec<Address>, StoreError> {
    let filter = doc! { "a": Addr(emitter), "_id": row::older_than(writer.key, None) };
    let path = format!("p.{parameter}");
    let mut found = writer
        .documents(&table.collection)
        .find(filter)
        .projection(doc! { "_id": 0, path: 1 })
        .hint(Hint::Name(ADDRESS.to_owned()))
        .await?;
    let mut addresses = Vec::new();
    while let Some(raw) = found.try_next().await? {
        // an event that could not be decoded announces nothing
        let Ok(values) = raw.get_document("p") else { continue };
        let Ok(value) = values.get_binary(parameter) else { continue };
        addresses.extend(Address::try_from(value.bytes));
    }
    Ok(addresses)
}

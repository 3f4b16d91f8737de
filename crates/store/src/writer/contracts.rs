//! Events of contracts that are known by their ABI only.

use std::{borrow::Cow, collections::BTreeMap};

use alloy_primitives::Address;
use bson::{RawDocumentBuf, doc};
use domain::{contract::Table, row::ContractEvent};
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

pub(super) type Insert = (Cow<'static, str>, Vec<RawDocumentBuf>);

/// Documents of events by collection, in portions of bounded size.
#[derive(Debug, Default)]
pub(super) struct Packer {
    /// Bytes and documents of the portion under way.
    open: BTreeMap<String, (usize, Vec<RawDocumentBuf>)>,
    full: Vec<Insert>,
}

impl Packer {
    /// Takes the events of a block in.
    pub(super) fn push(&mut self, chain: i64, events: &[ContractEvent]) -> Result<(), StoreError> {
        for event in events {
            let collection = &event.log.table.collection;
            let document = contract_event::encode(chain, event)?;
            if !self.open.contains_key(collection) {
                self.open.insert(collection.clone(), Default::default());
            }
            let Some((bytes, documents)) = self.open.get_mut(collection) else { continue };
            *bytes += document.as_bytes().len();
            documents.push(document);
            if *bytes >= TOGETHER {
                self.full.push((collection.clone().into(), std::mem::take(documents)));
                *bytes = 0;
            }
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Vec<Insert> {
        self.full
            .extend(self.open.into_iter().map(|(name, (_, documents))| (name.into(), documents)));
        self.full
    }
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

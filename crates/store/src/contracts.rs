//! Collections of contract events. Which there are depends on the configuration, so the database itself says: `meta` has
//! an entry for each. Entries stay when a contract leaves the configuration: its blocks can still be taken back.

use std::sync::Arc;

use bson::{Bson, Document, RawDocumentBuf, doc};
use domain::contract::Table;
use futures::TryStreamExt as _;
use mongodb::{Collection, Database, IndexModel, options::IndexOptions};

use crate::{
    documents::META,
    error::{StoreError, code},
};

#[cfg(test)]
pub(crate) mod tests;

/// `NamespaceExists`.
const EXISTS: i32 = 48;
/// `DuplicateKey`: somebody else wrote the same entry at the same time.
const DUPLICATE: i32 = 11_000;

/// The condition on `_id` of the entries in `meta`.
pub(crate) fn entries() -> Document {
    doc! { "_id": { "$gte": "contract:", "$lt": "contract;" } }
}

/// The `_id` of the entry of a collection.
pub(crate) fn entry_id(collection: &str) -> String {
    format!("contract:{collection}")
}

/// The collection that an entry speaks of.
pub(crate) fn collection_of(entry: &RawDocumentBuf) -> Option<String> {
    Some(entry.get_str("_id").ok()?.strip_prefix("contract:")?.to_owned())
}

/// All collections of contract events.
pub(crate) async fn declared(meta: &Collection<RawDocumentBuf>) -> Result<Vec<String>, StoreError> {
    let entries: Vec<RawDocumentBuf> =
        meta.find(entries()).sort(doc! { "_id": 1 }).await?.try_collect().await?;
    Ok(entries.iter().filter_map(collection_of).collect())
}

/// Name and keys of the indexes of a table: of a contract, of a searchable value, and of both where several contracts
/// share the table; each newest first.
pub(crate) fn indexes(table: &Table) -> Vec<(String, Document)> {
    let mut all = vec![(ADDRESS.to_owned(), doc! { "a": 1, "_id": -1 })];
    for field in table.fields.iter().filter(|field| field.indexed) {
        let path = format!("p.{}", field.name);
        all.push((of_value(&field.name), doc! { &path: 1, "_id": -1 }));
        if table.many {
            all.push((of_both(&field.name), doc! { "a": 1, path: 1, "_id": -1 }));
        }
    }
    all
}

/// The index by contract.
pub(crate) const ADDRESS: &str = "address";

/// The index by a value.
pub(crate) fn of_value(field: &str) -> String {
    format!("p_{field}")
}

/// The index by contract and value.
pub(crate) fn of_both(field: &str) -> String {
    format!("address_p_{field}")
}

/// Creates what is missing, and gives the names of the collections that are new.
pub(crate) async fn declare(
    database: &Database,
    tables: &[Arc<Table>],
) -> Result<Vec<String>, StoreError> {
    let meta = database.collection::<Document>(META);
    let mut new = Vec::new();
    for table in tables {
        let id = entry_id(&table.collection);
        let configured = table.shape();
        let entry = meta.find_one(doc! { "_id": &id }).await?;
        if let Some(stored) = entry.as_ref().and_then(|entry| entry.get_str("shape").ok())
            && stored != configured
        {
            return Err(StoreError::ContractChanged {
                collection: table.collection.clone(),
                stored: stored.to_owned(),
                configured,
            });
        }
        // created beforehand: a snapshot cannot read a collection that is younger than itself
        match database.create_collection(&table.collection).await {
            Err(error) if code(&error) != Some(EXISTS) => return Err(error.into()),
            _ => {}
        }
        let models = indexes(table).into_iter().map(|(name, keys)| {
            let options = IndexOptions::builder().name(name).build();
            IndexModel::builder().keys(keys).options(options).build()
        });
        database.collection::<Document>(&table.collection).create_indexes(models).await?;
        if entry.is_none() {
            let entry = doc! { "_id": id, "shape": Bson::String(configured) };
            match meta.insert_one(entry).await {
                Err(error) if code(&error) != Some(DUPLICATE) => return Err(error.into()),
                _ => new.push(table.collection.clone()),
            }
        }
    }
    Ok(new)
}

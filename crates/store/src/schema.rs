//! Collections, indexes and the version of the schema.

use bson::{Document, doc};
use mongodb::{Database, IndexModel, options::IndexOptions};

use crate::{
    documents::{
        COLLECTIONS, META,
        lease::{FENCES, LEASES},
    },
    error::{StoreError, code},
    indexes::INDEXES,
};

/// Version of the stored shapes. Raised with a step in [`migrate`] when a stored shape changes.
///
/// 1: a document per row. 2: packed rows, history, figures.
pub(crate) const VERSION: i64 = 2;
/// The oldest version that can be brought up to [`VERSION`].
const OLDEST: i64 = 2;

/// `NamespaceExists`.
const EXISTS: i32 = 48;

/// Creates what is missing.
pub(crate) async fn migrate(database: &Database) -> Result<(), StoreError> {
    let meta = database.collection::<Document>(META);
    let found = match meta.find_one(doc! { "_id": "schema" }).await? {
        Some(schema) => Some(schema.get_i64("version").map_err(|error| StoreError::Corrupt {
            collection: META,
            id: "schema".to_owned(),
            why: error.to_string(),
        })?),
        None => None,
    };
    if let Some(found) = found.filter(|found| *found > VERSION) {
        return Err(StoreError::SchemaNewer {
            database: database.name().to_owned(),
            found,
            known: VERSION,
        });
    }
    if let Some(found) = found.filter(|found| *found < OLDEST) {
        let database = database.name().to_owned();
        return Err(StoreError::SchemaOlder { database, found, known: VERSION });
    }
    for collection in COLLECTIONS.into_iter().chain([LEASES, FENCES]) {
        // created beforehand: a snapshot cannot read a collection that is younger than itself
        match database.create_collection(collection).await {
            Err(error) if code(&error) != Some(EXISTS) => return Err(error.into()),
            _ => {}
        }
    }
    for index in INDEXES {
        let keys: Document =
            index.keys.iter().map(|(key, order)| ((*key).to_owned(), (*order).into())).collect();
        let options = IndexOptions::builder().name(index.name.to_owned()).build();
        let model = IndexModel::builder().keys(keys).options(options).build();
        database.collection::<Document>(index.collection).create_index(model).await?;
    }
    meta.update_one(doc! { "_id": "schema" }, doc! { "$set": { "version": VERSION } })
        .upsert(true)
        .await?;
    Ok(())
}

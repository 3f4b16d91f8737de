//! Collection `api_keys`: who may use the services. Of a key's secret only the hash is kept.
//!
//! ```text
//! { _id: {c: 0, k: "<id>"}, name, hash, scopes: ["read", …], created, expires?, revoked?, used?, successor? }
//! ```
//! Times are Unix milliseconds. Keys are of no chain, so no reorg and no removal of a chain touches them, and no backup has
//! them. Every write may be done twice and changes nothing the second time.

use bson::{Bson, Document, RawDocumentBuf, doc};
use domain::market::Millis;
use futures::TryStreamExt as _;
use mongodb::{Collection, Database};
use serde::{Deserialize, Serialize};

use crate::{
    codec::{Hash, Num},
    documents::{decode_doc, encode_doc, id_prefix},
    error::{StoreError, code},
};

#[cfg(test)]
mod tests;

pub(crate) const COLLECTION: &str = "api_keys";

/// Keys are of no chain.
const NO_CHAIN: i64 = 0;
/// `DuplicateKey`.
const DUPLICATE: i32 = 11_000;

/// A key as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// Names the key; the public part of it.
    pub id: String,
    /// Whose it is, for people.
    pub name: String,
    /// SHA-256 of its secret.
    pub hash: [u8; 32],
    /// What it is good for, by name. A newer version of the program may know more of them.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created: Millis,
    /// From when on it is refused.
    pub expires: Option<Millis>,
    /// When it was taken back.
    pub revoked: Option<Millis>,
    /// When it was used last, to within a minute or so.
    pub used: Option<Millis>,
    /// Id of the key that takes its place.
    pub successor: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Id {
    c: i64,
    k: String,
}

/// As stored.
#[derive(Debug, Serialize, Deserialize)]
struct Doc {
    _id: Id,
    name: String,
    hash: Hash,
    scopes: Vec<String>,
    created: Num,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<Num>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revoked: Option<Num>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    used: Option<Num>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    successor: Option<String>,
}

/// The keys. Cheap to clone; clones share the connections.
#[derive(Debug, Clone)]
pub struct Keys {
    database: Database,
}

impl Keys {
    pub(crate) const fn new(database: Database) -> Self {
        Self { database }
    }

    fn collection<T: Send + Sync>(&self) -> Collection<T> {
        self.database.collection(COLLECTION)
    }

    /// All keys, by id: also those that are good for nothing any more.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn all(&self) -> Result<Vec<KeyRecord>, StoreError> {
        let of_all = id_prefix(&doc! { "c": NO_CHAIN });
        let keys = self.collection::<RawDocumentBuf>();
        let found = keys.find(doc! { "_id": of_all }).sort(doc! { "_id": 1 });
        let found: Vec<RawDocumentBuf> = found.await?.try_collect().await?;
        found.iter().map(|raw| Ok(record(decode_doc(COLLECTION, raw)?))).collect()
    }

    /// Keeps a new key. `false`: there is another one of this id, which stays as it is.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn add(&self, key: &KeyRecord) -> Result<bool, StoreError> {
        let KeyRecord { id, name, hash, scopes, created, expires, revoked, used, successor } =
            key.clone();
        let doc = Doc {
            _id: Id { c: NO_CHAIN, k: id },
            name,
            hash: Hash(hash.into()),
            scopes,
            created: Num(created),
            expires: expires.map(Num),
            revoked: revoked.map(Num),
            used: used.map(Num),
            successor,
        };
        let doc = encode_doc(COLLECTION, &doc)?;
        match self.collection::<RawDocumentBuf>().insert_one(doc).await {
            Err(error) if code(&error) == Some(DUPLICATE) => Ok(false),
            added => Ok(added.map(|_| true)?),
        }
    }

    /// Takes a key back; the first time counts. `false`: there is none of this id.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn revoke(&self, id: &str, at: Millis) -> Result<bool, StoreError> {
        let change = doc! { "$min": { "revoked": Num(at).bound() } };
        let found = self.collection::<Document>().update_one(by_id(id), change).await?;
        Ok(found.matched_count > 0)
    }

    /// Lets another key take the place of one, which then ends at a time, if it does not end before. May be done twice. `false`:
    /// there is none of this id, or another one has taken its place.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn succeed(
        &self,
        id: &str,
        successor: &str,
        end: Millis,
    ) -> Result<bool, StoreError> {
        let mut alone = by_id(id);
        // null: none has
        alone.insert("successor", doc! { "$in": [Bson::Null, successor] });
        let change =
            doc! { "$set": { "successor": successor }, "$min": { "expires": Num(end).bound() } };
        let found = self.collection::<Document>().update_one(alone, change).await?;
        Ok(found.matched_count > 0)
    }

    /// Notes when a key was used; the newest time stays.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn used(&self, id: &str, at: Millis) -> Result<(), StoreError> {
        let change = doc! { "$max": { "used": Num(at).bound() } };
        self.collection::<Document>().update_one(by_id(id), change).await?;
        Ok(())
    }
}

fn by_id(id: &str) -> Document {
    doc! { "_id": { "c": NO_CHAIN, "k": id } }
}

fn record(doc: Doc) -> KeyRecord {
    let Doc { _id, name, hash, scopes, created, expires, revoked, used, successor } = doc;
    let millis = |time: Option<Num>| time.map(|Num(time)| time);
    KeyRecord {
        id: _id.k,
        name,
        hash: hash.0.into(),
        scopes,
        created: created.0,
        expires: millis(expires),
        revoked: millis(revoked),
        used: millis(used),
        successor,
    }
}

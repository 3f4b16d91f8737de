//! An empty database server for each measurement, and what it says of itself afterwards.

use std::collections::BTreeMap;
use std::fs::File;
use std::future::Future;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use futures::TryStreamExt;
use mongodb::bson::{Bson, Document, RawDocumentBuf, doc};
use mongodb::{Client, Collection, Database};
use serde::Serialize;
use store::{Embedded, EmbeddedOptions, Store};
use tempfile::TempDir;

use crate::config::DATABASE;
use crate::process::Usage;

/// A server of its own with a database that has its collections and indexes and nothing else.
#[derive(Debug)]
pub struct Server {
    /// Where it is.
    pub uri: String,
    /// The database as sooho sees it.
    pub store: Store,
    database: Database,
    embedded: Embedded,
    // removed after the server has stopped
    _folder: TempDir,
}

/// What the server was asked to do since its start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Writes {
    /// Documents inserted.
    pub inserted: u64,
    /// Documents updated.
    pub updated: u64,
    /// Documents deleted.
    pub deleted: u64,
}

/// What lies in the database, or in one of its collections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Stored {
    /// Documents.
    pub documents: u64,
    /// Their bytes as BSON.
    pub data: u64,
    /// Their bytes on disk.
    pub storage: u64,
    /// Bytes of the indexes on disk.
    pub indexes: u64,
    /// Entries of all indexes.
    pub keys: u64,
}

impl Stored {
    /// Of both.
    const fn plus(self, other: Self) -> Self {
        Self {
            documents: self.documents + other.documents,
            data: self.data + other.data,
            storage: self.storage + other.storage,
            indexes: self.indexes + other.indexes,
            keys: self.keys + other.keys,
        }
    }

    /// Of all collections.
    #[must_use]
    pub fn total(collections: &Collections) -> Self {
        collections.values().copied().fold(Self::default(), Self::plus)
    }
}

/// How the server answered questions of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Its own words for how, such as `IXSCAN { _id: 1 }`; several where it was not always the same.
    pub summary: String,
    /// Commands.
    pub commands: u64,
    /// Documents that it looked at.
    pub documents: u64,
    /// Entries of indexes that it looked at.
    pub keys: u64,
}

/// What lies in each collection.
pub type Collections = BTreeMap<String, Stored>;

impl Writes {
    /// What came since `before`.
    #[must_use]
    pub const fn since(self, before: Self) -> Self {
        Self {
            inserted: self.inserted.saturating_sub(before.inserted),
            updated: self.updated.saturating_sub(before.updated),
            deleted: self.deleted.saturating_sub(before.deleted),
        }
    }
}

impl Server {
    /// Starts one with its data below `folder` and so many MiB of cache.
    ///
    /// # Errors
    /// When there is no `mongod`.
    pub async fn start(folder: &Path, cache_mb: u32) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("mongo-").tempdir_in(folder)?;
        let options = EmbeddedOptions {
            binary: observe::config::variable("SOOHO_MONGOD").map(Into::into),
            cache_mb,
            ..EmbeddedOptions::new(folder.path().join("data"))
        };
        let embedded = Embedded::start(options).await.context("starting mongod")?;
        let uri = embedded.uri();
        let store = Store::connect(&uri, DATABASE).await?;
        store.migrate().await?;
        let database = Client::with_uri_str(&uri).await?.database(DATABASE);
        Ok(Self { uri, store, database, embedded, _folder: folder })
    }

    /// What its process used.
    ///
    /// # Errors
    /// When it does not run.
    pub fn usage(&self) -> Result<Usage> {
        Usage::of(self.embedded.pid().context("mongod is gone")?)
    }

    /// Removes the few documents that stand in an empty database, so that those of another fit.
    ///
    /// # Errors
    /// As the server says.
    pub async fn clear(&self) -> Result<()> {
        for name in self.collections().await? {
            self.database.collection::<Document>(&name).delete_many(doc! {}).await?;
        }
        Ok(())
    }

    /// Documents written since its start.
    ///
    /// # Errors
    /// As the server says.
    pub async fn writes(&self) -> Result<Writes> {
        let status = self.database.run_command(doc! { "serverStatus": 1 }).await?;
        let counted = status.get_document("metrics")?.get_document("document")?;
        Ok(Writes {
            inserted: number(counted, "inserted")?,
            updated: number(counted, "updated")?,
            deleted: number(counted, "deleted")?,
        })
    }

    /// What lies in each collection that holds something, after all of it is on disk.
    ///
    /// # Errors
    /// As the server says.
    pub async fn stored(&self) -> Result<Collections> {
        let admin = self.database.client().database("admin");
        admin.run_command(doc! { "fsync": 1 }).await?;
        let mut all = Collections::new();
        for name in self.collections().await? {
            let stats = self.database.run_command(doc! { "collStats": &name }).await?;
            let valid = self.database.run_command(doc! { "validate": &name }).await?;
            let per_index = valid.get_document("keysPerIndex")?;
            let mut keys = 0;
            for index in per_index.keys() {
                keys += number(per_index, index)?;
            }
            let stored = Stored {
                documents: number(&stats, "count")?,
                data: number(&stats, "size")?,
                storage: number(&stats, "storageSize")?,
                indexes: number(&stats, "totalIndexSize")?,
                keys,
            };
            if stored.documents > 0 {
                all.insert(name, stored);
            }
        }
        Ok(all)
    }

    /// Writes the documents of each collection into a file of its name.
    ///
    /// # Errors
    /// As the server and the file system say.
    pub async fn dump(&self, folder: &Path) -> Result<()> {
        for name in self.collections().await? {
            let mut out = BufWriter::with_capacity(1 << 20, File::create(folder.join(&name))?);
            let collection = self.database.collection::<RawDocumentBuf>(&name);
            let mut found = collection.find(doc! {}).await?;
            while let Some(document) = found.try_next().await? {
                out.write_all(document.as_bytes())?;
            }
            out.flush()?;
        }
        Ok(())
    }

    /// A collection, as bytes.
    #[must_use]
    pub fn raw(&self, name: &str) -> Collection<RawDocumentBuf> {
        self.database.collection(name)
    }

    /// How the server finds what is asked of a collection meanwhile, by its own profile.
    ///
    /// # Errors
    /// As the server says, and what `asking` says.
    pub async fn profiled(
        &self,
        collection: &str,
        asking: impl Future<Output = Result<()>>,
    ) -> Result<Plan> {
        self.database.run_command(doc! { "profile": 2 }).await?;
        let asked = asking.await;
        self.database.run_command(doc! { "profile": 0 }).await?;
        asked?;
        let name = format!("{}.{collection}", self.database.name());
        let profile = self.database.collection::<Document>("system.profile");
        let mut found = profile.find(doc! { "ns": name }).await?;
        let mut plan = Plan { summary: String::new(), commands: 0, documents: 0, keys: 0 };
        while let Some(one) = found.try_next().await? {
            let summary = one.get_str("planSummary").unwrap_or_default();
            if !plan.summary.contains(summary) {
                let comma = if plan.summary.is_empty() { "" } else { ", " };
                plan.summary = format!("{}{comma}{summary}", plan.summary);
            }
            plan.commands += 1;
            plan.documents += number(&one, "docsExamined")?;
            plan.keys += number(&one, "keysExamined")?;
        }
        Ok(plan)
    }

    /// The questions that it is asked meanwhile, by its own profile.
    ///
    /// # Errors
    /// As the server says, and what `asking` says.
    pub async fn commands(
        &self,
        asking: impl Future<Output = Result<()>>,
    ) -> Result<Vec<Document>> {
        let profile = self.database.collection::<Document>("system.profile");
        profile.drop().await?;
        self.database.run_command(doc! { "profile": 2 }).await?;
        let asked = asking.await;
        self.database.run_command(doc! { "profile": 0 }).await?;
        asked?;
        let mut found = profile.find(doc! { "op": { "$in": ["query", "command"] } }).await?;
        let mut commands = Vec::new();
        while let Some(mut one) = found.try_next().await? {
            let given = number(&one, "nreturned").unwrap_or_default();
            if let Some(Bson::Document(mut command)) = one.remove("command") {
                // who asks may stop before the end
                if command.contains_key("find") && !command.contains_key("limit") {
                    command.insert("limit", i64::try_from(given)?);
                }
                commands.push(command);
            }
        }
        Ok(commands)
    }

    /// The database itself.
    #[must_use]
    pub fn raw_database(&self) -> Database {
        self.database.clone()
    }

    /// Stops it; what it held is gone.
    pub async fn stop(self) {
        drop((self.store, self.database));
        self.embedded.stop().await;
    }

    async fn collections(&self) -> Result<Vec<String>> {
        let mut names = self.database.list_collection_names().await?;
        names.retain(|name| !name.starts_with("system."));
        names.sort();
        Ok(names)
    }
}

/// A count, whichever numeric type the server chose.
fn number(document: &Document, key: &str) -> Result<u64> {
    let value = document.get(key).with_context(|| format!("the server does not tell {key}"))?;
    let whole = match value {
        Bson::Int32(value) => i64::from(*value),
        Bson::Int64(value) => *value,
        #[expect(clippy::cast_possible_truncation, reason = "whole bytes below 2^53")]
        Bson::Double(value) => *value as i64,
        other => anyhow::bail!("{key} is {other}, no number"),
    };
    Ok(u64::try_from(whole)?)
}

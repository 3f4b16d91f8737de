//! Putting a backup back.

use std::{collections::BTreeSet, path::Path};

use bson::{Bson, Document, RawDocumentBuf, doc};
use mongodb::{ClientSession, IndexModel, options::IndexOptions};
use tokio::sync::mpsc::{self, Receiver};

use super::{
    BackupError, Header, Moved, check,
    format::{Reader, Record, damaged},
    rekey,
};
use crate::{
    contracts,
    documents::{COLLECTIONS, META, Stored as _, watermark},
    error::{StoreError, code},
    lease::fence::Purpose,
    schema,
    writer::{
        Writer,
        prepare::Images,
        transaction::Work,
        write::{images, insert},
    },
};

/// Documents per transaction.
const TOGETHER: usize = 4_000;
/// Bytes per transaction, roughly.
const BYTES: usize = 4 << 20;
/// Portions that wait to be stored.
const WAITING: usize = 4;
/// `NamespaceExists`.
const EXISTS: i32 = 48;

/// Documents of one collection.
#[derive(Debug)]
struct Portion {
    collection: String,
    documents: Vec<RawDocumentBuf>,
}

impl Writer {
    /// Puts a backup into this chain, of which nothing may be stored. Nothing is visible before all of it is there, and
    /// until then nobody writes the chain: when it is interrupted, call it again.
    ///
    /// # Errors
    /// One of [`BackupError`] for each kind of file that is not good, before anything is written;
    /// [`BackupError::NotEmpty`].
    pub async fn restore(
        &self,
        path: &Path,
        progress: &(dyn Fn(Moved) + Send + Sync),
    ) -> Result<Header, BackupError> {
        let header = check(path).await?;
        if header.chain != self.chain() {
            let Header { chain: found, name, .. } = header;
            let wanted = self.chain();
            return Err(BackupError::OtherChain { path: path.to_owned(), found, name, wanted });
        }
        if header.schema != schema::VERSION {
            let (Header { schema: found, by, .. }, known) = (header, schema::VERSION);
            return Err(BackupError::Schema { path: path.to_owned(), found, known, by });
        }
        if let Some(watermark) = self.watermark().await? {
            let (chain, block) = (self.chain(), watermark.block.number);
            return Err(BackupError::NotEmpty { chain, block });
        }
        // what a restore left that was killed
        self.remove_chain(&|_| ()).await?;
        self.put_all(path, &header, progress).await?;
        Ok(header)
    }

    async fn put_all(
        &self,
        path: &Path,
        header: &Header,
        progress: &(dyn Fn(Moved) + Send + Sync),
    ) -> Result<(), BackupError> {
        let mut known: BTreeSet<String> = COLLECTIONS.map(str::to_owned).into();
        let (mut portions, mut moved, mut newest) = (unpack(path), Moved::default(), None);
        while let Some(portion) = portions.recv().await {
            let Portion { collection, documents } = portion?;
            moved.documents += documents.len() as u64;
            moved.bytes +=
                documents.iter().map(|document| document.as_bytes().len() as u64).sum::<u64>();
            let documents = rekey::all(&collection, documents, header.key, self.key())?;
            match collection.as_str() {
                META => {
                    for entry in &documents {
                        known.insert(declare(self, entry).await?);
                    }
                }
                watermark::Doc::COLLECTION => newest = documents.into_iter().next(),
                name if known.contains(name) => {
                    let part = Part { writer: self, collection: name, documents: &documents };
                    self.grant().transact(&part).await?;
                }
                name => return Err(damaged(path, &format!("it has a collection `{name}`"))),
            }
            progress(moved);
        }
        let newest = newest.ok_or_else(|| damaged(path, "it has no watermark"))?;
        let at = crate::documents::decode::<watermark::Doc>(&newest)?;
        if (at.block.number, at.block.hash) != (header.block, header.hash) {
            return Err(damaged(path, "its watermark is not of the block that it names"));
        }
        let sources = header.sources.as_deref();
        Ok(self.grant().transact(&Finish { writer: self, newest, sources }).await?)
    }
}

/// Documents under the mark that lets nobody else write.
struct Part<'a> {
    writer: &'a Writer,
    collection: &'a str,
    documents: &'a [RawDocumentBuf],
}

impl Work for Part<'_> {
    type Output = ();

    async fn run(&self, session: &mut ClientSession) -> Result<(), StoreError> {
        self.writer.grant().check(session, Purpose::Remove).await?;
        insert(self.writer.database(), session, self.collection, self.documents).await
    }
}

/// The watermark, and the mark is gone.
struct Finish<'a> {
    writer: &'a Writer,
    newest: RawDocumentBuf,
    sources: Option<&'a str>,
}

impl Work for Finish<'_> {
    type Output = ();

    async fn run(&self, session: &mut ClientSession) -> Result<(), StoreError> {
        self.writer.grant().check(session, Purpose::Finish).await?;
        if let Some(sources) = self.sources {
            self.writer.put_sources(session, sources).await?;
        }
        let upserts = vec![(watermark::id(self.writer.key()), self.newest.clone())];
        let moved = Images { upserts, deletes: Vec::new() };
        images(self.writer.database(), session, watermark::Doc::COLLECTION, &moved).await
    }
}

/// Makes a collection of contract events as it was, and gives its name.
async fn declare(writer: &Writer, raw: &RawDocumentBuf) -> Result<String, BackupError> {
    let corrupt = |why: String| StoreError::Corrupt {
        collection: META,
        id: raw.get_str("_id").unwrap_or("(none)").to_owned(),
        why,
    };
    // of all names only those: another one would be a collection of ours
    let collection = contracts::collection_of(raw)
        .filter(|name| name.starts_with("contract_") && !name.contains(['$', '\0']))
        .ok_or_else(|| corrupt("it names no collection of contract events".into()))?;
    let mut entry = Document::try_from(raw.as_ref()).map_err(|error| corrupt(error.to_string()))?;
    let indexes = entry.remove("indexes");
    let meta = writer.database().collection::<Document>(META);
    let id = doc! { "_id": contracts::entry_id(&collection) };
    let stored = meta.find_one(id).await.map_err(StoreError::from)?;
    let shape = |entry: &Document| entry.get_str("shape").unwrap_or_default().to_owned();
    if let Some(stored) = stored.as_ref().filter(|stored| shape(stored) != shape(&entry)) {
        let (stored, configured) = (shape(stored), shape(&entry));
        return Err(StoreError::ContractChanged { collection, stored, configured }.into());
    }
    match writer.database().create_collection(&collection).await {
        Err(error) if code(&error) != Some(EXISTS) => return Err(StoreError::from(error).into()),
        _ => {}
    }
    let indexes = indexes.and_then(|list| match list {
        Bson::Array(list) => Some(list),
        _ => None,
    });
    for index in indexes.unwrap_or_default() {
        let Some(index) = index.as_document() else { continue };
        let (Ok(name), Ok(keys)) = (index.get_str("name"), index.get_document("keys")) else {
            continue;
        };
        if name == crate::reader::plan::ID {
            continue;
        }
        let options = IndexOptions::builder().name(name.to_owned()).build();
        let model = IndexModel::builder().keys(keys.clone()).options(options).build();
        let documents = writer.database().collection::<Document>(&collection);
        documents.create_index(model).await.map_err(StoreError::from)?;
    }
    if stored.is_none() {
        meta.insert_one(entry).await.map_err(StoreError::from)?;
    }
    Ok(collection)
}

/// Unpacks the file in a thread of its own.
fn unpack(path: &Path) -> Receiver<Result<Portion, BackupError>> {
    let (sender, receiver) = mpsc::channel(WAITING);
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || {
        let (mut collection, mut documents, mut bytes) = (String::new(), Vec::new(), 0);
        let mut file = match Reader::begin(&path) {
            Ok(file) => file,
            Err(error) => return drop(sender.blocking_send(Err(error))),
        };
        loop {
            let record = match file.next() {
                Ok(record) => record,
                Err(error) => {
                    return drop(sender.blocking_send(Err(damaged(&path, &error.to_string()))));
                }
            };
            let full = documents.len() >= TOGETHER || bytes >= BYTES;
            if !documents.is_empty() && (full || !matches!(record, Some(Record::Document(_)))) {
                bytes = 0;
                let documents = std::mem::take(&mut documents);
                let portion = Portion { collection: collection.clone(), documents };
                if sender.blocking_send(Ok(portion)).is_err() {
                    return;
                }
            }
            match record {
                None => return,
                Some(Record::Collection(name)) => collection = name,
                Some(Record::Document(document)) => {
                    bytes += document.as_bytes().len();
                    documents.push(document);
                }
            }
        }
    });
    receiver
}

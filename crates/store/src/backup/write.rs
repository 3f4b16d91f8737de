//! Writing a backup: reading here, packing in a thread of its own.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use bson::RawDocumentBuf;
use tokio::{
    sync::mpsc::{self, Receiver, Sender},
    task::JoinHandle,
};

use super::{BackupError, BackupRequest, Header, Moved, Written, format, read};
use crate::{contracts, documents::META, schema, store::Store, upkeep::pin::Pin};

/// Portions that wait to be packed.
const WAITING: usize = 4;

/// Documents of one collection.
#[derive(Debug)]
pub(super) struct Portion {
    pub(super) collection: String,
    pub(super) documents: Vec<RawDocumentBuf>,
}

/// Where the reading side puts what it finds.
pub(super) struct Sink<'a> {
    sender: Sender<Portion>,
    moved: Moved,
    progress: &'a (dyn Fn(Moved) + Send + Sync),
}

impl<'a> Sink<'a> {
    pub(super) fn new(
        sender: Sender<Portion>,
        progress: &'a (dyn Fn(Moved) + Send + Sync),
    ) -> Self {
        Self { sender, moved: Moved::default(), progress }
    }

    /// Hands documents on; waits while the packing is behind. `false`: the file cannot be written, stop.
    pub(super) async fn put(&mut self, collection: &str, documents: Vec<RawDocumentBuf>) -> bool {
        if documents.is_empty() {
            return true;
        }
        self.moved.documents += documents.len() as u64;
        self.moved.bytes +=
            documents.iter().map(|document| document.as_bytes().len() as u64).sum::<u64>();
        (self.progress)(self.moved);
        self.sender.send(Portion { collection: collection.to_owned(), documents }).await.is_ok()
    }
}

pub(super) async fn backup(
    store: &Store,
    request: &BackupRequest<'_>,
    progress: &(dyn Fn(Moved) + Send + Sync),
) -> Result<Written, BackupError> {
    let chain = request.chain;
    // first: a snapshot cannot read a collection that is younger than itself
    let tables = contracts::declared(&store.documents(META).clone_with_type()).await?;
    let nothing = BackupError::Nothing { chain };
    let key = store.reader().snapshot(chain).await?.ok_or(nothing)?.key();
    // what is read at leisure stays where it is, from before the moment that the backup is of
    let pin = Pin::set(store, key).await?;
    let snapshot = store.reader().snapshot(chain).await?;
    let snapshot = snapshot.filter(|snapshot| snapshot.key() == key);
    let snapshot = snapshot.ok_or(BackupError::Changed { chain })?;
    let block = snapshot.block();
    let header = Header {
        schema: schema::VERSION,
        chain,
        name: request.name.to_owned(),
        block: block.number,
        hash: block.hash,
        timestamp: block.timestamp,
        events: snapshot.counters().events,
        sources: snapshot.sources().await?,
        by: concat!("sooho ", env!("CARGO_PKG_VERSION")).to_owned(),
        key: snapshot.key(),
    };
    let part = Part(part_of(request.to));
    let file = File::create(&part.0).map_err(format::failed(&part.0, "it cannot be made"))?;
    let (sender, receiver) = mpsc::channel(WAITING);
    let packing = start(file, header.clone(), receiver);
    let mut sink = Sink::new(sender, progress);
    let read = read::everything(store, snapshot, &pin, &tables, &mut sink).await;
    let Sink { sender, moved, .. } = sink;
    if read.is_ok() {
        // the file ends with a word from us: one that is only over is cut short
        drop(sender.send(Portion { collection: String::new(), documents: Vec::new() }).await);
    }
    drop(sender);
    let packed = packing.await.unwrap_or_else(|error| Err(io::Error::other(error)));
    read?;
    let file_bytes = packed.map_err(format::failed(&part.0, "it cannot be written"))?;
    rename(&part.0, request.to)?;
    Ok(Written { header, moved, file_bytes })
}

/// A file that is not complete: it goes, unless it has another name by then.
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.0));
    }
}

/// The name of a file that is not complete.
fn part_of(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}

/// Gives the file its name, so that the name survives, too.
fn rename(part: &Path, to: &Path) -> Result<(), BackupError> {
    fs::rename(part, to).map_err(format::failed(to, "it cannot be given its name"))?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    let synced = File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all());
    synced.map_err(format::failed(to, "its folder cannot be synced"))
}

/// Packs what comes. Gives the number of bytes when the last word came.
fn start(
    file: File,
    header: Header,
    mut portions: Receiver<Portion>,
) -> JoinHandle<io::Result<u64>> {
    tokio::task::spawn_blocking(move || {
        let mut out = format::Writer::begin(file, &header)?;
        let mut collection = String::new();
        while let Some(portion) = portions.blocking_recv() {
            if portion.collection.is_empty() {
                return out.finish();
            }
            if portion.collection != collection {
                collection = portion.collection;
                out.collection(&collection)?;
            }
            for document in &portion.documents {
                out.document(document)?;
            }
        }
        Err(io::Error::other("it was given up"))
    })
}

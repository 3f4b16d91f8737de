//! Backups: a chain as of one block in one file, written while an indexer goes on, and put back into an empty chain.
//!
//! The server forgets the past after some minutes (`minSnapshotHistoryWindowInSeconds`), and a chain may take hours to
//! copy. So a backup has two parts. First, in one snapshot: the watermark, everything that changes, the undo records, and
//! the rows and versions of the blocks that they can take back. Then, in any time: what lies below the oldest undo record.
//! That is only ever added to, and no reorg reaches it, so it is the same whenever it is read.
//!
//! A restore makes nothing visible before its end: the chain is marked as a half one, which nobody continues, and the
//! watermark is written in the transaction that takes the mark away.

use std::path::Path;

use domain::ids::ChainId;

use crate::{error::StoreError, store::Store};

mod error;
mod format;
mod header;
mod read;
mod rekey;
mod restore;
#[cfg(test)]
mod tests;
mod write;

pub use self::{error::BackupError, header::Header};

/// What to back up, and where to.
#[derive(Debug, Clone, Copy)]
pub struct BackupRequest<'a> {
    /// EIP-155 id.
    pub chain: ChainId,
    /// What the chain is called.
    pub name: &'a str,
    /// The file to write. It has another name until it is complete.
    pub to: &'a Path,
    /// Whether the server is ours: then it is asked to remember for longer meanwhile.
    pub own_server: bool,
}

/// What a backup or a restore has done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// Documents.
    pub documents: u64,
    /// Their bytes, not compressed.
    pub bytes: u64,
}

/// A finished backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What the file says of itself.
    pub header: Header,
    /// What is in it.
    pub moved: Moved,
    /// Bytes of the file.
    pub file_bytes: u64,
}

impl Store {
    /// Writes a backup of a chain as of its newest stored block. The indexer may go on meanwhile.
    ///
    /// # Errors
    /// [`BackupError::Nothing`] before the first batch, [`BackupError::TooSlow`] when the server forgets faster than what
    /// changes can be read, [`BackupError::Changed`] when the chain is removed meanwhile. No file is left by an error.
    pub async fn backup(
        &self,
        request: &BackupRequest<'_>,
        progress: &(dyn Fn(Moved) + Send + Sync),
    ) -> Result<Written, BackupError> {
        let outcome = if request.own_server {
            let remembering = self.remember_long().await;
            let outcome = write::backup(self, request, progress).await;
            remembering.end().await;
            outcome
        } else {
            write::backup(self, request, progress).await
        };
        // wherever the moment was lost, it was for this
        match outcome {
            Err(BackupError::Store(StoreError::SnapshotGone)) => Err(BackupError::TooSlow),
            outcome => outcome,
        }
    }

    /// Bytes on disk of the database, indexes included.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn bytes_on_disk(&self) -> Result<u64, StoreError> {
        let stats = self.db_stats().await?;
        // a whole number, in whatever type the server sends it
        let total = match stats.get("totalSize") {
            Some(bson::Bson::Int32(bytes)) => i64::from(*bytes),
            Some(bson::Bson::Int64(bytes)) => *bytes,
            Some(bson::Bson::Double(bytes)) => bytes.to_string().parse().unwrap_or_default(),
            _ => 0,
        };
        Ok(u64::try_from(total).unwrap_or_default())
    }

    /// About how many documents the collections of chain data hold, of all chains: for a bar.
    pub async fn roughly_documents(&self) -> u64 {
        let mut all = 0;
        for collection in crate::documents::COLLECTIONS {
            all += self.documents(collection).estimated_document_count().await.unwrap_or_default();
        }
        all
    }
}

/// What a file says of itself in its first lines; whether the rest is there is not looked at.
///
/// # Errors
/// [`BackupError::Foreign`], [`BackupError::Format`], and for a file that ends within these lines.
pub fn header(path: &Path) -> Result<Header, BackupError> {
    format::header(path)
}

/// Reads a backup from its first to its last byte and says whose it is.
///
/// # Errors
/// One sentence for each kind of file that is none, not whole, or damaged.
pub async fn check(path: &Path) -> Result<Header, BackupError> {
    let file = path.to_owned();
    let checked = tokio::task::spawn_blocking(move || format::check(&file)).await;
    checked.unwrap_or_else(|error| Err(format::damaged(path, &error.to_string())))
}

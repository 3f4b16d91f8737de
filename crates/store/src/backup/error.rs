//! What can go wrong with a backup, and what to do.

use std::{io, path::PathBuf};

use domain::ids::ChainId;

use crate::error::StoreError;

/// Errors of writing and of reading a backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// From the database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// From the file system.
    #[error("{}: {what}: {source}; check the path, its permissions and the free space", path.display())]
    File {
        /// File.
        path: PathBuf,
        /// What was tried.
        what: &'static str,
        /// The system's error.
        source: io::Error,
    },
    /// Nothing to back up.
    #[error("nothing is stored of chain {chain}: index it first")]
    Nothing {
        /// Chain.
        chain: ChainId,
    },
    /// The server forgot the moment before all that changes was read.
    #[error(
        "the server forgot the block of the backup before all that changes was read: raise how long it remembers \
         (`db.adminCommand({{setParameter: 1, minSnapshotHistoryWindowInSeconds: 3600}})`), or stop the indexer, and \
         back up again"
    )]
    TooSlow,
    /// The chain was removed under the backup, or a pause of this process let its chunks be merged.
    #[error(
        "chain {chain} was removed, begun anew or put in order while it was backed up: back up again"
    )]
    Changed {
        /// Chain.
        chain: ChainId,
    },
    /// Not one of our files.
    #[error("{} is no backup of sooho", path.display())]
    Foreign {
        /// File.
        path: PathBuf,
    },
    /// A file of a version that we do not know.
    #[error("{} is a backup of format {found}, this program knows {known}: upgrade sooho", path.display())]
    Format {
        /// File.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// The end is missing.
    #[error("{} is cut short: its end is missing; copy it again, or use another backup", path.display())]
    Truncated {
        /// File.
        path: PathBuf,
    },
    /// The checksum is another one.
    #[error("{} is damaged ({why}); copy it again, or use another backup", path.display())]
    Damaged {
        /// File.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Documents of other shapes.
    #[error(
        "{} holds documents of schema {found}, this program stores {known}: restore it with the sooho that wrote it ({by})",
        path.display()
    )]
    Schema {
        /// File.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
        /// Who wrote it.
        by: String,
    },
    /// Another chain.
    #[error("{} is a backup of chain {found} ({name}), not of chain {wanted}", path.display())]
    OtherChain {
        /// File.
        path: PathBuf,
        /// Its chain.
        found: ChainId,
        /// As it was called.
        name: String,
        /// The one asked for.
        wanted: ChainId,
    },
    /// There is something already.
    #[error(
        "chain {chain} is stored up to block {block}, and a backup goes into an empty chain only: remove it by \
         `sooho rewind --drop` first, or restore into another database"
    )]
    NotEmpty {
        /// Chain.
        chain: ChainId,
        /// Its watermark.
        block: u64,
    },
}

//! What can go wrong at the edge of the store, and whether trying again may help.

use std::{error::Error, path::PathBuf};

use domain::ids::ChainId;
use mongodb::error::{
    Error as DriverError, ErrorKind, RETRYABLE_WRITE_ERROR, TRANSIENT_TRANSACTION_ERROR,
    UNKNOWN_TRANSACTION_COMMIT_RESULT,
};

/// Errors of the store. [`StoreError::retryable`] tells a passing condition from one that needs a person.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No usable server right now.
    #[error(
        "MongoDB does not answer: {reason}; check that the server at store.uri runs and is reachable"
    )]
    Unavailable {
        /// What the driver says.
        reason: String,
        /// The driver's error.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// A question that no index answers, and more to look through than it may.
    #[error("{what} needs more than {bound}, which is not done within a request; ask for less")]
    TooMuch {
        /// The question.
        what: &'static str,
        /// What it may need.
        bound: String,
    },
    /// What was that long ago is not known any more.
    #[error(
        "what chain {chain} was like after block {block} is not known any more: its history is kept from block {from} on; ask \
         for that block or a later one (`indexer.history` says how much is kept)"
    )]
    HistoryGone {
        /// Chain.
        chain: ChainId,
        /// Block that was asked for.
        block: u64,
        /// The lowest one that can be asked for.
        from: u64,
    },
    /// More changes than a transaction can hold.
    #[error(
        "the changes do not fit into one transaction of this MongoDB server ({reason}): raise store.cache_mb, or where the \
         server is your own, storage.wiredTiger.engineConfig.cacheSizeGB"
    )]
    TooLarge {
        /// What the server says.
        reason: String,
        /// The driver's error.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The moment a snapshot speaks of is no longer kept by the server.
    #[error("the snapshot of this read is no longer available; ask again")]
    SnapshotGone,
    /// Somebody else may write the chain now.
    #[error(
        "the right to write chain {chain} was taken over by {holder}; nothing more is written here until it is free again"
    )]
    LeaseLost {
        /// Chain.
        chain: ChainId,
        /// Host and process id of the holder.
        holder: String,
    },
    /// Somebody else writes the chain.
    #[error(
        "chain {chain} is written by {holder} (host/process id): stop that one first, or leave the writing to it; after \
         a crash its right ends by itself within seconds"
    )]
    LeaseHeld {
        /// Chain.
        chain: ChainId,
        /// Host and process id of the holder.
        holder: String,
    },
    /// A chain that is half removed.
    #[error(
        "chain {chain} is half removed or half restored: run `sooho rewind --drop` or `sooho restore` again, whichever it was"
    )]
    Removing {
        /// Chain.
        chain: ChainId,
    },
    /// Somebody else moved the watermark.
    #[error(
        "the watermark of chain {chain} is {found}, not {expected}: a second indexer writes this chain; \
         stop one of them and start again"
    )]
    WatermarkMoved {
        /// Chain.
        chain: ChainId,
        /// What the batch builds on.
        expected: String,
        /// What is stored.
        found: String,
    },
    /// A batch that is not a chain of blocks: a defect of the caller.
    #[error("the batch cannot be written: {why}; this is a defect of sooho, please report it")]
    InvalidBatch {
        /// What is wrong with it.
        why: String,
    },
    /// A reorg reaches below what can be taken back.
    #[error(
        "block {block} of chain {chain} has no undo record: what left the chain is deeper than `undo_window`; raise it, \
         remove the chain by `sooho rewind --drop` and index it anew"
    )]
    UndoMissing {
        /// Chain.
        chain: ChainId,
        /// The block that should be taken back.
        block: u64,
    },
    /// A stored document that cannot be what we wrote.
    #[error(
        "document {id} of collection {collection} is damaged or written by something else: {why}; \
         restore a backup or index into an empty database"
    )]
    Corrupt {
        /// Collection.
        collection: &'static str,
        /// Its `_id`, as text.
        id: String,
        /// What is wrong with it.
        why: String,
    },
    /// A table of contract events that does not look like the one that is stored.
    #[error(
        "collection {collection} holds events of another declaration ({stored}) than the ABI has now ({configured}): \
         give the contract another name, or index into an empty database"
    )]
    ContractChanged {
        /// Collection.
        collection: String,
        /// What its documents look like.
        stored: String,
        /// What they would look like.
        configured: String,
    },
    /// A value that has no stored form.
    #[error("a document of collection {collection} cannot be stored: {why}")]
    Encode {
        /// Collection.
        collection: &'static str,
        /// Which value.
        why: String,
    },
    /// A standalone server.
    #[error(
        "the MongoDB server has no transactions because it is no replica set; start it with --replSet and run \
         rs.initiate() once, or set store.uri = \"embedded\""
    )]
    NoTransactions,
    /// A database of a newer sooho.
    #[error(
        "database {database} has schema {found}, this program knows {known}: it was written by a newer sooho; \
         upgrade, or use another database"
    )]
    SchemaNewer {
        /// Database.
        database: String,
        /// Stored version.
        found: i64,
        /// Our version.
        known: i64,
    },
    /// The database was written by an older version whose documents are not read any more.
    #[error(
        "database `{database}` has schema {found}, this version of sooho writes {known} and does not read the older one: \
         index into an empty database (another store.database, or an empty store.data_dir) and drop the old one when that \
         has caught up"
    )]
    SchemaOlder {
        /// Database.
        database: String,
        /// Stored version.
        found: i64,
        /// Our version.
        known: i64,
    },
    /// Another process took over the work of bringing the database up to date.
    #[error(
        "another process brings the database up to date since this one was held up; start again when it is through"
    )]
    MigrationLost,
    /// An unusable connection string. The string itself is never shown: it may hold a password.
    #[error(
        "store.uri is no MongoDB connection string{detail}; write mongodb://HOST:PORT/?replicaSet=NAME"
    )]
    InvalidUri {
        /// What the driver says, where that cannot give a secret away.
        detail: String,
    },
    /// An unusable database name.
    #[error("`{0}` is no database name: use 1 to 38 letters, digits, `-` or `_`")]
    InvalidDatabase(String),
    /// The server refused.
    #[error("MongoDB refused: {reason}")]
    Database {
        /// What the server says.
        reason: String,
        /// The driver's error.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// Another process holds the data folder.
    #[error("data folder {} is in use by process {pid}; stop it, or give this one a folder of its own", folder.display())]
    FolderInUse {
        /// Folder.
        folder: PathBuf,
        /// The holder as far as it is known.
        pid: String,
    },
    /// A folder with somebody else's files.
    #[error(
        "data folder {} holds files that are not sooho's (such as `{found}`); name an empty or a new folder",
        folder.display()
    )]
    FolderForeign {
        /// Folder.
        folder: PathBuf,
        /// One of the files.
        found: String,
    },
    /// Our folder, but parts are gone.
    #[error(
        "data folder {} is damaged: {why}; restore a backup, or delete the folder to start over (the chain is indexed \
         again)",
        folder.display()
    )]
    FolderDamaged {
        /// Folder.
        folder: PathBuf,
        /// What is missing.
        why: String,
    },
    /// The folder cannot be read or written.
    #[error("data folder {}: {what}: {source}; check its owner, its permissions and the free space", folder.display())]
    Folder {
        /// Folder.
        folder: PathBuf,
        /// What was tried.
        what: &'static str,
        /// The system's error.
        source: std::io::Error,
    },
    /// No `mongod` anywhere.
    #[error(
        "no mongod found (tried {tried}); run `cargo xtask setup`, or install MongoDB 6.0 or newer and name its mongod, \
         or set store.uri to a running server"
    )]
    MongodMissing {
        /// Where it was looked for.
        tried: String,
    },
    /// `mongod` ends before it is ready.
    #[error("mongod does not start: {reason}; its log is {}", log.display())]
    MongodStart {
        /// From its log.
        reason: String,
        /// The log.
        log: PathBuf,
    },
    /// `mongod` runs but does not become ready.
    #[error("mongod is not ready after {seconds} s: {reason}; its log is {}", log.display())]
    MongodNotReady {
        /// How long we waited.
        seconds: u64,
        /// Last state seen.
        reason: String,
        /// The log.
        log: PathBuf,
    },
}

impl StoreError {
    /// Whether the same call may succeed later with nobody's help. After a retryable error of a write, read the
    /// watermark again before going on: the write may have happened.
    #[must_use]
    pub const fn retryable(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::SnapshotGone | Self::MongodNotReady { .. })
    }
}

/// `TransactionTooLargeForCache`, `TransactionTooLarge`, `TransactionExceededLifetimeLimitSeconds`.
pub(crate) const TOO_LARGE: [i32; 3] = [388, 257, 290];
/// What a write conflict says that is none: the storage engine threw the transaction out of a full cache.
const EVICTED: [&str; 3] = ["rolled back for eviction", "cache overflow", "Cache full"];

/// Codes that say: not now, or not here (steppedDown, shutdown, interrupted, network, host unreachable, write conflict,
/// a cursor or an operation that somebody ended).
const PASSING: [i32; 21] = [
    6, 7, 43, 50, 64, 89, 91, 112, 133, 134, 189, 237, 251, 262, 9001, 10107, 11600, 11601, 11602,
    13435, 13436,
];
/// `SnapshotTooOld`, `SnapshotUnavailable`.
const SNAPSHOT: [i32; 2] = [239, 246];

impl From<DriverError> for StoreError {
    fn from(error: DriverError) -> Self {
        let code = code(&error);
        if code.is_some_and(|code| SNAPSHOT.contains(&code)) {
            return Self::SnapshotGone;
        }
        let reason = reason(&error);
        if code.is_some_and(|code| TOO_LARGE.contains(&code))
            || EVICTED.iter().any(|words| reason.contains(words))
        {
            return Self::TooLarge { reason, source: Box::new(error) };
        }
        let passing = matches!(
            *error.kind,
            ErrorKind::Io(_)
                | ErrorKind::ServerSelection { .. }
                | ErrorKind::ConnectionPoolCleared { .. }
                | ErrorKind::DnsResolve { .. }
        ) || code.is_some_and(|code| PASSING.contains(&code))
            || [
                TRANSIENT_TRANSACTION_ERROR,
                UNKNOWN_TRANSACTION_COMMIT_RESULT,
                RETRYABLE_WRITE_ERROR,
            ]
            .iter()
            .any(|label| error.contains_label(label));
        let source = Box::new(error);
        if passing {
            Self::Unavailable { reason, source }
        } else {
            Self::Database { reason, source }
        }
    }
}

/// The server's code, where it gave one.
pub(crate) fn code(error: &DriverError) -> Option<i32> {
    match &*error.kind {
        ErrorKind::Command(command) => Some(command.code),
        ErrorKind::Write(mongodb::error::WriteFailure::WriteError(write)) => Some(write.code),
        // written, and then the server stepped down: whether it stays is not known
        ErrorKind::Write(mongodb::error::WriteFailure::WriteConcernError(write)) => {
            Some(write.code)
        }
        ErrorKind::InsertMany(many) => {
            many.write_errors.iter().flatten().map(|write| write.code).next()
        }
        _ => None,
    }
}

/// One short sentence instead of the driver's dump of the whole topology.
fn reason(error: &DriverError) -> String {
    let text = match &*error.kind {
        ErrorKind::Command(command) => format!("{} ({})", command.message, command.code),
        ErrorKind::ServerSelection { message, .. } => message.clone(),
        ErrorKind::Io(io) => io.to_string(),
        kind => kind.to_string(),
    };
    text.chars().take(400).collect()
}

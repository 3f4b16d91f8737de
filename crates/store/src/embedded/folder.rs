//! The data folder: `sooho.lock` (who holds it), `sooho.ready` (a server was ready here once, and on which port),
//! `mongod.log`, `mongod.err`, and `db/`, which is the server's own.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use crate::error::StoreError;

const LOCK: &str = "sooho.lock";
const READY: &str = "sooho.ready";

/// Without these the server would make a new, empty database without a word, or not start.
const NEEDED: [&str; 4] = ["WiredTiger", "WiredTiger.wt", "_mdb_catalog.wt", "storage.bson"];

/// A data folder, locked against a second process until it is dropped.
#[derive(Debug)]
pub(super) struct Folder {
    dir: PathBuf,
    db: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder when it is missing, refuses one that is not ours, and takes the lock.
    pub(super) fn open(dir: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(dir).map_err(failed(dir, "it cannot be made"))?;
        let dir = dir.canonicalize().map_err(failed(dir, "it cannot be found"))?;
        refuse_foreign(&dir)?;
        let lock = lock(&dir)?;
        let db = dir.join("db");
        fs::create_dir_all(&db).map_err(failed(&dir, "db cannot be made"))?;
        Ok(Self { dir, db, _lock: lock })
    }

    /// Refuses a folder that lost files since a server was last ready in it.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        if !self.dir.join(READY).exists() {
            return Ok(());
        }
        for name in NEEDED {
            let size = fs::metadata(self.db.join(name)).map(|meta| meta.len()).unwrap_or_default();
            if size == 0 {
                let why = format!("db/{name} is missing or empty");
                return Err(StoreError::FolderDamaged { folder: self.dir.clone(), why });
            }
        }
        Ok(())
    }

    /// Notes that a server was ready, and its port.
    pub(super) fn mark_ready(&self, port: u16) -> Result<(), StoreError> {
        let (path, new) = (self.dir.join(READY), self.dir.join("sooho.ready.new"));
        let write = || {
            fs::write(&new, format!("{port}\n"))?;
            fs::rename(&new, &path)
        };
        write().map_err(failed(&self.dir, "sooho.ready cannot be written"))
    }

    /// The port of last time: the same one again needs no new configuration.
    pub(super) fn last_port(&self) -> Option<u16> {
        port_of(&self.dir)
    }

    /// The server's own folder.
    pub(super) fn db(&self) -> &Path {
        &self.db
    }

    /// The server's log.
    pub(super) fn log(&self) -> PathBuf {
        self.dir.join("mongod.log")
    }

    /// What the server says before it has a log.
    pub(super) fn stderr(&self) -> PathBuf {
        self.dir.join("mongod.err")
    }
}

/// The port on which the server of a folder was ready last.
pub(super) fn port_of(dir: &Path) -> Option<u16> {
    fs::read_to_string(dir.join(READY)).ok()?.trim().parse().ok()
}

/// An empty folder may become ours; one with files must have been.
fn refuse_foreign(dir: &Path) -> Result<(), StoreError> {
    if dir.join(LOCK).exists() {
        return Ok(());
    }
    for entry in fs::read_dir(dir).map_err(failed(dir, "it cannot be listed"))? {
        let name = entry.map_err(failed(dir, "it cannot be listed"))?.file_name();
        if name != "lost+found" {
            let found = name.to_string_lossy().into_owned();
            return Err(StoreError::FolderForeign { folder: dir.to_owned(), found });
        }
    }
    Ok(())
}

fn lock(dir: &Path) -> Result<File, StoreError> {
    let failed = || failed(dir, "sooho.lock cannot be taken");
    // never truncated before it is locked: it names the holder
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(dir.join(LOCK))
        .map_err(failed())?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            let pid = match file.read_to_string(&mut text) {
                Ok(_) if !text.trim().is_empty() => text.trim().to_owned(),
                _ => "(unknown)".to_owned(),
            };
            return Err(StoreError::FolderInUse { folder: dir.to_owned(), pid });
        }
        Err(TryLockError::Error(error)) => return Err(failed()(error)),
    }
    file.set_len(0).map_err(failed())?;
    writeln!(file, "{}", std::process::id()).map_err(failed())?;
    Ok(file)
}

fn failed(dir: &Path, what: &'static str) -> impl FnOnce(io::Error) -> StoreError {
    let folder = dir.to_owned();
    move |source| StoreError::Folder { folder, what, source }
}

//! `.sooho/demo/`: what a demo keeps from one start to the next, and the decision whether that still fits together.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::{Context, Error, Result};
use crate::workspace::Workspace;

/// Raised with the store's schema: a demo's database of an older one is made anew.
const SCHEMA: u32 = 2;

/// The demo's folder, held by one demo at a time.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    _lock: File,
}

impl Folder {
    /// Takes the folder, or says that another demo has it.
    pub fn take(workspace: &Workspace) -> Result<Self> {
        let root = workspace.path(".sooho/demo");
        fs::create_dir_all(&root).context(|| format!("make {}", root.display()))?;
        let lock =
            File::create(root.join(".lock")).context(|| format!("write in {}", root.display()))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { root, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Error::new(
                "a demo of this checkout is already running; stop it with Ctrl-C in its terminal first",
            )),
            Err(TryLockError::Error(error)) => {
                Err(Error::new(format!("could not lock {}: {error}", root.display())))
            }
        }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What the local chain keeps.
    pub fn chain(&self) -> PathBuf {
        self.root.join("chain")
    }

    /// Written by the chain when it is ready: what it deployed, and where.
    pub fn deployment(&self) -> PathBuf {
        self.chain().join("deployment.json")
    }

    /// What stands there; nothing if it is not there.
    pub fn deployment_text(&self) -> String {
        fs::read_to_string(self.deployment()).unwrap_or_default()
    }

    /// What the database keeps.
    pub fn mongo(&self) -> PathBuf {
        self.root.join("mongo")
    }

    /// The services' configuration.
    pub fn config(&self) -> PathBuf {
        self.root.join("sooho.toml")
    }

    /// The log of one child.
    pub fn log(&self, name: &str) -> PathBuf {
        self.root.join(format!("{name}.log"))
    }

    /// Whether the last demo was stopped in an orderly way, or none ever ran.
    pub fn stopped_cleanly(&self) -> bool {
        !self.marker().exists()
    }

    /// From here on a stop has to be orderly.
    pub fn mark_running(&self) -> Result<()> {
        fs::write(self.marker(), "").context(|| format!("write in {}", self.root.display()))
    }

    /// Everything was stopped in an orderly way.
    pub fn mark_stopped(&self) -> Result<()> {
        fs::remove_file(self.marker()).context(|| format!("remove {}", self.marker().display()))
    }

    /// Whether there is a chain or a database to go on with.
    pub fn holds_something(&self) -> bool {
        self.chain().exists() || self.mongo().exists()
    }

    /// Forgets the chain and the database.
    pub fn reset(&self) -> Result<()> {
        remove(&self.chain())?;
        self.reset_database().map(|_| ())
    }

    /// Forgets the database. True if there was one.
    pub fn reset_database(&self) -> Result<bool> {
        let there = self.mongo().exists();
        remove(&self.mongo())?;
        Ok(there)
    }

    /// Whether the chain that runs now is the one the database was filled from.
    pub fn same_chain(&self) -> bool {
        fs::read_to_string(self.remembered()).is_ok_and(|before| before == self.generation())
    }

    /// Remembers which chain the database is filled from.
    pub fn remember_chain(&self) -> Result<()> {
        fs::write(self.remembered(), self.generation())
            .context(|| format!("write in {}", self.root.display()))
    }

    /// The chain that runs now, and the shape of the documents it is kept in.
    fn generation(&self) -> String {
        let chain = fs::read_to_string(self.chain().join("generation")).unwrap_or_default();
        format!("schema {SCHEMA}, chain {chain}")
    }

    fn marker(&self) -> PathBuf {
        self.root.join("running")
    }

    fn remembered(&self) -> PathBuf {
        self.root.join("generation")
    }
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).context(|| format!("remove {}", folder.display()))?;
    }
    Ok(())
}

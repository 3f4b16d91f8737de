//! A part of `.tools/` and the stamp that says from which inputs it was installed.
//!
//! A part is built beside its place and moved there when it is whole, with its stamp inside: a half-done install is
//! never taken for a finished one, and changed inputs lead to a new install.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Context, Result};
use crate::process;

const STAMP: &str = ".stamp";

/// One folder of `.tools/`.
#[derive(Debug)]
pub struct Part {
    folder: PathBuf,
    stamp: String,
}

impl Part {
    /// The part `name`, made from `inputs`.
    pub fn new(tools: &Path, name: &str, inputs: &[&[u8]]) -> Result<Self> {
        let mut all = Vec::new();
        for input in inputs {
            all.extend_from_slice(format!("{}\n", input.len()).as_bytes());
            all.extend_from_slice(input);
        }
        Ok(Self { folder: tools.join(name), stamp: process::sha256_of(&all)? })
    }

    /// Where the finished part lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether it is installed from just these inputs.
    pub fn is_there(&self) -> bool {
        fs::read_to_string(self.folder.join(STAMP)).is_ok_and(|stamp| stamp.trim() == self.stamp)
    }

    /// Lets `build` fill an empty folder and then puts that in place.
    pub fn install(&self, build: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        let new = self.folder.with_extension("new");
        remove(&new)?;
        fs::create_dir_all(&new).context(|| format!("make {}", new.display()))?;
        build(&new)?;
        fs::write(new.join(STAMP), &self.stamp)
            .context(|| format!("write in {}", new.display()))?;
        remove(&self.folder)?;
        fs::rename(&new, &self.folder).context(|| format!("move {} into place", new.display()))
    }
}

fn remove(folder: &Path) -> Result<()> {
    if folder.symlink_metadata().is_ok() {
        fs::remove_dir_all(folder).context(|| format!("remove {}", folder.display()))?;
    }
    Ok(())
}

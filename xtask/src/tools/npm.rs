//! `anvil` and the compiled contracts, from npm, pinned by the lock file of `crates/devchain/npm`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::stamp::Part;
use crate::error::{Context, Error, Result};
use crate::process;
use crate::workspace::Workspace;

/// The oldest major version of the user's own anvil that is good enough.
pub const OLDEST_ANVIL: u32 = 1;

const SOURCE: &str = "crates/devchain/npm";
const FILES: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];
const ANVIL: &str = "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil";
/// Of the binary itself: the lock file pins the archive it came in.
const ANVIL_SHA256: &str = "10c1c727d6c1de973aeb160e59875b9a9a23464d6e74149ee8abb30b3500311b";

/// The part of `.tools/` that holds them.
pub fn part(workspace: &Workspace) -> Result<Part> {
    part_of(workspace, SOURCE, "npm", ANVIL_SHA256)
}

/// A part of `.tools/` that is made from the lock file of a folder, and from what is pinned beside it.
pub fn part_of(workspace: &Workspace, source: &str, name: &str, pinned: &str) -> Result<Part> {
    let mut inputs = vec![pinned.as_bytes().to_vec()];
    for file in FILES {
        let path = workspace.path(source).join(file);
        inputs.push(fs::read(&path).context(|| format!("read {}", path.display()))?);
    }
    let inputs: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
    Part::new(&workspace.tools(), name, &inputs)
}

/// The chain's program in the finished part.
pub fn anvil(part: &Part) -> PathBuf {
    part.folder().join(ANVIL)
}

/// The compiled contracts in the finished part.
pub fn contracts(part: &Part) -> PathBuf {
    part.folder().join("node_modules")
}

/// Installs what the lock file says and checks the binary.
pub fn install(workspace: &Workspace, part: &Part) -> Result<()> {
    part.install(|folder| {
        install_into(workspace, SOURCE, folder)?;
        check_anvil(&folder.join(ANVIL))
    })
}

/// Installs what the lock file of a folder says. No package's install script runs.
pub fn install_into(workspace: &Workspace, source: &str, folder: &Path) -> Result<()> {
    for file in FILES {
        let from = workspace.path(source).join(file);
        fs::copy(&from, folder.join(file)).context(|| format!("copy {}", from.display()))?;
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(folder);
    process::output_of(&mut npm).map(drop).map_err(|error| {
        Error::new(format!(
            "could not install with npm; check the network and run this again\n  {error}"
        ))
    })
}

fn check_anvil(anvil: &Path) -> Result<()> {
    let found = process::sha256_of_file(anvil)?;
    if found == ANVIL_SHA256 {
        return Ok(());
    }
    Err(Error::new(format!(
        "the anvil that npm installed has the SHA-256 {found}, but {ANVIL_SHA256} is pinned; do not use it. If \
         package-lock.json was moved to another version on purpose, change ANVIL_SHA256 in xtask/src/tools/npm.rs too"
    )))
}

//! `schemathesis`, which asks a service by its OpenAPI document: a Python environment of its own in `.tools/`, every package
//! at the version and with a hash of `schemathesis.txt`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::stamp::Part;
use crate::error::{Context, Error, Result};
use crate::{process, say};

const PACKAGES: &str = include_str!("schemathesis.txt");

/// The environment's Python, which is put there if it is not.
pub fn bring(tools: &Path) -> Result<PathBuf> {
    let part = Part::new(tools, "schemathesis", &[PACKAGES.as_bytes()])?;
    if part.is_there() {
        say::step("schemathesis: already there");
    } else {
        say::step(&format!("schemathesis: installing into {}", part.folder().display()));
        part.install(install)?;
    }
    Ok(part.folder().join("bin/python3"))
}

fn install(folder: &Path) -> Result<()> {
    let list = folder.join("packages.txt");
    // what is run by its module moves with its folder
    process::output_of(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    fs::write(&list, PACKAGES).context(|| format!("write {}", list.display()))?;
    let python = folder.join("bin/python3");
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]);
    pip.args(["--only-binary", ":all:", "--require-hashes", "--requirement"]).arg(&list);
    process::output_of(&mut pip).map_err(|error| {
        Error::new(format!(
            "could not install schemathesis with pip; check the network and run this again\n  {error}"
        ))
    })?;
    process::output_of(Command::new(&python).args(["-m", "schemathesis.cli", "--version"]))
        .map(drop)
}

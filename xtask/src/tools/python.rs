//! Python environments in `.tools/`, each with packages of its own, at the versions and with the hashes of a list.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::stamp::Part;
use crate::error::{Context, Error, Result};
use crate::{process, say};

/// An environment.
#[derive(Debug)]
pub struct Environment {
    /// Its folder in `.tools/`, and its name before people.
    pub name: &'static str,
    /// What pip reads: versions and hashes, all of them.
    pub packages: &'static str,
    /// What its Python is started with to see that it is whole.
    pub check: &'static [&'static str],
}

impl Environment {
    /// Its Python, which is put there if it is not.
    pub fn bring(&self, tools: &Path) -> Result<PathBuf> {
        let part = Part::new(tools, self.name, &[self.packages.as_bytes()])?;
        if part.is_there() {
            say::step(&format!("{}: already there", self.name));
        } else {
            say::step(&format!("{}: installing into {}", self.name, part.folder().display()));
            part.install(|folder| self.install(folder))?;
        }
        Ok(part.folder().join("bin/python3"))
    }

    fn install(&self, folder: &Path) -> Result<()> {
        let list = folder.join("packages.txt");
        // what is run by its module moves with its folder
        process::output_of(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
        fs::write(&list, self.packages).context(|| format!("write {}", list.display()))?;
        let python = folder.join("bin/python3");
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]);
        pip.args(["--only-binary", ":all:", "--require-hashes", "--requirement"]).arg(&list);
        process::output_of(&mut pip).map_err(|error| {
            Error::new(format!(
                "could not install {} with pip; check the network and run this again\n  {error}",
                self.name
            ))
        })?;
        process::output_of(Command::new(&python).args(self.check)).map(drop)
    }
}

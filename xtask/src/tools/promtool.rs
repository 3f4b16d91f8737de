//! `promtool`, which tries the alert rules: out of Debian's package of Prometheus, which is downloaded and not installed.
//!
//! It is the one part that may be missing: then the rules are read by the tests, and not tried.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::stamp::Part;
use crate::error::{Error, Result};
use crate::{process, say, settings};

const PACKAGE: &str = "prometheus";
const UNPACK: &str = "dpkg-deb --fsys-tarfile \"$1\"/prometheus_*.deb | tar -x -C \"$1\" ./usr/bin/promtool && rm \"$1\"/prometheus_*.deb";

/// The user's own, or the one in `.tools/`, which is put there when it can be had.
pub fn bring(tools: &Path) -> Result<Option<PathBuf>> {
    if let Some(file) = settings::path(settings::PROMTOOL) {
        check(&file)?;
        return Ok(Some(file));
    }
    if let Some(file) = settings::on_path("promtool").filter(|file| check(file).is_ok()) {
        say::step(&format!("promtool: using yours, {}", file.display()));
        return Ok(Some(file));
    }
    let part = Part::new(tools, "promtool", &[PACKAGE.as_bytes(), UNPACK.as_bytes()])?;
    let file = part.folder().join("usr/bin/promtool");
    if part.is_there() {
        say::step("promtool: already there");
        return Ok(Some(file));
    }
    say::step(&format!("promtool: unpacking into {}", part.folder().display()));
    match part.install(unpack) {
        Ok(()) => Ok(Some(file)),
        Err(error) => {
            say::step(&format!(
                "promtool: not to be had ({error}); the alert rules are read, and not tried. To try them install Prometheus, or \
                 name a promtool by {}",
                settings::PROMTOOL
            ));
            Ok(None)
        }
    }
}

fn unpack(folder: &Path) -> Result<()> {
    // the package manager checks where it comes from
    process::output_of(
        Command::new("apt-get").args(["download", "-qq", PACKAGE]).current_dir(folder),
    )?;
    process::output_of(Command::new("sh").args(["-c", UNPACK, "sh"]).arg(folder))?;
    check(&folder.join("usr/bin/promtool"))
}

fn check(file: &Path) -> Result<()> {
    match process::version_of(file) {
        Some(text) if text.contains("promtool") => Ok(()),
        _ => Err(Error::new(format!("{} does not answer --version", file.display()))),
    }
}

//! Other people's clients of the DEX API, from npm, pinned by the lock file of `tests/clients`: the end-to-end tests let
//! them talk to the service.

use super::npm;
use crate::error::{Error, Result};
use crate::workspace::Workspace;
use crate::{say, settings};

const SOURCE: &str = "tests/clients";

/// Puts them into `.tools/` if they are not there.
pub fn bring(workspace: &Workspace) -> Result<()> {
    let part = npm::part_of(workspace, SOURCE, "clients", "")?;
    if part.is_there() {
        say::step("clients: already there");
        return Ok(());
    }
    if settings::on_path("node").is_none() || settings::on_path("npm").is_none() {
        return Err(Error::new(
            "`node` (20 or newer) and `npm` are needed to test with other people's clients: apt-get install -y nodejs npm",
        ));
    }
    say::step(&format!("clients: installing into {}", part.folder().display()));
    part.install(|folder| npm::install_into(workspace, SOURCE, folder))
}

//! `cargo xtask tidy`: the walls of ARCHITECTURE.md as checks.
//!
//! Each wall is an absence (a dependency that is not there, a word that no file of a room says), so each check is a
//! search that has to find nothing. What it finds is printed with its place.

mod dependencies;
mod files;
mod lexer;
mod registries;
mod rules;
#[cfg(test)]
mod tests;
mod words;

use std::process::ExitCode;

use crate::error::Result;
use crate::say;
use crate::workspace::Workspace;

/// One wall and what was found to break it.
#[derive(Debug)]
pub struct Check {
    /// The wall, as a sentence.
    pub wall: &'static str,
    /// Places and reasons; empty when the wall stands.
    pub breaches: Vec<String>,
}

/// Runs every check and prints the outcome of each.
pub fn run(workspace: &Workspace) -> Result<ExitCode> {
    let sources = files::rust_sources(workspace)?;
    let mut checks = dependencies::checks(workspace)?;
    checks.extend(words::checks(&sources));
    checks.extend(files::checks(&sources));
    checks.extend(registries::checks(workspace)?);
    let mut broken = 0;
    for check in &checks {
        let mark = if check.breaches.is_empty() { "ok    " } else { "BROKEN" };
        say::line(&format!("{mark}  {}", check.wall));
        for breach in &check.breaches {
            say::line(&format!("          {breach}"));
        }
        broken += usize::from(!check.breaches.is_empty());
    }
    if broken == 0 {
        say::line(&format!("{} walls, all standing", checks.len()));
        return Ok(ExitCode::SUCCESS);
    }
    say::error(&format!(
        "{broken} of {} walls broken; ARCHITECTURE.md says what each is for",
        checks.len()
    ));
    Ok(ExitCode::FAILURE)
}

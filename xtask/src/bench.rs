//! `cargo xtask bench`: sets up, then builds and runs `bench` in release.

use std::process::ExitCode;

use crate::error::{Context, Error, Result};
use crate::say;
use crate::tools;
use crate::workspace::Workspace;

/// Runs the bench; `arguments` are handed on to it.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<ExitCode> {
    let verbs = ["index", "head", "prices", "quote", "serve"];
    if !arguments.first().is_some_and(|verb| verbs.contains(&verb.as_str())) {
        return Err(Error::new(
            "say which: `cargo xtask bench index`, `head`, `prices`, `quote` or `serve`; see `cargo xtask bench --help`",
        ));
    }
    let tools = tools::setup(workspace)?;
    say::step("cargo build --release -p bench (some minutes the first time)");
    let mut cargo = workspace.cargo(&["run", "--release", "--locked", "-p", "bench", "--"]);
    // captured backtraces cost a multiple
    cargo.args(arguments).env_remove("RUST_BACKTRACE");
    let status = tools.export_to(&mut cargo).status().context(|| "start cargo".to_owned())?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

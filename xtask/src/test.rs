//! `cargo xtask test`: every test of the workspace, on the real parts.

use std::process::ExitCode;

use crate::error::{Context, Result};
use crate::tools;
use crate::workspace::{BUILD_FLAGS, Workspace};
use crate::{process, say, settings};

/// Sets up, then runs the tests; `arguments` are handed on to the runner.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<ExitCode> {
    let tools = tools::setup(workspace)?;
    tools::clients(workspace)?;
    // test runners build executables for their own package's tests only: the end-to-end tests start the real `sooho`
    say::step("cargo build");
    let built = tools.export_to(workspace.cargo(&["build"]).args(BUILD_FLAGS)).status();
    if !built.context(|| "start cargo".to_owned())?.success() {
        return Ok(ExitCode::FAILURE);
    }
    let nextest = settings::on_path("cargo-nextest").is_some()
        && process::output_of(&mut workspace.cargo(&["nextest", "--version"])).is_ok();
    let mut command = if nextest {
        workspace.cargo(&["nextest", "run"])
    } else {
        say::step(
            "cargo-nextest is not installed, using cargo test (faster: cargo install --locked cargo-nextest)",
        );
        workspace.cargo(&["test"])
    };
    command.args(flags(arguments)).args(arguments);
    say::step(if nextest { "cargo nextest run" } else { "cargo test" });
    let status = tools.export_to(&mut command).status().context(|| "start cargo".to_owned())?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The shared flags, without the selection of packages when the user makes one.
fn flags(arguments: &[String]) -> Vec<&'static str> {
    let selects = |argument: &String| argument == "-p" || argument.starts_with("--package");
    let chosen = arguments.iter().any(selects);
    BUILD_FLAGS.into_iter().filter(|flag| !(chosen && *flag == "--workspace")).collect()
}

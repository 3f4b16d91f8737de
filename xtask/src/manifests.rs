//! `cargo xtask manifests`: what sooho is deployed by, looked at without a cluster.

use std::path::Path;
use std::process::{Command, ExitCode};

use crate::error::{Context, Error, Result};
use crate::workspace::Workspace;
use crate::{say, settings, tools};

/// Where the checks are.
const CHECKS: &str = "deploy/check";

/// Runs them, and then their own tests; `arguments` are those of the verb.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<ExitCode> {
    let write = read(arguments)?;
    let (python, promtool) = tools::manifests(workspace)?;
    let python = |folder: &Path| {
        let mut command = python_in(&python, folder);
        command.envs(promtool.iter().map(|file| (settings::PROMTOOL, file)));
        command
    };
    let checks = workspace.path(CHECKS);
    say::step("what is there");
    let mut check = python(&checks);
    check.arg(".").args(write.then_some("--write"));
    let right = succeeds(&mut check)?;
    say::step("each check refuses what it is there for");
    let mut tests = python(&checks);
    tests.args(["-m", "unittest", "discover", "--buffer", "-s", "tests", "-t", "."]);
    let tried = succeeds(&mut tests)?;
    Ok(if right && tried { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whether files are to be written.
fn read(arguments: &[String]) -> Result<bool> {
    match arguments {
        [] => Ok(false),
        [only] if only == "--write" => Ok(true),
        _ => Err(Error::new(
            "`cargo xtask manifests` takes nothing but --write; see `cargo xtask manifests --help`",
        )),
    }
}

/// The sources stay as they are: no compiled files beside them.
fn python_in(python: &Path, folder: &Path) -> Command {
    let mut command = Command::new(python);
    command.current_dir(folder).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn succeeds(command: &mut Command) -> Result<bool> {
    Ok(command.status().context(|| "start python".to_owned())?.success())
}

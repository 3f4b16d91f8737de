//! `cargo xtask demo`: a local chain with traffic, indexed and served, until Ctrl-C.
//!
//! The chain (`devchain`) and the services (`sooho`) are two children with a log file each. They start in this order and
//! stop in the other one, so that the database never knows more blocks than the chain that is kept with it.

mod banner;
mod child;
mod config;
mod folder;
mod http;
mod interrupt;
mod json;
mod leftovers;
mod ports;
mod start;
mod status;
#[cfg(test)]
mod tests;
mod wait;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::error::{Context, Error, Result};
use crate::tools;
use crate::workspace::{BUILD_FLAGS, Workspace};
use crate::{help, say};
use folder::Folder;
use interrupt::Interrupt;
use ports::Ports;
use start::Running;

/// A demo that answers.
#[derive(Debug)]
pub struct Up<'a> {
    /// Where everything listens.
    pub ports: Ports,
    /// What runs.
    pub running: &'a mut Running,
    interrupt: &'a Interrupt,
    /// What the chain has, as JSON.
    deployed: String,
    took: Duration,
}

/// Runs the demo; `arguments` are those of the verb.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<ExitCode> {
    let once = arguments.first().is_some_and(|argument| argument == "--once");
    help::no_arguments("demo", arguments.get(usize::from(once)..).unwrap_or_default())?;
    during(workspace, |up| {
        say::line(&banner::text(up.ports, &up.deployed, up.took));
        if once { Ok(()) } else { status::follow(&up.ports, up.interrupt, up.running) }
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Starts the demo, lets `work` have it, and stops it; nothing if Ctrl-C came first.
pub fn during<T>(
    workspace: &Workspace,
    work: impl FnOnce(Up<'_>) -> Result<T>,
) -> Result<Option<T>> {
    let tools = tools::setup(workspace)?;
    build(workspace)?;

    let began = Instant::now();
    let folder = Folder::take(workspace)?;
    tidy_up(&folder)?;
    let interrupt = Interrupt::listen()?;
    folder.mark_running()?;
    let mut running = Running::default();
    let outcome =
        start::all(workspace, &tools, &folder, &interrupt, &mut running).and_then(|ports| {
            let Some(ports) = ports else { return Ok(None) };
            let (deployed, took) = (folder.deployment_text(), began.elapsed());
            let (running, interrupt) = (&mut running, &interrupt);
            work(Up { ports, running, interrupt, deployed, took }).map(Some)
        });
    let clean = stop(&mut running, &interrupt);
    leftovers::stop(folder.root());
    if clean {
        folder.mark_stopped()?;
    }
    let outcome = outcome?;
    if !clean {
        return Err(Error::new(format!(
            "not everything stopped in an orderly way, so the next demo starts anew; the logs are in {}",
            folder.root().display()
        )));
    }
    say::step("stopped; nothing is left running");
    Ok(outcome)
}

fn build(workspace: &Workspace) -> Result<()> {
    say::step("cargo build (some minutes the first time)");
    let mut cargo = workspace.cargo(&["build"]);
    let status = cargo.args(BUILD_FLAGS).status().context(|| "start cargo".to_owned())?;
    if status.success() { Ok(()) } else { Err(Error::new("the build failed; see above")) }
}

/// Makes sure that chain and database fit together before anything starts, and says what was decided.
fn tidy_up(folder: &Folder) -> Result<()> {
    let orphans = leftovers::stop(folder.root());
    if orphans > 0 {
        say::step(&format!("stopped {orphans} processes that an earlier demo had left"));
    }
    let lost = !folder.chain().exists() && folder.reset_database()?;
    if lost {
        say::step("the chain is gone, so the database is made anew too");
    } else if !folder.holds_something() {
        say::step("a new chain and a new database");
    } else if folder.stopped_cleanly() {
        say::step("going on with the chain and the database of the last demo");
    } else {
        say::step(
            "the last demo was not stopped in an orderly way: chain and database are both made anew",
        );
        folder.reset()?;
    }
    Ok(())
}

/// Stops the services, then the chain. True if both ended in an orderly way.
fn stop(running: &mut Running, interrupt: &Interrupt) -> bool {
    say::step("stopping everything (Ctrl-C now kills)");
    interrupt.lower();
    let mut clean = true;
    for child in [running.services.as_mut(), running.chain.as_mut()].into_iter().flatten() {
        clean &= child.stop(interrupt);
    }
    clean
}

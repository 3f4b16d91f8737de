//! Starting chain and services, in order, each seen to be ready before the next.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use super::child::Child;
use super::folder::Folder;
use super::interrupt::Interrupt;
use super::ports::Ports;
use super::wait::pause;
use super::{config, http, status};
use crate::error::{Context, Error, Result};
use crate::say;
use crate::tools::Tools;
use crate::workspace::Workspace;

const CHAIN_PATIENCE: Duration = Duration::from_secs(300);
const SERVICES_PATIENCE: Duration = Duration::from_secs(120);

/// The children that have been started so far.
#[derive(Debug, Default)]
pub struct Running {
    /// The local chain with its traffic.
    pub chain: Option<Child>,
    /// Indexer and both APIs, with their database.
    pub services: Option<Child>,
}

impl Running {
    /// An error if a child has ended by itself.
    pub fn all_alive(&mut self) -> Result<()> {
        for child in [self.chain.as_mut(), self.services.as_mut()].into_iter().flatten() {
            if let Some(status) = child.ended() {
                return Err(Error::new(format!(
                    "{} ended by itself with {status}; its last lines, of {}:\n  {}",
                    child.name(),
                    child.log().display(),
                    child.last_words()
                )));
            }
        }
        Ok(())
    }
}

/// Starts everything and waits until it answers; no ports if Ctrl-C came first. What was started is
/// in `running`, also after an error.
pub fn all(
    workspace: &Workspace,
    tools: &Tools,
    folder: &Folder,
    interrupt: &Interrupt,
    running: &mut Running,
) -> Result<Option<Ports>> {
    let ports = Ports::pick()?;
    let deployment = folder.deployment();
    let began = SystemTime::now();
    running.chain = Some(start_chain(workspace, tools, folder, ports)?);
    say::step("starting the chain");
    let ready = || {
        is_newer(&deployment, began)
            && http::post(ports.chain, "/", config::CHAIN_ID_REQUEST).is_some()
    };
    if !wait("the chain", CHAIN_PATIENCE, interrupt, running, ready)? {
        return Ok(None);
    }

    if !folder.same_chain() && folder.reset_database()? {
        say::step("the chain was made anew, so the database is too");
    }
    folder.remember_chain()?;
    let deployed = folder.deployment_text();
    let settings = config::text(&deployed, ports, &folder.mongo(), &tools.mongod)?;
    fs::write(folder.config(), settings)
        .context(|| format!("write {}", folder.config().display()))?;

    running.services = Some(start_services(workspace, tools, folder)?);
    say::step("starting MongoDB, the indexer and the APIs");
    let answers = |port| http::get(port, "/readyz").is_some_and(|answer| answer.status == 200);
    let ready = || [ports.indexer, ports.serving, ports.nft_api].into_iter().all(answers);
    if !wait("the services", SERVICES_PATIENCE, interrupt, running, ready)? {
        return Ok(None);
    }
    say::step("indexing what the chain has so far");
    let goal = status::head(ports).unwrap_or_default();
    let ready = || status::indexed(ports).is_some_and(|block| block >= goal);
    Ok(wait("the index", SERVICES_PATIENCE, interrupt, running, ready)?.then_some(ports))
}

fn start_chain(
    workspace: &Workspace,
    tools: &Tools,
    folder: &Folder,
    ports: Ports,
) -> Result<Child> {
    let mut command = Command::new(workspace.built("devchain"));
    command.arg("up").arg("--port").arg(ports.chain.to_string()).arg("--dir").arg(folder.chain());
    command.args(["--blocks", "300", "--live-seconds", "2"]).current_dir(workspace.root());
    Child::start("devchain", quiet(tools.export_to(&mut command)), folder.log("devchain"))
}

fn start_services(workspace: &Workspace, tools: &Tools, folder: &Folder) -> Result<Child> {
    let mut command = Command::new(workspace.built("sooho"));
    command.arg("up").arg("--config").arg(folder.config()).current_dir(workspace.root());
    Child::start("sooho", quiet(tools.export_to(&mut command)), folder.log("sooho"))
}

/// Captured backtraces cost services a multiple of their time, and a log file has no colours.
fn quiet(command: &mut Command) -> &mut Command {
    command.env_remove("RUST_BACKTRACE").env("NO_COLOR", "1")
}

/// Waits until `ready`; false if Ctrl-C came first.
fn wait(
    what: &str,
    patience: Duration,
    interrupt: &Interrupt,
    running: &mut Running,
    ready: impl Fn() -> bool,
) -> Result<bool> {
    let began = Instant::now();
    while !ready() {
        running.all_alive()?;
        if interrupt.is_raised() {
            return Ok(false);
        }
        if began.elapsed() > patience {
            let newest = running.services.as_ref().or(running.chain.as_ref());
            let words = newest.map(Child::last_words).unwrap_or_default();
            return Err(Error::new(format!(
                "{what} did not answer within {} s; the last lines of the log:\n  {words}",
                patience.as_secs()
            )));
        }
        pause();
    }
    Ok(true)
}

fn is_newer(file: &Path, than: SystemTime) -> bool {
    file.metadata().and_then(|data| data.modified()).is_ok_and(|time| time >= than)
}

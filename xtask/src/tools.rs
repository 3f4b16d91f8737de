//! The real parts: where each comes from, and putting them into `.tools/`.

mod clients;
mod manifests;
mod mongo;
mod npm;
mod prerequisites;
mod promtool;
mod python;
mod schemathesis;
mod stamp;
#[cfg(test)]
mod tests;
mod version;

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;

use crate::error::{Context, Error, Result};
use crate::workspace::Workspace;
use crate::{process, say, settings};
use stamp::Part;

/// The real parts that the demo and the tests start.
#[derive(Debug)]
pub struct Tools {
    /// The MongoDB server.
    pub mongod: PathBuf,
    /// The development chain.
    pub anvil: PathBuf,
    /// A `node_modules` folder with the compiled contracts.
    pub contracts: PathBuf,
    /// What tries the alert rules, where it can be had.
    pub promtool: Option<PathBuf>,
}

impl Tools {
    /// Hands the parts on to a child process.
    pub fn export_to<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env(settings::MONGOD, &self.mongod)
            .env(settings::ANVIL, &self.anvil)
            .env(settings::CONTRACTS, &self.contracts)
            .envs(self.promtool.iter().map(|file| (settings::PROMTOOL, file)))
    }
}

/// Makes sure that every part is there. What the user has is used; the rest is installed once.
pub fn setup(workspace: &Workspace) -> Result<Tools> {
    let mongod = users_mongod()?;
    let anvil = users_anvil()?;
    let contracts = users_contracts()?;
    let folder = workspace.tools();
    let mongo_part = mongo::part(&folder)?;
    let npm_part = npm::part(workspace)?;

    let _lock = lock(&folder)?;
    let install_mongo = mongod.is_none() && !mongo_part.is_there();
    let install_npm = (anvil.is_none() || contracts.is_none()) && !npm_part.is_there();
    prerequisites::check(install_mongo, install_npm)?;

    report("mongod", mongod.as_ref(), &mongo_part, install_mongo);
    if install_mongo {
        mongo::install(&mongo_part)?;
    }
    let mongod = mongod.unwrap_or_else(|| mongo::mongod(&mongo_part));
    mongo::check(&mongod)?;

    if anvil.is_none() || contracts.is_none() {
        report("anvil and contracts", None, &npm_part, install_npm);
    }
    if install_npm {
        npm::install(workspace, &npm_part)?;
    }
    if let Some(file) = &anvil {
        say::step(&format!("anvil: using yours, {}", file.display()));
    }
    if let Some(dir) = &contracts {
        say::step(&format!("contracts: using yours, {}", dir.display()));
    }
    Ok(Tools {
        promtool: promtool::bring(&folder)?,
        mongod,
        anvil: anvil.unwrap_or_else(|| npm::anvil(&npm_part)),
        contracts: contracts.unwrap_or_else(|| npm::contracts(&npm_part)),
    })
}

/// Makes sure that the clients are there which the end-to-end tests let talk to the service.
pub fn clients(workspace: &Workspace) -> Result<()> {
    let _lock = lock(&workspace.tools())?;
    clients::bring(workspace)
}

/// The Python that has schemathesis, which is put into `.tools/` the first time.
pub fn schemathesis(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.tools();
    let _lock = lock(&folder)?;
    schemathesis::ENVIRONMENT.bring(&folder)
}

/// The Python that has the schemas of Kubernetes, which is put into `.tools/` the first time, and what tries alert rules and
/// queries, where it can be had.
pub fn manifests(workspace: &Workspace) -> Result<(PathBuf, Option<PathBuf>)> {
    let folder = workspace.tools();
    let _lock = lock(&folder)?;
    Ok((manifests::ENVIRONMENT.bring(&folder)?, promtool::bring(&folder)?))
}

fn report(name: &str, users: Option<&PathBuf>, part: &Part, install: bool) {
    match users {
        Some(file) => say::step(&format!("{name}: using yours, {}", file.display())),
        None if install => {
            say::step(&format!("{name}: installing into {}", part.folder().display()));
        }
        None => say::step(&format!("{name}: already there")),
    }
}

/// Two setups at once would trip over each other; the second one waits.
fn lock(folder: &PathBuf) -> Result<File> {
    fs::create_dir_all(folder).context(|| format!("make {}", folder.display()))?;
    let file =
        File::create(folder.join(".lock")).context(|| format!("write in {}", folder.display()))?;
    file.lock().context(|| format!("lock {}", folder.display()))?;
    Ok(file)
}

fn users_mongod() -> Result<Option<PathBuf>> {
    users_program(settings::MONGOD, "mongod", "db version", mongo::OLDEST)
}

fn users_anvil() -> Result<Option<PathBuf>> {
    users_program(settings::ANVIL, "anvil", "anvil", npm::OLDEST_ANVIL)
}

/// A program named by `variable` has to work; one that merely lies on PATH is passed over when it is too old.
fn users_program(
    variable: &str,
    program: &str,
    says: &str,
    oldest: u32,
) -> Result<Option<PathBuf>> {
    let major = |file: &PathBuf| {
        let version = process::version_of(file).filter(|text| text.contains(says))?;
        version::major_in(&version)
    };
    if let Some(file) = settings::path(variable) {
        let file = std::path::absolute(&file).context(|| format!("resolve {}", file.display()))?;
        return match major(&file) {
            Some(major) if major >= oldest => Ok(Some(file)),
            Some(major) => Err(Error::new(format!(
                "{variable} names {}, a version {major}, but {oldest} or newer is needed; name another or unset {variable}",
                file.display()
            ))),
            None => Err(Error::new(format!(
                "{variable} names {}, which does not answer --version as {program} does; name a working {program} or unset {variable}",
                file.display()
            ))),
        };
    }
    Ok(settings::on_path(program).filter(|file| major(file).is_some_and(|major| major >= oldest)))
}

fn users_contracts() -> Result<Option<PathBuf>> {
    let Some(dir) = settings::path(settings::CONTRACTS) else { return Ok(None) };
    let dir = std::path::absolute(&dir).context(|| format!("resolve {}", dir.display()))?;
    if dir.join("@uniswap/v2-core").is_dir() {
        return Ok(Some(dir));
    }
    Err(Error::new(format!(
        "{} names {}, which holds no @uniswap/v2-core; name a node_modules folder with the packages of \
         crates/devchain/npm/package.json or unset it",
        settings::CONTRACTS,
        dir.display()
    )))
}

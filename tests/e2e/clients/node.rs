//! A program of `tests/clients`, run by node: it says what it saw in lines of JSON.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

/// Longest wait for a line.
const PATIENCE: Duration = Duration::from_secs(60);
const PROGRAMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/clients");
const PACKAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../.tools/clients/node_modules");

/// A running program; killed when dropped.
pub(super) struct Node {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    orders: ChildStdin,
    /// What it complained of.
    complaints: PathBuf,
}

/// Puts the programs beside the packages, where node looks for them.
fn laid_out(folder: &Path) -> Result<PathBuf> {
    let place = folder.join("clients");
    if place.is_dir() {
        return Ok(place);
    }
    ensure!(Path::new(PACKAGES).is_dir(), "{PACKAGES} is missing: run `cargo xtask setup`");
    fs::create_dir_all(place.join("lib"))?;
    for part in ["", "lib"] {
        for entry in fs::read_dir(Path::new(PROGRAMS).join(part))? {
            let file = entry?.path();
            if file.extension().is_some_and(|ending| ending == "mjs") {
                let name = file.file_name().context("a name")?;
                fs::copy(&file, place.join(part).join(name))?;
            }
        }
    }
    std::os::unix::fs::symlink(PACKAGES, place.join("node_modules"))?;
    Ok(place)
}

impl Node {
    /// Starts a program.
    pub(super) fn start(folder: &Path, program: &str, arguments: &[&str]) -> Result<Self> {
        let place = laid_out(folder)?;
        let name = arguments.get(1).unwrap_or(&"alone");
        let complaints = place.join(format!("{program}.{name}.log"));
        let mut child = Command::new("node")
            .arg(program)
            .args(arguments)
            .current_dir(&place)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&complaints)?)
            .kill_on_drop(true)
            .spawn()
            .context("starting node; it is needed for these tests")?;
        let orders = child.stdin.take().context("its input")?;
        let lines = BufReader::new(child.stdout.take().context("its output")?).lines();
        Ok(Self { child, lines, orders, complaints })
    }

    /// What it says next.
    pub(super) async fn line(&mut self) -> Result<Value> {
        match timeout(PATIENCE, self.lines.next_line()).await {
            Ok(Ok(Some(line))) => Ok(serde_json::from_str(&line)?),
            Ok(Ok(None)) => bail!("it ended: {}", fs::read_to_string(&self.complaints)?),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => bail!("it says nothing: {}", fs::read_to_string(&self.complaints)?),
        }
    }

    /// The next line with this member; what is said before is passed over.
    pub(super) async fn next_with(&mut self, member: &str) -> Result<Value> {
        loop {
            let line = self.line().await?;
            if !line[member].is_null() {
                return Ok(line);
            }
        }
    }

    pub(super) async fn order(&mut self, order: &str) -> Result<()> {
        self.orders.write_all(format!("{order}\n").as_bytes()).await?;
        Ok(self.orders.flush().await?)
    }

    /// All that it still says. It ends well, and complained of nothing.
    pub(super) async fn rest(mut self) -> Result<Vec<Value>> {
        let mut said = Vec::new();
        while let Some(line) = timeout(PATIENCE, self.lines.next_line()).await?? {
            said.push(serde_json::from_str(&line)?);
        }
        let status = timeout(PATIENCE, self.child.wait()).await??;
        let complaints = fs::read_to_string(&self.complaints)?;
        ensure!(status.success() && complaints.is_empty(), "{status}: {complaints}");
        Ok(said)
    }
}

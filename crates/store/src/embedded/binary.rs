//! Finding a `mongod` that runs.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::error::StoreError;

/// Oldest major version with snapshot reads.
const OLDEST: u32 = 5;

/// The given one and no other; else the one on PATH, else the one of this checkout.
pub(super) async fn find(given: Option<&Path>) -> Result<PathBuf, StoreError> {
    let candidates = match given {
        Some(path) => vec![path.to_owned()],
        None => vec![
            PathBuf::from("mongod"),
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/mongo/bin/mongod"),
        ],
    };
    let mut tried = Vec::new();
    for path in candidates {
        match probe(&path).await {
            Ok(()) => return Ok(path),
            Err(why) => tried.push(format!("{}: {why}", path.display())),
        }
    }
    Err(StoreError::MongodMissing { tried: tried.join("; ") })
}

/// Runs it for its version.
async fn probe(path: &Path) -> Result<(), String> {
    let output = Command::new(path)
        .arg("--version")
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        // such as a missing shared library
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} {}", output.status, stderr.lines().next().unwrap_or_default()));
    }
    let stdout = String::from_utf8_lossy(&output.stdout);
    let major = stdout
        .lines()
        .find_map(|line| line.strip_prefix("db version v"))
        .and_then(|version| version.split('.').next()?.parse::<u32>().ok());
    match major {
        Some(major) if major >= OLDEST => Ok(()),
        Some(major) => Err(format!("version {major} is too old, {OLDEST} or newer is needed")),
        None => Err("it is no mongod".to_owned()),
    }
}

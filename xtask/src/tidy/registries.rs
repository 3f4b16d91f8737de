//! Lock files and settings name no registry but the public default: whoever clones this uses their own mirror, or none.

use std::fs;
use std::path::Path;

use super::Check;
use crate::error::{Context, Result};
use crate::workspace::Workspace;

const CRATES: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
const NPM_LOCKS: [&str; 2] =
    ["crates/devchain/npm/package-lock.json", "tests/clients/package-lock.json"];
const SETTINGS: [(&str, &[&str]); 4] = [
    (".cargo/config.toml", &["[source", "[registries", "replace-with"]),
    ("crates/devchain/npm/.npmrc", &["registry=", "registry =", "_auth"]),
    ("tests/clients/.npmrc", &["registry=", "registry =", "_auth"]),
    (".npmrc", &["registry=", "registry =", "_auth"]),
];

/// The check on lock files and settings.
pub fn checks(workspace: &Workspace) -> Result<Vec<Check>> {
    let mut breaches = Vec::new();
    scan(workspace, "Cargo.lock", &mut breaches, |line| {
        line.starts_with("source = ") && line != CRATES
    })?;
    for lock in NPM_LOCKS {
        scan(workspace, lock, &mut breaches, |line| line.contains("\"resolved\": \"http"))?;
    }
    for (file, words) in SETTINGS {
        scan(workspace, file, &mut breaches, |line| words.iter().any(|word| line.contains(word)))?;
    }
    Ok(vec![Check { wall: "lock files and settings name no registry of ours", breaches }])
}

fn scan(
    workspace: &Workspace,
    file: &str,
    breaches: &mut Vec<String>,
    bad: impl Fn(&str) -> bool,
) -> Result<()> {
    let path = workspace.path(file);
    if !Path::exists(&path) {
        return Ok(());
    }
    let text = fs::read_to_string(&path).context(|| format!("read {}", path.display()))?;
    let found = text.lines().enumerate().filter(|(_, line)| bad(line.trim()));
    breaches.extend(found.map(|(number, line)| format!("{file}:{}: {}", number + 1, line.trim())));
    Ok(())
}

//! Where anvil and the compiled contracts are found: named by variable, on PATH, or in the workspace's `.tools`.

use std::path::{Path, PathBuf};

use crate::error::DevchainError;

/// The folder of the workspace's root manifest, as it was at build time.
#[must_use]
pub fn workspace_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// The anvil binary: `SOOHO_ANVIL`, else `anvil` on PATH, else the one that setup installed.
///
/// # Errors
/// When there is none of them.
pub fn anvil_path() -> Result<PathBuf, DevchainError> {
    if let Some(named) = variable("SOOHO_ANVIL") {
        let path = PathBuf::from(named);
        return if path.is_file() {
            Ok(path)
        } else {
            Err(DevchainError::AnvilMissing { searched: path })
        };
    }
    let on_path = variable("PATH").and_then(|path| {
        std::env::split_paths(&path)
            .map(|folder| folder.join("anvil"))
            .find(|candidate| candidate.is_file())
    });
    if let Some(path) = on_path {
        return Ok(path);
    }
    let installed = installed_modules().join("@foundry-rs/anvil-linux-amd64/bin/anvil");
    if installed.is_file() {
        Ok(installed)
    } else {
        Err(DevchainError::AnvilMissing { searched: installed })
    }
}

/// The `node_modules` folder with the compiled contracts: `SOOHO_CONTRACTS`, else the one that setup installed.
#[must_use]
pub fn contracts_path() -> PathBuf {
    variable("SOOHO_CONTRACTS").map_or_else(installed_modules, PathBuf::from)
}

fn installed_modules() -> PathBuf {
    workspace_root().join(".tools/npm/node_modules")
}

#[expect(
    clippy::disallowed_methods,
    reason = "a tool for tests and demos; services read configuration through observe"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

//! What xtask takes from the environment, read in this one place.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Names the `mongod` to use instead of the pinned one.
pub const MONGOD: &str = "SOOHO_MONGOD";
/// Names the `anvil` to use instead of the pinned one.
pub const ANVIL: &str = "SOOHO_ANVIL";
/// Names a `node_modules` folder with the compiled contracts to use instead of the pinned one.
pub const CONTRACTS: &str = "SOOHO_CONTRACTS";
/// Names the `promtool` to use instead of the one of Debian's package.
pub const PROMTOOL: &str = "SOOHO_PROMTOOL";

/// The value of `name` as a path; an empty value counts as none.
pub fn path(name: &str) -> Option<PathBuf> {
    variable(name).map(PathBuf::from)
}

/// The file `program` that a shell would start, if there is one.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let folders = variable("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(program)).find(|file| is_program(file))
}

fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

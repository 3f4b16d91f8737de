//! Where things are in a checkout, and the one set of build flags.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The flags every build, lint and test run shares. Another selection of packages or targets would unify features
/// differently and build most dependencies a second time.
pub const BUILD_FLAGS: [&str; 3] = ["--workspace", "--all-targets", "--locked"];

/// What `cargo run` tells its child about xtask. Handed on to another cargo, some build scripts would take it for a
/// change and run again.
const OF_THIS_RUN: [&str; 5] = [
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_BIN_NAME",
    "CARGO_CRATE_NAME",
    "CARGO_PRIMARY_PACKAGE",
];

/// A checkout of this repository.
#[derive(Debug)]
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The checkout this xtask was built from.
    pub fn here() -> Self {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self { root: own.parent().unwrap_or(own).to_path_buf() }
    }

    /// The top folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path below the top folder.
    pub fn path(&self, below: impl AsRef<Path>) -> PathBuf {
        self.root.join(below)
    }

    /// The git-ignored folder of downloaded tools.
    pub fn tools(&self) -> PathBuf {
        self.path(".tools")
    }

    /// A program that `cargo build` made.
    pub fn built(&self, program: &str) -> PathBuf {
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
        self.root.join(target).join("debug").join(program)
    }

    /// `cargo` with `verb`, in the top folder.
    pub fn cargo(&self, verb: &[&str]) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(verb).current_dir(&self.root);
        for (name, _) in std::env::vars_os() {
            let of_this_run = name
                .to_str()
                .is_some_and(|name| name.starts_with("CARGO_PKG_") || OF_THIS_RUN.contains(&name));
            if of_this_run {
                command.env_remove(name);
            }
        }
        command
    }
}

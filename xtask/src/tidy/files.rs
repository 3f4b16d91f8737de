//! The Rust files of the checkout, and what each of them has to look like.

use std::fs;
use std::path::Path;

use super::Check;
use crate::error::{Context, Result};
use crate::workspace::Workspace;

/// More lines than this, tests excluded, and a file holds more than one concern.
const TALLEST: usize = 400;
/// Folders at the top that hold rooms.
const TOPS: [&str; 9] =
    ["abis", "bench", "crates", "indexer", "nft-api", "serving", "sooho", "tests", "xtask"];

/// One Rust file.
#[derive(Debug)]
pub struct Source {
    /// The path from the top folder, with `/` between its parts.
    pub path: String,
    /// The room it belongs to: a member's folder, without `crates/`.
    pub room: String,
    /// Whether it only exists for tests.
    pub is_test: bool,
    /// What stands in it.
    pub text: String,
}

impl Source {
    /// A file at `path` that reads `text`.
    pub fn new(path: &str, text: String) -> Self {
        let mut parts = path.split('/');
        let first = parts.next().unwrap_or_default();
        let room = if first == "crates" { parts.next().unwrap_or_default() } else { first };
        let inner = path.split('/').skip(1);
        let is_test = room == "tests"
            || inner
                .clone()
                .any(|part| part == "tests" || part == "tests.rs" || part.starts_with("test_"));
        Self { path: path.to_owned(), room: room.to_owned(), is_test, text }
    }
}

/// Every Rust file of every room, in order of their paths.
pub fn rust_sources(workspace: &Workspace) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    for top in TOPS {
        let folder = workspace.path(top);
        if folder.is_dir() {
            collect(workspace.root(), &folder, &mut sources)?;
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(sources)
}

fn collect(root: &Path, folder: &Path, sources: &mut Vec<Source>) -> Result<()> {
    let reading = || format!("read {}", folder.display());
    for entry in fs::read_dir(folder).context(reading)? {
        let path = entry.context(reading)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "node_modules" && name != "target" && !name.starts_with('.') {
                collect(root, &path, sources)?;
            }
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(&path).context(|| format!("read {}", path.display()))?;
            let below = path.strip_prefix(root).unwrap_or(&path);
            sources.push(Source::new(&below.to_string_lossy(), text));
        }
    }
    Ok(())
}

/// Headers and heights.
pub fn checks(sources: &[Source]) -> Vec<Check> {
    let mut no_header = Vec::new();
    let mut too_tall = Vec::new();
    for source in sources {
        let first =
            source.text.lines().find(|line| !line.trim().is_empty() && !line.starts_with("#!["));
        if !first.is_some_and(|line| line.starts_with("//!")) {
            no_header.push(format!("{}: begins without a //! header", source.path));
        }
        let lines = source.text.lines().count();
        if lines > TALLEST && !source.is_test {
            too_tall.push(format!("{}: {lines} lines, at most {TALLEST}", source.path));
        }
    }
    vec![
        Check { wall: "every file opens by saying what it is for", breaches: no_header },
        Check { wall: "no file is tall", breaches: too_tall },
    ]
}

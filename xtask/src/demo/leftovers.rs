//! Processes of an earlier demo that was killed before it could stop them.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::child::signal;
use super::wait::pause;

const PROGRAMS: [&str; 5] = ["sooho", "devchain", "mongod", "mongod.bin", "anvil"];
const GRACE: Duration = Duration::from_secs(10);

/// Stops every process of ours that works in `folder`. Returns how many there were.
pub fn stop(folder: &Path) -> usize {
    let found = find(folder);
    for id in &found {
        signal("TERM", id);
    }
    let until = Instant::now() + GRACE;
    while Instant::now() < until && !find(folder).is_empty() {
        pause();
    }
    for id in find(folder) {
        signal("KILL", &id);
    }
    found.len()
}

fn find(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let ids = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    ids.filter(|id| id.bytes().all(|b| b.is_ascii_digit()))
        .filter(|id| works_in(id, folder))
        .collect()
}

fn works_in(id: &str, folder: &Path) -> bool {
    let Ok(line) = fs::read(format!("/proc/{id}/cmdline")) else { return false };
    let line = String::from_utf8_lossy(&line);
    let program =
        line.split('\0').next().and_then(|program| program.rsplit('/').next()).unwrap_or_default();
    let inside = format!("{}/", folder.display());
    PROGRAMS.contains(&program) && line.split('\0').any(|argument| argument.contains(&inside))
}

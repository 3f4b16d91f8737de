//! Why a `mongod` ended, in one sentence, from its log.

use std::{
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    path::Path,
    process::ExitStatus,
};

/// Bytes with which no server starts.
const ROOM: u64 = 4 * 1024 * 1024;
/// At most so much of the log is looked at.
const TAIL_BYTES: u64 = 512 * 1024;

/// The last fatal or error lines since `start`, else what it said on stderr, else how it ended.
pub(super) fn reason(log: &Path, start: u64, stderr: &Path, status: ExitStatus) -> String {
    let is_full = is_full(log);
    let log = tail(log, start);
    let mut lines: Vec<String> =
        log.lines().filter(|line| is_error(line)).filter_map(message).collect();
    lines.dedup();
    if lines.is_empty() {
        lines = tail(stderr, 0)
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(str::to_owned)
            .collect();
    }
    let last = lines.len().saturating_sub(3);
    let said: Vec<String> =
        lines.into_iter().skip(last).map(|line| line.chars().take(300).collect()).collect();
    let advice = advice(&log, is_full);
    if said.is_empty() {
        format!("{status}{advice}")
    } else {
        format!("{status}: {}{advice}", said.join(" | "))
    }
}

/// What to do about the commonest causes.
fn advice(log: &str, is_full: bool) -> &'static str {
    if is_full || log.contains("No space left on device") {
        "; the disk of its data folder is full: free some disk space"
    } else if log.contains("Permission denied") {
        "; let the user that runs sooho own the data folder"
    } else if log.lines().any(|line| is_fatal(line) && line.contains("featureCompatibilityVersion"))
    {
        "; the data is of another MongoDB version: use that version's mongod, or delete the folder to start over"
    } else if log.lines().any(|line| is_fatal(line) && line.contains("\"c\":\"STORAGE\"")) {
        "; the data is damaged: restore a backup, or delete the data folder to start over (the chain is indexed again)"
    } else {
        ""
    }
}

/// Whether there is no room to speak of: a server may end without a word then, because its log has none either.
fn is_full(log: &Path) -> bool {
    rustix::fs::statvfs(log).is_ok_and(|disk| disk.f_bavail.saturating_mul(disk.f_frsize) < ROOM)
}

fn tail(path: &Path, start: u64) -> String {
    let read = || {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        // a log that was begun anew is shorter
        let start = if start > length { 0 } else { start };
        file.seek(SeekFrom::Start(start.max(length.saturating_sub(TAIL_BYTES))))?;
        let mut bytes = Vec::new();
        file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
        std::io::Result::Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    read().unwrap_or_default()
}

/// Severity fatal or error in the structured log.
fn is_error(line: &str) -> bool {
    // what the assertion machinery adds says nothing about the cause
    (is_fatal(line) || line.contains("\"s\":\"E\"")) && !line.contains("\"c\":\"ASSERT\"")
}

/// Severity fatal.
fn is_fatal(line: &str) -> bool {
    line.contains("\"s\":\"F\"")
}

/// The message and what it quotes as the cause.
fn message(line: &str) -> Option<String> {
    let message = field(line, "msg")?;
    let cause = ["error", "message", "errmsg", "reason"].iter().find_map(|name| field(line, name));
    Some(match cause {
        Some(cause) if cause != message => format!("{message}: {cause}"),
        _ => message,
    })
}

/// The string field `name` of a line of JSON; objects are given as they stand.
fn field(line: &str, name: &str) -> Option<String> {
    let rest = line.split_once(&format!("\"{name}\":"))?.1;
    let Some(text) = rest.strip_prefix('"') else { return Some(rest.chars().take(200).collect()) };
    let mut value = String::new();
    let mut escaped = false;
    for letter in text.chars() {
        match letter {
            '"' if !escaped => break,
            '\\' if !escaped => escaped = true,
            _ => {
                escaped = false;
                value.push(letter);
            }
        }
    }
    Some(value)
}

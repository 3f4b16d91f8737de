//! A `mongod` that outlived its sooho, found by its command line.

use std::{fs, os::unix::ffi::OsStrExt as _, path::Path, time::Duration};

use rustix::process::Signal;
use tokio::time::sleep;
use tracing::warn;

use super::process::send;

/// Ends every `mongod` that works on this folder. The caller holds the folder's lock, so no living sooho owns one.
pub(super) async fn end(db: &Path) {
    for pid in working_on(db) {
        warn!(pid, folder = %db.display(), "a mongod of an earlier run still works on the folder, it is ended first");
        send(pid, Signal::TERM);
        if !gone(pid, db, Duration::from_secs(30)).await {
            send(pid, Signal::KILL);
            gone(pid, db, Duration::from_secs(5)).await;
        }
    }
}

/// Waits until the process no longer works on the folder.
async fn gone(pid: u32, db: &Path, patience: Duration) -> bool {
    let step = Duration::from_millis(50);
    let mut waited = Duration::ZERO;
    while works_on(pid, db) {
        if waited >= patience {
            return false;
        }
        sleep(step).await;
        waited += step;
    }
    true
}

fn working_on(db: &Path) -> Vec<u32> {
    // without /proc the server's own lock on its folder is what remains
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    processes
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid| works_on(*pid, db))
        .collect()
}

/// Whether the command line has `--dbpath` and this folder. That of a dead process is empty.
fn works_on(pid: u32, db: &Path) -> bool {
    let Ok(line) = fs::read(format!("/proc/{pid}/cmdline")) else { return false };
    let arguments: Vec<&[u8]> = line.split(|byte| *byte == 0).collect();
    arguments.windows(2).any(|pair| pair == [b"--dbpath".as_slice(), db.as_os_str().as_bytes()])
}

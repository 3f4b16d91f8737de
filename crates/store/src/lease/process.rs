//! Who we are, and whether a holder on the same machine is certainly gone.
//!
//! A process that was killed cannot give its lease back. Its successor on the same machine need not wait: where the
//! kernel says that the process has ended, it has. Of other machines, and of other containers, nothing is concluded.

use std::fs;

/// This process.
#[derive(Debug, Clone)]
pub(crate) struct Process {
    /// Host and process id, for people.
    pub(crate) name: String,
    /// Boot, process namespace, process id and start time: together they never come again. Empty where the system does
    /// not say.
    pub(crate) identity: String,
}

impl Process {
    pub(crate) fn this() -> Self {
        let pid = std::process::id();
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let host = host.trim();
        let name = format!("{}/{pid}", if host.is_empty() { "localhost" } else { host });
        let identity = match (place(), start(pid)) {
            (Some(place), Some(start)) => format!("{place} {pid} {start}"),
            _ => String::new(),
        };
        Self { name, identity }
    }

    /// Whether the process with this identity ran here and runs no more.
    pub(crate) fn saw_end_of(other: &str) -> bool {
        let mut parts = other.rsplitn(3, ' ');
        let (Some(started), Some(pid), Some(there)) = (parts.next(), parts.next(), parts.next())
        else {
            return false;
        };
        let Ok(pid) = pid.parse() else { return false };
        place().is_some_and(|here| here == there) && start(pid).is_none_or(|start| start != started)
    }
}

/// This boot of this machine, and the namespace that process ids are counted in.
fn place() -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let namespace = fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{} {}", boot.trim(), namespace.display()))
}

/// When the process started, in ticks since boot; `None` when it does not run (any more).
pub(super) fn start(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // the name in parentheses may hold anything, also spaces and parentheses
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ');
    let state = fields.next()?;
    if matches!(state, "Z" | "X") { None } else { fields.nth(18).map(str::to_owned) }
}

//! What the kernel says of a process.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// Ticks of `/proc/PID/stat` in a second: `USER_HZ`, which Linux fixes at 100 towards programs.
const TICKS_PER_SECOND: u64 = 100;

/// Processor time and memory of a process since its start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Processor time in user and kernel mode.
    pub cpu: Duration,
    /// The most memory that was resident at once, in bytes (`VmHWM`).
    pub peak_rss: u64,
}

impl Usage {
    /// Of this process.
    ///
    /// # Errors
    /// Without `/proc`.
    pub fn own() -> Result<Self> {
        Self::of(std::process::id())
    }

    /// Of a running process.
    ///
    /// # Errors
    /// When there is none, or no `/proc`.
    pub fn of(pid: u32) -> Result<Self> {
        let read = |name: &str| {
            let path = format!("/proc/{pid}/{name}");
            fs::read_to_string(&path).with_context(|| format!("reading {path}"))
        };
        let (stat, status) = (read("stat")?, read("status")?);
        let ticks = cpu_ticks(&stat).with_context(|| format!("no processor time in {stat}"))?;
        let peak = peak_rss(&status).context("no VmHWM in /proc/PID/status")?;
        Ok(Self { cpu: Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND), peak_rss: peak })
    }

    /// What came since `before`; the peak is that of the whole life.
    #[must_use]
    pub const fn since(self, before: Self) -> Self {
        Self { cpu: self.cpu.saturating_sub(before.cpu), peak_rss: self.peak_rss }
    }
}

/// Memory of a running process that is resident now, in bytes.
///
/// # Errors
/// When there is none, or no `/proc`.
pub fn resident(pid: u32) -> Result<u64> {
    let path = format!("/proc/{pid}/status");
    let status = fs::read_to_string(&path).with_context(|| format!("reading {path}"))?;
    kilobytes(&status, "VmRSS:").context("no VmRSS in /proc/PID/status")
}

/// Fields 14 and 15; the name in field 2 may hold anything but its own closing bracket comes last.
fn cpu_ticks(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

fn peak_rss(status: &str) -> Option<u64> {
    kilobytes(status, "VmHWM:")
}

/// A line of that file, in bytes.
fn kilobytes(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1_024)
}

#[cfg(test)]
mod tests;

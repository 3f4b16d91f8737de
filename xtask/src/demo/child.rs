//! One child of the demo: started in a process group of its own, so that Ctrl-C reaches it only through us, and never
//! left behind.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child as Process, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::interrupt::Interrupt;
use super::wait::pause;
use crate::error::{Context, Result};
use crate::say;

/// How long a child may take to stop before it is killed.
const GRACE: Duration = Duration::from_secs(20);

/// A running child whose output goes to a log file.
#[derive(Debug)]
pub struct Child {
    name: &'static str,
    process: Process,
    log: PathBuf,
    gone: bool,
}

impl Child {
    /// Starts `command` with its output in the file `log`.
    pub fn start(name: &'static str, command: &mut Command, log: PathBuf) -> Result<Self> {
        let file = File::create(&log).context(|| format!("write {}", log.display()))?;
        let both = file.try_clone().context(|| format!("write {}", log.display()))?;
        command.stdin(Stdio::null()).stdout(file).stderr(both).process_group(0);
        let process = command.spawn().context(|| format!("start {name}"))?;
        Ok(Self { name, process, log, gone: false })
    }

    /// What it is called in messages.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        let status = self.process.try_wait().ok().flatten();
        self.gone |= status.is_some();
        status
    }

    /// Where its output is.
    pub fn log(&self) -> &PathBuf {
        &self.log
    }

    /// The last lines it wrote.
    pub fn last_words(&self) -> String {
        let text = fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines.split_at(lines.len().saturating_sub(15)).1.join("\n  ")
    }

    /// Asks it to stop and waits. True if it stopped by itself and without an error; one that takes too long, or a
    /// second Ctrl-C, gets it killed.
    pub fn stop(&mut self, interrupt: &Interrupt) -> bool {
        if let Some(status) = self.ended() {
            return status.success();
        }
        signal("TERM", &self.process.id().to_string());
        let until = Instant::now() + GRACE;
        while Instant::now() < until && !interrupt.is_raised() {
            if let Some(status) = self.ended() {
                self.kill_group();
                return status.success();
            }
            pause();
        }
        say::line(&format!("{} did not stop in time and is killed", self.name));
        self.kill();
        false
    }

    fn kill(&mut self) {
        self.kill_group();
        let _ = self.process.kill();
        let _ = self.process.wait();
        self.gone = true;
    }

    /// Whatever it started and did not stop itself.
    fn kill_group(&self) {
        signal("KILL", &format!("-{}", self.process.id()));
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if !self.gone && self.ended().is_none() {
            self.kill();
        }
    }
}

/// Sends a signal to a process, or to a group if `target` begins with a minus. One that is gone is no error.
pub fn signal(name: &str, target: &str) {
    let mut shell = Command::new("sh");
    shell.args(["-c", "kill -s \"$1\" -- \"$2\"", "sh", name, target]);
    let _ = shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
}

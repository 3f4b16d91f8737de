//! Recordings are made once and kept.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};

use crate::say;
use crate::synth::{self, Plan};

/// Raised when the same plan gives another chain.
const EDITION: u32 = 1;

/// The recording of a plan in `folder`, made if it is not there.
///
/// # Errors
/// When it cannot be written.
pub fn of(plan: Plan, folder: &Path) -> Result<PathBuf> {
    std::fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    let Plan { seed, events, pools } = plan;
    let file = folder.join(format!("chain-{EDITION}-{seed}-{pools}-{events}.jsonl"));
    if !file.exists() {
        say::note(&format!("making a chain of {events} events in {pools} pools"));
        let started = Instant::now();
        let made = synth::write(plan, &file)?;
        let seconds = started.elapsed().as_secs();
        say::note(&format!("{} events in {} blocks, {seconds} s", made.events, made.blocks));
    }
    Ok(file)
}

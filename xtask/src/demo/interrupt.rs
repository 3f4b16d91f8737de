//! Ctrl-C and its relatives, as something to look at.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::error::{Context, Result};

/// Whether somebody wants us to stop.
#[derive(Debug, Clone)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From here on SIGINT, SIGTERM and SIGHUP are noted and do not end the process.
    pub fn listen() -> Result<Self> {
        let flag = Arc::new(AtomicBool::new(false));
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::flag::register(number, Arc::clone(&flag))
                .context(|| "listen for signals".to_owned())?;
        }
        Ok(Self(flag))
    }

    /// Whether one has come since the last [`Interrupt::lower`].
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// Forgets it, so that a second one can be seen.
    pub fn lower(&self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

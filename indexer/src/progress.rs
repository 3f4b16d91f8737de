//! Where an indexer stands, for progress bars and status.

use tokio::sync::watch;

/// What it is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Phase {
    /// Not begun.
    #[default]
    Starting,
    /// Waiting for the right to write.
    Standby,
    /// Waiting for answers of the chain.
    Fetch,
    /// Decoding and folding.
    Fold,
    /// Writing.
    Commit,
    /// Taking blocks back.
    Revert,
    /// At the head, waiting for a block.
    Idle,
    /// Waiting for a node that has not come as far as what is stored, or as the first block.
    NodeBehind,
}

/// A snapshot of an indexer's position.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Phase.
    pub phase: Phase,
    /// First block of this run.
    pub start: u64,
    /// Newest committed block.
    pub block: u64,
    /// Newest block of the chain, or the target if that is lower.
    pub goal: u64,
    /// Events folded so far, all runs together.
    pub events: u64,
    /// Newest block of the node, as last heard.
    pub head: u64,
    /// Newest block of the generation that is being built beside this one; `None` when none is.
    pub building: Option<u64>,
}

/// Writes progress; readers subscribe.
#[derive(Debug, Clone)]
pub(crate) struct Reporter {
    sender: watch::Sender<Progress>,
}

impl Reporter {
    pub(crate) fn new() -> Self {
        Self { sender: watch::Sender::new(Progress::default()) }
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<Progress> {
        self.sender.subscribe()
    }

    pub(crate) fn phase(&self, phase: Phase) {
        // a line per phase lets an operator, and the crash test, see where a process died
        tracing::debug!(?phase, "phase");
        self.sender.send_modify(|progress| progress.phase = phase);
    }

    pub(crate) fn update(&self, change: impl FnOnce(&mut Progress)) {
        self.sender.send_modify(change);
    }
}

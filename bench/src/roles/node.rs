//! The node: a recording served from memory.

use std::path::Path;

use anyhow::Result;
use devchain::replay::{Replay, ReplayOptions};
use tokio::io::{AsyncReadExt, stdin};

use crate::roles::Ready;
use crate::say;

/// Serves until standard input ends, so that no node outlives the bench.
pub(super) async fn run(recording: &Path) -> Result<()> {
    let replay = Replay::start(recording, ReplayOptions::default()).await?;
    say::answer(&Ready { url: replay.url() })?;
    let mut nothing = Vec::new();
    stdin().read_to_end(&mut nothing).await?;
    replay.stop().await;
    Ok(())
}

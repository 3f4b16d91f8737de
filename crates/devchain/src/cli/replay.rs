//! `devchain replay`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use devchain::replay::{Replay, ReplayOptions};

/// Serve a recording as a JSON-RPC endpoint from memory, with the faults that real endpoints have.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The recording.
    file: PathBuf,
    /// Port on the loopback address.
    #[arg(long, default_value_t = 8546)]
    port: u16,
    /// Milliseconds before each answer.
    #[arg(long, default_value_t = 0)]
    latency_ms: u64,
    /// Share of requests answered by HTTP 503, in thousandths.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1000))]
    error_rate: u32,
    /// Requests beyond so many in one second get HTTP 429.
    #[arg(long)]
    rate_limit_429: Option<u32>,
    /// The most blocks that `eth_getLogs` takes at once.
    #[arg(long)]
    max_range: Option<u64>,
    /// The most logs that `eth_getLogs` gives at once.
    #[arg(long)]
    max_results: Option<usize>,
    /// Head at the start; the last recorded block, or with growth the first, when not given.
    #[arg(long)]
    head: Option<u64>,
    /// New blocks per second.
    #[arg(long, default_value_t = 0)]
    growing_blocks_per_second: u64,
    /// Blocks between the head and the finalized block.
    #[arg(long, default_value_t = 64)]
    finality_depth: u64,
    /// Replace the newest blocks for a while after each so many new ones.
    #[arg(long, default_value_t = 0, requires = "reorg_depth")]
    reorg_every: u64,
    /// How many blocks are replaced.
    #[arg(long, default_value_t = 0)]
    reorg_depth: u64,
    /// How many milliseconds a replacement shows.
    #[arg(long, default_value_t = 1500)]
    reorg_shows_ms: u64,
    /// Cut WebSocket connections off after so many milliseconds.
    #[arg(long)]
    websocket_lives_ms: Option<u64>,
    /// Log filters and subscriptions report the logs of replaced blocks again with `removed: true`.
    #[arg(long)]
    removed_logs: bool,
}

pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    let shutdown = super::shutdown()?;
    let replay = Replay::start(
        &options.file,
        ReplayOptions {
            port: options.port,
            latency: Duration::from_millis(options.latency_ms),
            errors_per_thousand: options.error_rate,
            requests_per_second: options.rate_limit_429,
            max_range: options.max_range,
            max_results: options.max_results,
            head: options.head,
            blocks_per_kilosecond: options.growing_blocks_per_second.saturating_mul(1000),
            finality_depth: options.finality_depth,
            reorg_every: options.reorg_every,
            reorg_depth: options.reorg_depth,
            reorg_shows: Duration::from_millis(options.reorg_shows_ms),
            removed_logs: options.removed_logs,
            websocket_lives: options.websocket_lives_ms.map(Duration::from_millis),
        },
    )
    .await?;
    super::say(&format!(
        "serving {} at {} and {}",
        options.file.display(),
        replay.url(),
        replay.ws_url()
    ));
    shutdown.cancelled().await;
    replay.stop().await;
    Ok(())
}

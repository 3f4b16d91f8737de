//! A recording served again as a JSON-RPC endpoint, from memory, with the faults that real endpoints have.

mod block;
mod filter;
mod methods;
mod recording;
mod server;
mod subscriptions;
mod view;
mod websocket;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::error::DevchainError;
use crate::replay::methods::Methods;
use crate::replay::recording::Recording;

/// How the endpoint behaves. By default it is perfect and shows the whole recording at once.
#[derive(Debug, Clone)]
pub struct ReplayOptions {
    /// Port on the loopback address, 0 for a free one.
    pub port: u16,
    /// Time before each answer.
    pub latency: Duration,
    /// How many of a thousand requests are answered by an error.
    pub errors_per_thousand: u32,
    /// Requests beyond so many in one second get HTTP 429.
    pub requests_per_second: Option<u32>,
    /// The most blocks that `eth_getLogs` takes at once.
    pub max_range: Option<u64>,
    /// The most logs that `eth_getLogs` gives at once.
    pub max_results: Option<usize>,
    /// Head at the start; the recording's last block when neither this nor growth is asked for, else its first.
    pub head: Option<u64>,
    /// New blocks per thousand seconds; 0 lets the head stand still.
    pub blocks_per_kilosecond: u64,
    /// Blocks between the head and the finalized block.
    pub finality_depth: u64,
    /// After each so many new blocks, the newest ones are replaced (0: never). While a replacement shows, its first
    /// half holds the same events under other hashes and the rest is empty; then the recorded blocks come back, so
    /// that a reader ends at the recording whatever it saw in between.
    pub reorg_every: u64,
    /// How many blocks are replaced.
    pub reorg_depth: u64,
    /// How long a replacement shows.
    pub reorg_shows: Duration,
    /// Whether log filters and subscriptions report the logs of replaced blocks again with `removed: true`.
    pub removed_logs: bool,
    /// WebSocket connections are cut off after this time.
    pub websocket_lives: Option<Duration>,
}

impl Default for ReplayOptions {
    fn default() -> Self {
        Self {
            port: 0,
            latency: Duration::ZERO,
            errors_per_thousand: 0,
            requests_per_second: None,
            max_range: None,
            max_results: None,
            head: None,
            blocks_per_kilosecond: 0,
            finality_depth: 64,
            reorg_every: 0,
            reorg_depth: 0,
            reorg_shows: Duration::from_millis(1500),
            removed_logs: false,
            websocket_lives: None,
        }
    }
}

/// A running endpoint.
#[derive(Debug)]
pub struct Replay {
    address: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<std::io::Result<()>>,
}

impl Replay {
    /// Loads a recording and serves it.
    ///
    /// # Errors
    /// When the file is no recording or the port is taken.
    pub async fn start(file: &Path, options: ReplayOptions) -> Result<Self, DevchainError> {
        let recording = Recording::read(file)?;
        let failed =
            |source| DevchainError::File { what: "serving", path: file.to_owned(), source };
        let listener = TcpListener::bind(("127.0.0.1", options.port)).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let stop = CancellationToken::new();
        let router = server::router(Methods::new(recording, options), stop.clone());
        let serving =
            axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
        let task = tokio::spawn(async move { serving.await });
        Ok(Self { address, stop, task })
    }

    /// Where it answers.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it answers by WebSocket.
    #[must_use]
    pub fn ws_url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// Finishes the requests under way and ends.
    pub async fn stop(self) {
        self.stop.cancel();
        // a client that keeps its connection open must not keep us
        if tokio::time::timeout(Duration::from_secs(2), self.task).await.is_err() {
            tracing::debug!("a client did not let go of its connection");
        }
    }
}

#[cfg(test)]
mod tests;

//! Watching the child: when it dies under us it is started again on the same port.

use std::time::Duration;

use tokio::{
    sync::watch,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::process::{Launch, Running};

/// First pause before a new start; doubled up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A child that lived so long was fine.
const FINE_AFTER: Duration = Duration::from_secs(60);

/// Owns the child.
#[derive(Debug)]
pub(super) struct Supervisor {
    pub(super) launch: Launch,
    pub(super) stop: CancellationToken,
    pub(super) pid: watch::Sender<Option<u32>>,
}

impl Supervisor {
    /// Until told to stop.
    pub(super) async fn run(self, mut running: Running) {
        let mut pause = FIRST_PAUSE;
        loop {
            let (since, log_start) = (Instant::now(), self.launch.log_length());
            let ended = tokio::select! {
                biased;
                () = self.stop.cancelled() => {
                    running.shutdown().await;
                    self.pid.send_replace(None);
                    return;
                }
                ended = running.wait() => ended,
            };
            self.pid.send_replace(None);
            let reason = match ended {
                Ok(status) => self.launch.reason(status, log_start),
                Err(error) => error.to_string(),
            };
            error!(reason, port = self.launch.port, "mongod ended, it is started again");
            if since.elapsed() > FINE_AFTER {
                pause = FIRST_PAUSE;
            }
            let restarted = tokio::select! {
                biased;
                // a child that is just starting dies with the future that owns it
                () = self.stop.cancelled() => return,
                restarted = self.restart(&mut pause) => restarted,
            };
            running = restarted;
            self.pid.send_replace(running.id());
            info!(port = self.launch.port, "mongod is back");
        }
    }

    async fn restart(&self, pause: &mut Duration) -> Running {
        loop {
            sleep(*pause).await;
            *pause = (*pause * 2).min(LONGEST_PAUSE);
            match self.launch.start().await {
                Ok(running) => return running,
                Err(error) => warn!(%error, "mongod did not come back yet, it is tried again"),
            }
        }
    }
}

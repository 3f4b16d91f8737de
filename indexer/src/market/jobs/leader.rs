//! One process runs the jobs.

use std::time::Duration;

use observe::Shutdown;
use store::market::JobLease;
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

use super::COLLECTOR;
use crate::{lease::look, market::collector::Collector};

/// How long giving the lease back may delay the end.
const RELEASE: Duration = Duration::from_secs(2);

/// Takes the lease whenever it is to be had, and says whether it is held.
pub(super) async fn hold(
    collector: Collector,
    ttl: Duration,
    leading: watch::Sender<bool>,
    shutdown: Shutdown,
) {
    let mut said = false;
    while !shutdown.is_cancelled() {
        let asked = tokio::select! {
            () = shutdown.cancelled() => return,
            asked = collector.market().acquire_job(COLLECTOR, ttl) => asked,
        };
        match asked {
            Ok(Some(lease)) => {
                tracing::info!(token = lease.token(), "this process collects prices");
                said = false;
                lead(&collector, &leading, true);
                term(&lease, ttl, &shutdown).await;
                lead(&collector, &leading, false);
                if shutdown.is_cancelled() {
                    // else it runs out by itself
                    drop(timeout(RELEASE, lease.release()).await);
                    return;
                }
                tracing::warn!(
                    "another process collects prices now, or the store was away: standing by"
                );
            }
            Ok(None) if !said => {
                tracing::info!("standing by: another process collects prices");
                said = true;
            }
            Ok(None) => {}
            Err(error) => tracing::debug!(%error, "asking for the right to collect prices"),
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = sleep(look(ttl)) => {}
        }
    }
}

/// Renews until the lease is lost, or cannot be known to be held any more.
async fn term(lease: &JobLease, ttl: Duration, shutdown: &Shutdown) {
    let mut sure = Instant::now();
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = sleep(ttl / 4) => {}
        }
        let asked = Instant::now();
        let left = ttl.saturating_sub(sure.elapsed());
        match timeout(left, lease.renew()).await {
            Ok(Ok(true)) => sure = asked,
            Ok(Ok(false)) | Err(_) => return,
            Ok(Err(error)) => tracing::debug!(%error, "renewing the right to collect prices"),
        }
    }
}

fn lead(collector: &Collector, leading: &watch::Sender<bool>, leads: bool) {
    leading.send_replace(leads);
    collector.metrics().leading.set(i64::from(leads));
}

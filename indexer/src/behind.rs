//! A node that has not come as far as it was needed before: a fresh one that still fetches the chain, or one of several
//! that lags. Nothing is wrong with what is stored, so it is waited for, and said so.

use std::time::Duration;

use prometheus::IntGauge;
use tokio::time::Instant;

use crate::metrics::{Metrics, gauge_value};

#[cfg(test)]
mod tests;

/// How often the log says so.
const SAY: Duration = Duration::from_secs(30);

/// Whether the node is behind, and when that was said last.
#[derive(Debug)]
pub(crate) struct Behind {
    chain: String,
    blocks: IntGauge,
    /// Since when, and when it was said last.
    since: Option<(Instant, Instant)>,
}

impl Behind {
    pub(crate) fn new(chain: &str, metrics: &Metrics) -> Self {
        let blocks = metrics.node_behind.with_label_values(&[chain]);
        Self { chain: chain.to_owned(), blocks, since: None }
    }

    /// The node stands at `head`, but this block is needed. Whether that was said now.
    pub(crate) fn is_behind(&mut self, head: u64, needed: u64) -> bool {
        self.is_behind_at(Instant::now(), head, needed)
    }

    fn is_behind_at(&mut self, now: Instant, head: u64, needed: u64) -> bool {
        self.blocks.set(gauge_value(needed.saturating_sub(head)));
        let (since, said) = match self.since {
            Some((since, said)) => (since, Some(said)),
            None => (now, None),
        };
        let say = said.is_none_or(|said| now - said >= SAY);
        if say {
            tracing::warn!(
                chain = self.chain,
                node_at = head,
                needed,
                waiting_for = ?(now - since),
                "the node has not come as far as is indexed (it may still be syncing): waiting for it"
            );
        }
        self.since = Some((since, if say { now } else { said.unwrap_or(now) }));
        say
    }

    /// The node is as far as it has to be. Whether it was behind.
    pub(crate) fn is_there(&mut self, head: u64) -> bool {
        let Some((since, _)) = self.since.take() else { return false };
        self.blocks.set(0);
        let after = since.elapsed();
        tracing::info!(chain = self.chain, node_at = head, ?after, "the node is there, going on");
        true
    }
}

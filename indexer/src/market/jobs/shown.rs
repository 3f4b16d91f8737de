//! What the metrics say of prices: what the store holds, as it is now. So every process shows the same, and a collector
//! that has stopped is seen by the others.

use std::time::Duration;

use domain::market::{Price, Status};
use observe::Shutdown;
use store::StoreError;
use tokio::time::sleep;

use crate::{
    market::{book::Token, collector::Collector},
    metrics::gauge_value,
};

/// Between two looks.
const EVERY: Duration = Duration::from_secs(5);
const STATUSES: [Status; 5] =
    [Status::Fresh, Status::Stale, Status::Disputed, Status::Depegged, Status::None];

/// Looks until the shutdown.
pub(super) async fn watch(collector: Collector, shutdown: Shutdown) {
    loop {
        if let Err(error) = show(&collector).await {
            tracing::debug!(%error, "reading the newest prices for the metrics");
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = sleep(EVERY) => {}
        }
    }
}

async fn show(collector: &Collector) -> Result<(), StoreError> {
    for chain in collector.book().chains() {
        let sheet = collector.market().reader().latest_sheet(chain).await?;
        for token in collector.book().tokens().iter().filter(|token| token.asset.chain == chain) {
            let stored = sheet.as_ref().and_then(|sheet| sheet.price(token.asset.address));
            let price = stored.cloned().unwrap_or_else(|| Price::none(String::new()));
            let now = collector.now();
            set(collector, token, &price.seen_at(now, collector.policy().max_age), now);
        }
    }
    Ok(())
}

fn set(collector: &Collector, token: &Token, price: &Price, now: u64) {
    let metrics = collector.metrics();
    let labels = [token.chain.as_str(), token.symbol.as_str()];
    let age = price.age_seconds(now).map_or(-1, gauge_value);
    metrics.age.with_label_values(&labels).set(age);
    let sources = i64::try_from(price.sources.len()).unwrap_or(i64::MAX);
    metrics.sources.with_label_values(&labels).set(sources);
    let fresh = i64::from(price.fresh_until.is_some());
    metrics.fresh.with_label_values(&labels).set(fresh);
    for status in STATUSES {
        let labels = [token.chain.as_str(), token.symbol.as_str(), status.name()];
        metrics.status.with_label_values(&labels).set(i64::from(price.status == status));
    }
}

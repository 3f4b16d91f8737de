//! What sources push, into the same collector: within a second only the last word of a feed counts.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use domain::{
    candle::Resolution,
    market::{Bar, Feed, Millis, Source},
};
use futures::{FutureExt as _, future::BoxFuture};
use market::{Binance, Pyth, Said, StreamRules, Update, Updates};
use observe::Shutdown;
use store::StoreError;
use tokio::time::{MissedTickBehavior, interval};

use super::collector::Collector;

/// Something that is followed as long as this process collects prices.
pub trait PriceStream: Send + Sync + fmt::Debug {
    /// Follows it until the shutdown.
    fn follow<'a>(&'a self, collector: Collector, shutdown: &'a Shutdown) -> BoxFuture<'a, ()>;
}

/// Pairs of Binance, with their minutes as they close.
#[derive(Debug)]
pub struct BinanceStream {
    /// The source.
    pub source: Arc<Binance>,
    /// The pairs.
    pub ids: Vec<Arc<str>>,
    /// How its connections are kept.
    pub rules: StreamRules,
    /// Least time between two sheets, in milliseconds.
    pub every: Millis,
}

/// Feeds of Pyth.
#[derive(Debug)]
pub struct PythStream {
    /// The source.
    pub source: Arc<Pyth>,
    /// The feeds.
    pub ids: Vec<Arc<str>>,
    /// How its connections are kept.
    pub rules: StreamRules,
    /// Least time between two sheets, in milliseconds.
    pub every: Millis,
}

impl PriceStream for BinanceStream {
    fn follow<'a>(&'a self, collector: Collector, shutdown: &'a Shutdown) -> BoxFuture<'a, ()> {
        let updates = self.source.stream(&self.ids, self.rules, shutdown);
        Following::new(Source::Binance, collector, self.every).run(updates, shutdown).boxed()
    }
}

impl PriceStream for PythStream {
    fn follow<'a>(&'a self, collector: Collector, shutdown: &'a Shutdown) -> BoxFuture<'a, ()> {
        let updates = self.source.stream(&self.ids, self.rules, shutdown);
        Following::new(Source::Pyth, collector, self.every).run(updates, shutdown).boxed()
    }
}

/// What came since the last look.
struct Following {
    source: Source,
    collector: Collector,
    every: Millis,
    said: BTreeMap<Arc<str>, Said>,
    closed: BTreeMap<Arc<str>, Vec<Bar>>,
    /// Whether something was stored that is in no sheet yet.
    unsheeted: bool,
    failing: bool,
}

impl Following {
    fn new(source: Source, collector: Collector, every: Millis) -> Self {
        let (said, closed) = (BTreeMap::new(), BTreeMap::new());
        Self { source, collector, every, said, closed, unsheeted: false, failing: false }
    }

    async fn run(mut self, mut updates: Updates, shutdown: &Shutdown) {
        let mut looks = interval(Duration::from_millis(self.every.max(1)));
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                update = updates.next() => match update {
                    Some(update) => self.take(update),
                    None => return,
                },
                _ = looks.tick() => self.look().await,
            }
        }
    }

    fn take(&mut self, update: Update) {
        let Update { id, said, closed } = update;
        if let Some(bar) = closed {
            self.closed.entry(Arc::clone(&id)).or_default().push(bar);
        }
        if let Some(said) = said {
            self.said.insert(id, said);
        }
    }

    async fn look(&mut self) {
        let failed = self.store().await.err();
        let failing = failed.is_some();
        if let (Some(error), false) = (&failed, self.failing) {
            tracing::warn!(source = %self.source, %error, "what the source pushes is not stored");
        }
        self.failing = failing;
    }

    async fn store(&mut self) -> Result<(), StoreError> {
        // candles stay until they are stored: nobody pushes them again
        while let Some((id, bars)) = self.closed.first_key_value() {
            let feed = Feed { source: self.source, id: Arc::clone(id) };
            let assets: Vec<_> =
                self.collector.book().hearing(&feed).map(|(token, _)| token.asset).collect();
            for asset in assets {
                match self.collector.bars(asset, &feed, Resolution::M1, bars).await {
                    Err(error) if error.retryable() => return Err(error),
                    Err(error) => tracing::warn!(source = %self.source, %error, "candles are lost"),
                    Ok(_) => {}
                }
            }
            self.closed.pop_first();
        }
        let said: Vec<Said> = std::mem::take(&mut self.said).into_values().collect();
        if !said.is_empty() {
            self.collector.accept(self.source, &said).await?;
            self.unsheeted = true;
        }
        if self.unsheeted && self.collector.sheet_unless(self.every).await?.is_some() {
            self.unsheeted = false;
        }
        Ok(())
    }
}

//! What collects prices, made of the configuration.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use chain::Client;
use domain::{
    candle::Resolution,
    ids::ChainId,
    market::{Source, Span},
};
use indexer::market::{
    Book, Collector, Job, Parts, PriceMetrics, Prices,
    backfill::Seller,
    book::Token,
    chainlink::{Chainlink, ChainlinkConfig, ChainlinkFeed, Sequencer},
    forget::{Forget, Keep},
    jobs::{Part, SourceWork},
    pools::{Pools, PoolsConfig},
    repair::Repair,
    streams::{BinanceStream, PriceStream, PythStream},
};
use market::{
    Binance, Clock, CoinGecko, Coinbase, DefiLlama, MarketError, Metrics, PriceSource, Pyth,
    SystemClock,
};
use observe::Registry;
use store::Store;

use crate::{config::Config, error::Error};

/// When sheets are deleted that are older than they are kept.
const FORGET: &str = "0 43 * * * *";

/// The collector with its sources.
pub struct Market<'a> {
    /// The collector.
    pub collector: Collector,
    config: &'a Config,
    parts: BTreeMap<Source, Vec<Part>>,
    binance: Option<Arc<Binance>>,
    pyth: Option<Arc<Pyth>>,
}

impl fmt::Debug for Market<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Market").field("collector", &self.collector).finish_non_exhaustive()
    }
}

impl<'a> Market<'a> {
    /// All that is configured; nothing is asked yet. `client` gives the client of a chain by its place in the list.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what cannot be used, naming the key.
    pub fn new(
        config: &'a Config,
        store: &Store,
        registry: &Registry,
        client: impl Fn(usize) -> Result<Client, Error>,
    ) -> Result<Self, Error> {
        let prices = &config.prices;
        let book = prices.book(&config.chain).map_err(Error::Invalid)?;
        for token in book.tokens().iter().filter(|token| token.feeds.is_empty()) {
            let (token, chain) = (&token.symbol, &token.chain);
            tracing::warn!(
                token,
                chain,
                "no source that is switched on speaks of this token: it has no price, nor has what is counted in it"
            );
        }
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let fault = |error: prometheus::Error| Error::Service {
            service: "metrics",
            reason: error.to_string(),
        };
        let metrics = Metrics::new(registry).map_err(fault)?;
        let collector = Collector::new(Parts {
            policy: prices.policy(&book, &config.chain),
            rules: prices.rules(),
            market: store.market(),
            metrics: PriceMetrics::new(registry).map_err(fault)?,
            clock: Arc::clone(&clock),
            book,
        });
        let (parts, binance, pyth) = (BTreeMap::new(), None, None);
        let mut market = Self { collector, config, parts, binance, pyth };
        market.add_remote(&metrics, &clock)?;
        market.add_chains(store, client)?;
        Ok(market)
    }

    /// The tokens.
    #[must_use]
    pub fn book(&self) -> &Book {
        self.collector.book()
    }

    fn add_remote(&mut self, metrics: &Metrics, clock: &Arc<dyn Clock>) -> Result<(), Error> {
        for (source, section) in self.config.prices.sources() {
            let ids = self.book().ids(source);
            if ids.is_empty() {
                continue;
            }
            let (settings, clock) = (section.settings(), Arc::clone(clock));
            let made: Result<Arc<dyn PriceSource>, MarketError> = match source {
                Source::Binance => {
                    let stream = Some(section.stream_url.as_str()).filter(|url| !url.is_empty());
                    Binance::new(&settings, stream, metrics, clock).map(|source| {
                        let source = Arc::new(source);
                        self.binance = Some(Arc::clone(&source));
                        source as _
                    })
                }
                Source::Coinbase => Coinbase::new(&settings, metrics, clock).map(shared),
                Source::Pyth => Pyth::new(&settings, metrics, clock).map(|source| {
                    let source = Arc::new(source);
                    self.pyth = Some(Arc::clone(&source));
                    source as _
                }),
                Source::DefiLlama => DefiLlama::new(&settings, metrics, clock).map(shared),
                Source::CoinGecko => CoinGecko::new(&settings, metrics, clock).map(shared),
                Source::Chainlink | Source::Pools => continue,
            };
            let asked =
                made.map_err(|error| Error::Invalid(format!("prices.{}: {error}", source.name())))?;
            self.parts.entry(source).or_default().push(Part { asked, ids });
        }
        Ok(())
    }

    /// The sources that are the chains themselves.
    fn add_chains(
        &mut self,
        store: &Store,
        client: impl Fn(usize) -> Result<Client, Error>,
    ) -> Result<(), Error> {
        for (index, chain) in self.config.chain.iter().enumerate() {
            if let Some(asked) = self.chainlink(chain.id, &chain.name, || client(index))? {
                let ids: Vec<Arc<str>> = asked.feeds().map(|(id, _)| Arc::clone(id)).collect();
                let part = Part { asked: Arc::new(asked), ids };
                self.parts.entry(Source::Chainlink).or_default().push(part);
            }
            let of_chain = self.ids_of(chain.id, Source::Pools);
            if !of_chain.is_empty() {
                let section = &self.config.prices.pools;
                let settings = PoolsConfig {
                    window_seconds: section.window_s,
                    floor_usd: section.floor_usd,
                    most_pools: section.most_pools,
                    quiet_seconds: section.quiet_s,
                    deep_usd: self.config.prices.policy.liquidity_floor_usd,
                };
                let asked = Pools::new(store.reader(), chain.id, settings, self.collector.usd());
                let part = Part { asked: Arc::new(asked), ids: of_chain };
                self.parts.entry(Source::Pools).or_default().push(part);
            }
        }
        Ok(())
    }

    fn chainlink(
        &self,
        chain: ChainId,
        name: &str,
        client: impl FnOnce() -> Result<Client, Error>,
    ) -> Result<Option<Chainlink>, Error> {
        let section = &self.config.prices.chainlink;
        if self.ids_of(chain, Source::Chainlink).is_empty() {
            return Ok(None);
        }
        let tokens = self.config.prices.tokens.iter().filter(|token| token.chain == name);
        let feeds = tokens.filter_map(|token| {
            let feed = token.feeds.chainlink.as_ref()?;
            Some(ChainlinkFeed {
                asset: domain::market::Asset { chain, address: token.address },
                proxy: feed.proxy,
                heartbeat_seconds: feed.heartbeat_s,
            })
        });
        let sequencer = section
            .sequencers
            .get(name)
            .map(|feed| Sequencer { feed: *feed, grace_seconds: section.sequencer_grace_s });
        let feeds = feeds.collect();
        let settings = ChainlinkConfig { feeds, margin_seconds: section.margin_s, sequencer };
        let metrics = self.collector.metrics().clone();
        Ok(Some(Chainlink::new(client()?, settings).counting(metrics)))
    }

    fn ids_of(&self, chain: ChainId, source: Source) -> Vec<Arc<str>> {
        let tokens = self.book().tokens().iter().filter(|token| token.asset.chain == chain);
        let feeds = tokens.flat_map(|token| &token.feeds).filter(|of| of.feed.source == source);
        feeds.map(|of| Arc::clone(&of.feed.id)).collect()
    }

    /// The jobs of the sources that have something to be asked for.
    #[must_use]
    pub fn jobs(&self) -> Vec<Job> {
        let prices = &self.config.prices;
        let timed = |source| match source {
            Source::Chainlink => (&prices.chainlink.cron, prices.chainlink.jitter_ms),
            Source::Pools => (&prices.pools.cron, prices.pools.jitter_ms),
            Source::Binance => (&prices.binance.cron, prices.binance.jitter_ms),
            Source::Coinbase => (&prices.coinbase.cron, prices.coinbase.jitter_ms),
            Source::Pyth => (&prices.pyth.cron, prices.pyth.jitter_ms),
            Source::DefiLlama => (&prices.defillama.cron, prices.defillama.jitter_ms),
            Source::CoinGecko => (&prices.coingecko.cron, prices.coingecko.jitter_ms),
        };
        let jobs = self.parts.iter().map(|(source, parts)| {
            let (cron, jitter) = timed(*source);
            let collector = self.collector.clone();
            let work = SourceWork::new(*source, parts.clone(), collector.clone());
            let jitter = Duration::from_millis(jitter);
            Job::new(source.name(), cron, jitter, Box::new(work), collector)
        });
        jobs.collect()
    }

    /// Who may be asked for the candles of a token, by rank.
    #[must_use]
    pub fn sellers(&self, token: &Token) -> Vec<Seller> {
        let sellers = token.feeds.iter().filter_map(|of| {
            let mut parts = self.parts.get(&of.feed.source)?.iter();
            let part = parts.find(|part| part.ids.contains(&of.feed.id))?;
            Some(Seller { asked: Arc::clone(&part.asked), feed: of.feed.clone() })
        });
        let mut sellers: Vec<Seller> = sellers.collect();
        sellers.sort_by(|a, b| a.feed.cmp(&b.feed));
        sellers
    }

    /// All that runs by the clock or follows what is pushed.
    #[must_use]
    pub fn service(&self) -> Prices {
        let (prices, mut jobs) = (&self.config.prices, self.jobs());
        let tokens: Vec<_> = self
            .book()
            .tokens()
            .iter()
            .map(|token| (token.asset, self.sellers(token)))
            .filter(|(_, sellers)| {
                let of_minutes =
                    |seller: &Seller| seller.asked.resolutions().contains(&Resolution::M1);
                sellers.iter().any(of_minutes)
            })
            .collect();
        if !tokens.is_empty() {
            let collector = self.collector.clone();
            let back = Duration::from_hours(prices.repair_hours).as_secs().saturating_mul(1_000);
            let repair =
                Repair { collector: collector.clone(), tokens, resolution: Resolution::M1, back };
            let jitter = Duration::from_secs(30);
            let job = Job::new("repair", &prices.repair, jitter, Box::new(repair), collector);
            // what was pushed while nobody listened is missing
            jobs.push(job.at_start());
        }
        if let Keep::Days(days) = prices.keep_sheets {
            let collector = self.collector.clone();
            let forget = Box::new(Forget { collector: collector.clone(), days });
            jobs.push(Job::new("forget", FORGET, Duration::from_secs(30), forget, collector));
        }
        let mut streams: Vec<Box<dyn PriceStream>> = Vec::new();
        let every = prices.sheet_ms;
        if let Some(source) = self.binance.clone().filter(|_| prices.binance.stream) {
            let ids = self.book().ids(Source::Binance);
            let rules = prices.binance.stream_rules();
            streams.push(Box::new(BinanceStream { source, ids, rules, every }));
        }
        if let Some(source) = self.pyth.clone().filter(|_| prices.pyth.stream) {
            let ids = self.book().ids(Source::Pyth);
            let rules = prices.pyth.stream_rules();
            streams.push(Box::new(PythStream { source, ids, rules, every }));
        }
        let ttl = Duration::from_millis(self.config.indexer.lease_ms);
        Prices::new(self.collector.clone(), jobs, streams, ttl)
    }

    /// The token of a symbol or an address.
    ///
    /// # Errors
    /// [`Error::Invalid`], naming the choices.
    pub fn token(&self, name: &str, chain: Option<&str>) -> Result<&Token, Error> {
        let found = self.book().named(name);
        let on = |token: &&&Token| chain.is_none_or(|chain| token.chain == chain);
        let found: Vec<&&Token> = found.iter().filter(on).collect();
        match found[..] {
            [one] => Ok(one),
            [] => {
                let known: Vec<&str> = self
                    .book()
                    .tokens()
                    .iter()
                    .map(|token| token.symbol.as_str())
                    .take(20)
                    .collect();
                Err(Error::Invalid(format!(
                    "`{}` is none of prices.tokens ({})",
                    name.chars().take(60).collect::<String>(),
                    known.join(", ")
                )))
            }
            _ => {
                let chains: Vec<&str> = found.iter().map(|token| token.chain.as_str()).collect();
                Err(Error::Invalid(format!(
                    "{name} is on several chains: name one with --chain ({})",
                    chains.join(", ")
                )))
            }
        }
    }
}

fn shared(source: impl PriceSource + 'static) -> Arc<dyn PriceSource> {
    Arc::new(source)
}

/// A span from two times.
///
/// # Errors
/// [`Error::Invalid`] when it ends before it begins.
pub fn span(from: u64, to: u64) -> Result<Span, Error> {
    if from >= to {
        return Err(Error::Invalid("--from must be before --to".to_owned()));
    }
    Ok(Span { from, to })
}

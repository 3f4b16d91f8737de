//! What is in a book and what keeping it takes, as Prometheus metrics: read when somebody looks.

use api_kit::clock;
use domain::{
    entity::Protocol,
    route::{Liquidity, Unsupported, Venue},
};
use prometheus::{
    CounterVec, GaugeVec, IntCounterVec, IntGaugeVec, Opts, Registry,
    core::{Collector, Desc},
    proto::MetricFamily,
};

use super::{Book, Shelf, taxes::Verdict};

#[cfg(test)]
mod tests;

/// Registers a chain's book; the name is that of the chain.
///
/// # Errors
/// When the registry has a book of this name already.
pub fn register(registry: &Registry, chain: &str, shelf: &Shelf) -> Result<(), prometheus::Error> {
    // told now if it cannot be done
    let families = Families::new(chain)?;
    let descs = families.all().iter().flat_map(|family| family.desc()).cloned().collect();
    registry.register(Box::new(Registered { descs, chain: chain.to_owned(), shelf: shelf.clone() }))
}

/// Why a pool is not quoted, in one word; `usable` when it is.
#[must_use]
pub const fn state(venue: &Venue) -> &'static str {
    match venue.liquidity {
        Liquidity::Reserves { .. } | Liquidity::Concentrated { .. } => "usable",
        Liquidity::Unsupported(why) => reason(why),
    }
}

/// A reason in one word.
#[must_use]
pub const fn reason(why: Unsupported) -> &'static str {
    match why {
        Unsupported::Hook(_) => "hook",
        Unsupported::DynamicFee(_) => "dynamic_fee",
        Unsupported::Incomplete => "incomplete",
        Unsupported::Empty => "empty",
        Unsupported::Tax(_) | Unsupported::TaxedOutput(_) => "tax",
        Unsupported::Paused(_) => "paused",
        Unsupported::Gone => "gone",
    }
}

struct Registered {
    descs: Vec<Desc>,
    chain: String,
    shelf: Shelf,
}

impl Collector for Registered {
    fn desc(&self) -> Vec<&Desc> {
        self.descs.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        match Families::new(&self.chain) {
            Ok(families) => {
                families.fill(&self.shelf);
                let families = families.all().into_iter().flat_map(Collector::collect);
                families.filter(|family| !family.get_metric().is_empty()).collect()
            }
            Err(error) => {
                tracing::warn!(chain = self.chain, %error, "no metrics of the pools in memory");
                Vec::new()
            }
        }
    }
}

/// The metrics of one look.
struct Families {
    pools: IntGaugeVec,
    tokens: IntGaugeVec,
    block: IntGaugeVec,
    seconds: GaugeVec,
    searches: IntGaugeVec,
    counts: IntCounterVec,
    refreshing: CounterVec,
    reads: IntCounterVec,
    rows: IntGaugeVec,
}

impl Families {
    fn new(chain: &str) -> Result<Self, prometheus::Error> {
        let opts = |name, help| Opts::new(name, help).const_label("chain", chain);
        Ok(Self {
            pools: IntGaugeVec::new(
                opts(
                    "sooho_quote_pools",
                    "Pools in memory, by protocol and by whether they are quoted or why not.",
                ),
                &["protocol", "state"],
            )?,
            tokens: IntGaugeVec::new(
                opts(
                    "sooho_quote_tokens_tried",
                    "Tokens whose transfers were tried out, by how they behaved.",
                ),
                &["verdict"],
            )?,
            block: IntGaugeVec::new(
                opts("sooho_quote_block", "Block that quotes are computed at."),
                &[],
            )?,
            seconds: GaugeVec::new(
                opts(
                    "sooho_quote_seconds",
                    "Age of the block (age), time since the pools were seen to be the store's (unconfirmed), \
                     what the last load of all pools (load) and the last following of blocks (refresh) took; seconds.",
                ),
                &["of"],
            )?,
            searches: IntGaugeVec::new(
                opts(
                    "sooho_quote_searches_under_way",
                    "Searches for routes that run now, in all chains of the process.",
                ),
                &[],
            )?,
            counts: IntCounterVec::new(
                opts(
                    "sooho_quote_counts_total",
                    "Versions of the pools in memory (versions), pools read for them (pools_read), times the store failed \
                     (failures), searches refused because too many ran (searches_refused).",
                ),
                &["of"],
            )?,
            refreshing: CounterVec::new(
                opts(
                    "sooho_quote_refresh_seconds_total",
                    "Time that following blocks took, added up, in seconds.",
                ),
                &[],
            )?,
            reads: IntCounterVec::new(
                opts(
                    "sooho_rows_reads_total",
                    "Reads of the newest block that were answered from memory (memory), or by the database (store).",
                ),
                &["of"],
            )?,
            rows: IntGaugeVec::new(
                opts(
                    "sooho_rows_bytes",
                    "Memory of what is asked most of the newest block, in bytes.",
                ),
                &[],
            )?,
        })
    }

    fn all(&self) -> [&dyn Collector; 9] {
        [
            &self.pools,
            &self.tokens,
            &self.block,
            &self.seconds,
            &self.searches,
            &self.counts,
            &self.refreshing,
            &self.reads,
            &self.rows,
        ]
    }

    fn fill(&self, shelf: &Shelf) {
        let (stats, taxes) = shelf.stats();
        let none: [&str; 0] = [];
        if let Some(book) = shelf.newest() {
            self.fill_book(&book);
        }
        for (verdict, count) in taxes.counts() {
            let verdict = match verdict {
                Verdict::Plain => "plain",
                Verdict::Taxed => "taxed",
                Verdict::Refuses => "refuses",
                Verdict::Untried => "untried",
            };
            self.tokens.with_label_values(&[verdict]).set(gauge(count));
        }
        if let Some(unconfirmed) = shelf.unconfirmed_for() {
            self.seconds.with_label_values(&["unconfirmed"]).set(unconfirmed.as_secs_f64());
        }
        self.seconds.with_label_values(&["load"]).set(stats.load.as_secs_f64());
        self.seconds.with_label_values(&["refresh"]).set(stats.last.as_secs_f64());
        self.searches.with_label_values(&none).set(gauge(shelf.searches().under_way()));
        for (of, count) in [
            ("versions", stats.versions),
            ("pools_read", stats.pools),
            ("failures", stats.failures),
            ("searches_refused", shelf.searches().refused()),
        ] {
            self.counts.with_label_values(&[of]).inc_by(count);
        }
        self.refreshing.with_label_values(&none).inc_by(stats.refreshing.as_secs_f64());
        let counts = shelf.hot().counts();
        self.reads.with_label_values(&["memory"]).inc_by(counts.hits);
        self.reads.with_label_values(&["store"]).inc_by(counts.misses);
        self.rows.with_label_values(&none).set(gauge(counts.bytes));
    }

    fn fill_book(&self, book: &Book) {
        for venue in book.market.iter() {
            let protocol = match venue.protocol {
                Protocol::V2 => "v2",
                Protocol::V3 => "v3",
                Protocol::V4 => "v4",
            };
            self.pools.with_label_values(&[protocol, state(venue)]).inc();
        }
        let none: [&str; 0] = [];
        let number = i64::try_from(book.block.number).unwrap_or(i64::MAX);
        self.block.with_label_values(&none).set(number);
        let now = clock::unix();
        let age = now.saturating_sub(std::time::Duration::from_secs(book.block.timestamp));
        self.seconds.with_label_values(&["age"]).set(age.as_secs_f64());
    }
}

fn gauge(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

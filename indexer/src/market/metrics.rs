//! What is told of prices and their jobs. Labels are names of the configuration: chains, symbols, sources. None is called
//! `job` or `instance`: these belong to whoever scrapes.

use domain::market::Source;
use prometheus::{
    GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
};

/// Runs take as long as the slowest question.
const SECONDS: [f64; 9] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0];

/// Metrics of prices.
#[derive(Debug, Clone)]
pub struct PriceMetrics {
    /// `sooho_prices_observations_total`: new values that were let in.
    pub observations: IntCounterVec,
    /// `sooho_prices_rejected_total`: values that were refused.
    pub rejected: IntCounterVec,
    /// `sooho_prices_sheets_total`: price sheets that were stored because something had changed.
    pub sheets: IntCounterVec,
    /// `sooho_price_age_seconds`: age of a token's price.
    pub age: IntGaugeVec,
    /// `sooho_price_sources`: sources that a token's price is made of.
    pub sources: IntGaugeVec,
    /// `sooho_price_status`: 1 for the status that a token's price has, 0 for the others.
    pub status: IntGaugeVec,
    /// `sooho_price_fresh`: 1 while a fresh observation stands behind a token's price, whatever its status, else 0.
    pub fresh: IntGaugeVec,
    /// `sooho_price_stuck_feeds`: feeds of a token that repeat one value, or say nothing new, for too long.
    pub stuck: IntGaugeVec,
    /// `sooho_price_deviation_bps`: own pools' price over the market's.
    pub deviation: GaugeVec,
    /// `sooho_price_job_runs_total`: runs by outcome.
    pub runs: IntCounterVec,
    /// `sooho_price_job_seconds`: how long runs take.
    pub seconds: HistogramVec,
    /// `sooho_price_job_last_run_timestamp_seconds`: when the last run ended that did something.
    pub last_run: IntGaugeVec,
    /// `sooho_price_job_next_run_timestamp_seconds`: when a job runs next.
    pub next_run: IntGaugeVec,
    /// `sooho_price_jobs_leading`: 1 in the process that runs the jobs.
    pub leading: IntGauge,
}

impl PriceMetrics {
    /// Registers them.
    ///
    /// # Errors
    /// When the registry has them already.
    pub fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let token = ["chain", "token"];
        let counter = |name, help, labels: &[&str]| {
            let vec = IntCounterVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(vec.clone()))?;
            Ok::<_, prometheus::Error>(vec)
        };
        let gauge = |name, help, labels: &[&str]| {
            let vec = IntGaugeVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(vec.clone()))?;
            Ok::<_, prometheus::Error>(vec)
        };
        let deviation = GaugeVec::new(
            Opts::new(
                "sooho_price_deviation_bps",
                "How far the price of own pools is above the market's, in hundredths of a percent",
            ),
            &token,
        )?;
        registry.register(Box::new(deviation.clone()))?;
        let seconds = HistogramVec::new(
            HistogramOpts::new("sooho_price_job_seconds", "Time of a run of a price job")
                .buckets(SECONDS.to_vec()),
            &["price_job"],
        )?;
        registry.register(Box::new(seconds.clone()))?;
        let leading = IntGauge::new(
            "sooho_price_jobs_leading",
            "1 while this process is the one that runs the price jobs, 0 while it stands by",
        )?;
        registry.register(Box::new(leading.clone()))?;
        Ok(Self {
            observations: counter(
                "sooho_prices_observations_total",
                "New values of price sources that were let in",
                &["source"],
            )?,
            rejected: counter(
                "sooho_prices_rejected_total",
                "Values of price sources that were refused, by reason",
                &["source", "reason"],
            )?,
            sheets: counter(
                "sooho_prices_sheets_total",
                "Price sheets that were stored because something had changed",
                &["chain"],
            )?,
            age: gauge(
                "sooho_price_age_seconds",
                "Age of the oldest observation that a token's price is made of; -1 without a price",
                &token,
            )?,
            sources: gauge(
                "sooho_price_sources",
                "Sources that a token's price is made of",
                &token,
            )?,
            status: gauge(
                "sooho_price_status",
                "1 for the status of a token's price (fresh, stale, disputed, depegged or none), 0 for the others",
                &["chain", "token", "status"],
            )?,
            fresh: gauge(
                "sooho_price_fresh",
                "1 while a fresh observation stands behind a token's price, whatever its status, else 0",
                &token,
            )?,
            stuck: gauge(
                "sooho_price_stuck_feeds",
                "Feeds of a token that repeat one value, or have no word of a later time, for too long; shown by the process that runs the jobs",
                &["chain", "token", "source"],
            )?,
            runs: counter(
                "sooho_price_job_runs_total",
                "Runs of price jobs, by outcome (done, partly, failed)",
                &["price_job", "outcome"],
            )?,
            last_run: gauge(
                "sooho_price_job_last_run_timestamp_seconds",
                "When the last run of a price job ended that did all or a part, in Unix seconds",
                &["price_job"],
            )?,
            next_run: gauge(
                "sooho_price_job_next_run_timestamp_seconds",
                "When a price job runs next, in Unix seconds, by the process that runs the jobs: a time that is long past was missed",
                &["price_job"],
            )?,
            deviation,
            seconds,
            leading,
        })
    }

    /// One value of a source was refused.
    pub(crate) fn refused(&self, source: Source, reason: &str) {
        self.rejected.with_label_values(&[source.name(), reason]).inc();
    }
}

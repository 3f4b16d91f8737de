//! Metrics of an HTTP service.

use std::time::Duration;

use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry,
};

/// Upper bounds of the latency buckets in seconds.
const BUCKETS: [f64; 12] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// What an HTTP service counts. Every metric carries the label `service`; routes are labelled by the matched pattern, so
/// that their number is bounded.
#[derive(Debug, Clone)]
pub struct HttpMetrics {
    /// `sooho_http_requests_total{service,route,method,status}`: answered requests.
    requests: IntCounterVec,
    /// `sooho_http_request_seconds{service,route,method}`: time to the answer's head.
    latency: HistogramVec,
    /// `sooho_http_requests_in_flight{service}`: requests being worked on.
    in_flight: IntGauge,
    /// `sooho_http_panics_total{service}`: requests that ended in a panic; any is a defect.
    panics: IntCounter,
}

impl HttpMetrics {
    /// Makes and registers the metrics of a service.
    ///
    /// # Errors
    /// When the registry holds metrics of the same service already.
    pub fn new(service: &str, registry: &Registry) -> Result<Self, prometheus::Error> {
        let opts = |name: &str, help: &str| Opts::new(name, help).const_label("service", service);
        let requests = IntCounterVec::new(
            opts("sooho_http_requests_total", "Answered requests."),
            &["route", "method", "status"],
        )?;
        let latency = HistogramVec::new(
            HistogramOpts::from(opts(
                "sooho_http_request_seconds",
                "Time to the head of the answer, in seconds.",
            ))
            .buckets(BUCKETS.to_vec()),
            &["route", "method"],
        )?;
        let in_flight = IntGauge::with_opts(opts(
            "sooho_http_requests_in_flight",
            "Requests being worked on.",
        ))?;
        let panics = IntCounter::with_opts(opts(
            "sooho_http_panics_total",
            "Requests that ended in a panic; any is a defect.",
        ))?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(latency.clone()))?;
        registry.register(Box::new(in_flight.clone()))?;
        registry.register(Box::new(panics.clone()))?;
        Ok(Self { requests, latency, in_flight, panics })
    }

    /// A request began.
    pub(crate) fn began(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    /// A request was answered.
    pub(crate) fn answered(&self, route: &str, method: &str, status: u16, took: Duration) {
        self.requests.with_label_values(&[route, method, &status.to_string()]).inc();
        let latency: Histogram = self.latency.with_label_values(&[route, method]);
        latency.observe(took.as_secs_f64());
    }

    /// A request panicked.
    pub(crate) fn panicked(&self) {
        self.panics.inc();
    }
}

/// Counts a request as in flight until it is dropped, also when the client goes away.
#[derive(Debug)]
pub(crate) struct InFlight(IntGauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

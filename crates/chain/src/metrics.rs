//! What clients know of their endpoints, as Prometheus metrics: read when somebody looks, so nothing is counted twice.
//!
//! Labels are few: the chain, an endpoint (its host and port, never a path or a query, which may hold keys), a method
//! that this crate calls, and how it ended.

use std::collections::BTreeMap;

use prometheus::{
    CounterVec, GaugeVec, IntCounterVec, IntGaugeVec, Opts, Registry,
    core::{Collector, Desc},
    proto::MetricFamily,
};

use crate::{client::Client, stats::EndpointStats};

#[cfg(test)]
mod tests;

const BY_ENDPOINT: [&str; 1] = ["endpoint"];
const BY_OUTCOME: [&str; 3] = ["endpoint", "method", "outcome"];

/// Registers what this client knows of its endpoints; the name is that of the chain.
///
/// # Errors
/// When the registry has a client of this name already.
pub fn register(
    registry: &Registry,
    chain: &str,
    client: &Client,
) -> Result<(), prometheus::Error> {
    let collector = Endpoints { chain: chain.to_owned(), client: client.clone() };
    // told now if it cannot be done
    let described = Families::new(chain)?;
    registry.register(Box::new(Registered { descs: described.descs(), collector }))
}

struct Registered {
    descs: Vec<Desc>,
    collector: Endpoints,
}

struct Endpoints {
    chain: String,
    client: Client,
}

impl Collector for Registered {
    fn desc(&self) -> Vec<&Desc> {
        self.descs.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let Endpoints { chain, client } = &self.collector;
        match Families::new(chain) {
            Ok(families) => {
                let stats = client.stats();
                for (label, stats) in labels(&stats).into_iter().zip(&stats) {
                    families.fill(&label, stats);
                }
                families.collect()
            }
            Err(error) => {
                tracing::warn!(chain, %error, "no metrics of the endpoints");
                Vec::new()
            }
        }
    }
}

/// Host and port of each endpoint; where several have the same, with their place.
fn labels(stats: &[EndpointStats]) -> Vec<String> {
    let host = |stats: &EndpointStats| {
        let name = stats.name.as_str();
        name.split_once("://").map_or(name, |(_, host)| host).to_owned()
    };
    let mut seen = BTreeMap::<String, u32>::new();
    let label = |stats| {
        let host = host(stats);
        let count = seen.entry(host.clone()).or_default();
        *count += 1;
        if *count == 1 { host } else { format!("{host}#{count}") }
    };
    stats.iter().map(label).collect()
}

/// The metrics of one look.
struct Families {
    requests: IntCounterVec,
    calls: IntCounterVec,
    seconds: CounterVec,
    healthy: IntGaugeVec,
    failures: IntGaugeVec,
    head: IntGaugeVec,
    latency: GaugeVec,
    under_way: IntGaugeVec,
    concurrency: GaugeVec,
    rate: GaugeVec,
}

impl Families {
    fn new(chain: &str) -> Result<Self, prometheus::Error> {
        let opts = |name, help| Opts::new(name, help).const_label("chain", chain);
        let gauge = |name, help| IntGaugeVec::new(opts(name, help), &BY_ENDPOINT);
        let number = |name, help| GaugeVec::new(opts(name, help), &BY_ENDPOINT);
        Ok(Self {
            requests: IntCounterVec::new(
                opts("sooho_chain_requests_total", "Requests sent to endpoints, by how they ended"),
                &BY_OUTCOME,
            )?,
            calls: IntCounterVec::new(
                opts("sooho_chain_calls_total", "Calls in those requests: several when batched"),
                &BY_OUTCOME,
            )?,
            seconds: CounterVec::new(
                opts("sooho_chain_request_seconds_total", "Time those requests took, added up"),
                &BY_OUTCOME,
            )?,
            healthy: gauge(
                "sooho_chain_endpoint_healthy",
                "1 while the endpoint answers and serves the right chain, 0 while it is left alone",
            )?,
            failures: gauge(
                "sooho_chain_endpoint_failures_in_a_row",
                "Failures since the endpoint's last answer",
            )?,
            head: gauge(
                "sooho_chain_endpoint_head_block",
                "Newest block of the endpoint, as last heard",
            )?,
            latency: number(
                "sooho_chain_endpoint_latency_seconds",
                "Moving average of the endpoint's answer times",
            )?,
            under_way: gauge(
                "sooho_chain_endpoint_requests_under_way",
                "Requests that the endpoint has not answered yet",
            )?,
            concurrency: number(
                "sooho_chain_endpoint_concurrency_limit",
                "Requests under way that the endpoint is asked to bear at most",
            )?,
            rate: number(
                "sooho_chain_endpoint_rate_limit",
                "Calls per second that the endpoint is asked to bear at most; absent while it never complained",
            )?,
        })
    }

    fn all(&self) -> [&dyn Collector; 10] {
        [
            &self.requests,
            &self.calls,
            &self.seconds,
            &self.healthy,
            &self.failures,
            &self.head,
            &self.latency,
            &self.under_way,
            &self.concurrency,
            &self.rate,
        ]
    }

    fn descs(&self) -> Vec<Desc> {
        self.all().iter().flat_map(|family| family.desc()).cloned().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let families = self.all().into_iter().flat_map(Collector::collect);
        families.filter(|family| !family.get_metric().is_empty()).collect()
    }

    fn fill(&self, endpoint: &str, stats: &EndpointStats) {
        for ((method, outcome), count) in &stats.counts {
            let labels = [endpoint, *method, outcome.as_str()];
            self.requests.with_label_values(&labels).inc_by(count.requests);
            self.calls.with_label_values(&labels).inc_by(count.calls);
            self.seconds.with_label_values(&labels).inc_by(count.time.as_secs_f64());
        }
        let labels = [endpoint];
        self.healthy.with_label_values(&labels).set(i64::from(stats.is_healthy));
        self.failures.with_label_values(&labels).set(i64::from(stats.failures_in_a_row));
        let under_way = i64::try_from(stats.under_way).unwrap_or(i64::MAX);
        self.under_way.with_label_values(&labels).set(under_way);
        self.concurrency.with_label_values(&labels).set(stats.concurrency_limit);
        if let Some(head) = stats.head {
            self.head.with_label_values(&labels).set(i64::try_from(head).unwrap_or(i64::MAX));
        }
        if let Some(latency) = stats.latency {
            self.latency.with_label_values(&labels).set(latency.as_secs_f64());
        }
        if let Some(rate) = stats.rate_limit {
            self.rate.with_label_values(&labels).set(rate);
        }
    }
}

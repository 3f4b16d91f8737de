//! What the gauges say while connections come and go.

use std::sync::Arc;

use domain::market::Source;
use prometheus::Registry;

use super::Meter;
use crate::{
    fixed_clock::FixedClock,
    metrics::{Heard, Metrics},
};

fn value(registry: &Registry, name: &str) -> Option<f64> {
    let families = registry.gather();
    let family = families.iter().find(|family| family.name() == name)?;
    let metric = family.get_metric().first()?;
    Some(metric.get_gauge().get_value() + metric.get_counter().get_value())
}

#[test]
fn connected_means_all_of_those_that_are_wanted() {
    let registry = Registry::new();
    let connected = || value(&registry, "sooho_market_stream_connected");
    let last = || value(&registry, "sooho_market_stream_last_message_timestamp_seconds");
    let metrics = Metrics::new(&registry).unwrap();
    let meter = Meter::new(Source::Binance, &metrics, FixedClock::at(1_704_067_200_000) as Arc<_>);
    assert_eq!(connected(), None, "nobody follows it");
    let (one, other) = (meter.want(), meter.want());
    assert_eq!(connected(), Some(0.0));
    assert_eq!(value(&registry, "sooho_market_stream_reconnects_total"), Some(0.0));
    let first = one.open();
    assert_eq!(connected(), Some(0.0), "one of two");
    let second = other.open();
    assert_eq!(connected(), Some(1.0));
    one.heard(Heard::Odd);
    assert_eq!(last(), Some(0.0), "noise is no message");
    one.heard(Heard::Used);
    assert_eq!(last(), Some(1_704_067_200.0));
    drop(first);
    one.again();
    assert_eq!(connected(), Some(0.0));
    assert_eq!(value(&registry, "sooho_market_stream_reconnects_total"), Some(1.0));
    // a second term of the same process counts with what is left of the first
    drop(one);
    assert_eq!(connected(), Some(1.0));
    drop((second, other));
    assert_eq!(connected(), Some(0.0));
}

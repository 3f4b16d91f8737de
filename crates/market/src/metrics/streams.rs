//! What is counted of what sources push.

use domain::market::Source;
use prometheus::{IntCounterVec, IntGaugeVec, Registry};

/// What became of a pushed message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// It was handed on.
    Used,
    /// Its reader was behind: a newer price follows.
    Dropped,
    /// It was known.
    Repeated,
    /// A word of the connection itself, or of what nobody asked for.
    Other,
    /// It could not be read.
    Odd,
}

impl Heard {
    const ALL: [Self; 5] = [Self::Used, Self::Dropped, Self::Repeated, Self::Other, Self::Odd];

    const fn name(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Dropped => "dropped",
            Self::Repeated => "repeated",
            Self::Other => "other",
            Self::Odd => "odd",
        }
    }
}

/// Metrics of streams. A source has labels from the moment on when it is followed.
#[derive(Debug, Clone)]
pub(crate) struct StreamMetrics {
    connected: IntGaugeVec,
    messages: IntCounterVec,
    reconnects: IntCounterVec,
    last_message: IntGaugeVec,
}

impl StreamMetrics {
    pub(super) fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let counter = |name, help, labels: &[&str]| super::counter(registry, name, help, labels);
        let gauge = |name, help| super::gauge(registry, name, help);
        Ok(Self {
            connected: gauge(
                "sooho_market_stream_connected",
                "1 while all connections stand on which this process follows what the source pushes, else 0",
            )?,
            messages: counter(
                "sooho_market_stream_messages_total",
                "Messages that the source pushed, by what became of them: used, dropped (its reader was behind), repeated, \
                 other (acknowledgements), odd (not to be read)",
                &["source", "outcome"],
            )?,
            reconnects: counter(
                "sooho_market_stream_reconnects_total",
                "How often a connection to what the source pushes had ended, or could not be made, and was made again",
                &["source"],
            )?,
            last_message: gauge(
                "sooho_market_stream_last_message_timestamp_seconds",
                "When the source last pushed something that could be read, in Unix seconds; 0 when it never did",
            )?,
        })
    }

    /// It is followed from now on: an alert needs a zero to rise from.
    pub(crate) fn begin(&self, source: Source) {
        for heard in Heard::ALL {
            self.messages.with_label_values(&[source.name(), heard.name()]).inc_by(0);
        }
        self.reconnects.with_label_values(&[source.name()]).inc_by(0);
        self.last_message.with_label_values(&[source.name()]).add(0);
    }

    pub(crate) fn connected(&self, source: Source, all: bool) {
        self.connected.with_label_values(&[source.name()]).set(i64::from(all));
    }

    pub(crate) fn message(&self, source: Source, heard: Heard, unix_seconds: u64) {
        self.messages.with_label_values(&[source.name(), heard.name()]).inc();
        if heard != Heard::Odd {
            let seconds = i64::try_from(unix_seconds).unwrap_or(i64::MAX);
            self.last_message.with_label_values(&[source.name()]).set(seconds);
        }
    }

    pub(crate) fn reconnect(&self, source: Source) {
        self.reconnects.with_label_values(&[source.name()]).inc();
    }
}

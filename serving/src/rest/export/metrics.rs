//! What is counted of exports.

use prometheus::{IntCounterVec, IntGauge, Opts, Registry};

use super::Format;

/// How an export ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// All rows were given.
    Complete,
    /// More follow than are given at once.
    Bound,
    /// The reader went away.
    Gone,
    /// The reader took nothing any more.
    Idle,
    /// It took too long.
    Late,
    /// The block was taken back, or a read failed.
    Failed,
    /// The service stops.
    Stopped,
}

/// What is counted of exports.
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    /// `sooho_exports_total{list,format,end}`.
    ended: IntCounterVec,
    /// `sooho_export_rows_total{list,format}`.
    rows: IntCounterVec,
    /// `sooho_exports_in_flight`.
    in_flight: IntGauge,
}

impl Metrics {
    pub(super) fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let help = "Exports of lists that ended, and how: complete, bound, gone, idle, late, failed or stopped.";
        let ended =
            IntCounterVec::new(Opts::new("sooho_exports_total", help), &["list", "format", "end"])?;
        let rows = IntCounterVec::new(
            Opts::new("sooho_export_rows_total", "Rows written by exports of lists."),
            &["list", "format"],
        )?;
        let in_flight =
            IntGauge::new("sooho_exports_in_flight", "Exports of lists that are being written.")?;
        registry.register(Box::new(ended.clone()))?;
        registry.register(Box::new(rows.clone()))?;
        registry.register(Box::new(in_flight.clone()))?;
        Ok(Self { ended, rows, in_flight })
    }

    pub(super) fn began(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    pub(super) fn wrote(&self, list: &str, format: Format, rows: usize) {
        self.rows
            .with_label_values(&[list, format.name()])
            .inc_by(u64::try_from(rows).unwrap_or_default());
    }

    pub(super) fn ended(&self, list: &str, format: Format, end: End) {
        let end = match end {
            End::Complete => "complete",
            End::Bound => "bound",
            End::Gone => "gone",
            End::Idle => "idle",
            End::Late => "late",
            End::Failed => "failed",
            End::Stopped => "stopped",
        };
        self.ended.with_label_values(&[list, format.name(), end]).inc();
    }
}

/// Counts an export as being written until it is dropped.
#[derive(Debug)]
pub(super) struct InFlight(IntGauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

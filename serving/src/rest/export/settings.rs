//! What operators bound of exports.

use std::time::Duration;

use api_kit::problem::Problem;

/// Bounds of exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExportSettings {
    /// Most rows of a file.
    pub max_rows: u32,
    /// Longest time a file may take. The database remembers the block of a file for some minutes only.
    pub max_time: Duration,
    /// Files written at a time.
    pub at_once: usize,
}

impl Default for ExportSettings {
    fn default() -> Self {
        Self { max_rows: 1_000_000, max_time: Duration::from_secs(240), at_once: 4 }
    }
}

impl ExportSettings {
    /// The number of rows that a request names.
    pub(super) fn first(&self, text: Option<&str>) -> Result<Option<u32>, Problem> {
        let Some(text) = text else { return Ok(None) };
        let rows = text.parse().ok().filter(|rows| (1..=self.max_rows).contains(rows));
        rows.map(Some).ok_or_else(|| {
            let given: String = text.chars().take(40).collect();
            let detail = format!(
                "`first` of a file must be a whole number from 1 to {}, not `{given}`",
                self.max_rows
            );
            Problem::bad_request("PAGE_SIZE_INVALID", detail)
        })
    }
}

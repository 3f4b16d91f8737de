//! Candles of one minute that an exchange gave, January 2024.

use std::path::Path;

use anyhow::{Context, Result};
use domain::iso;
use market_fixture::Candle;

use super::csv::Table;

/// The set's folder.
pub const SET: &str = "binance_1m_2024-01";

/// All candles of a pair (`ETHUSDT`), as a source gives them.
///
/// # Errors
/// When the recording cannot be read.
pub fn candles(folder: &Path, pair: &str) -> Result<Vec<Candle>> {
    let table = Table::read(&folder.join(format!("{pair}_1min_sample.csv.gz")))?;
    let candle = |row: super::csv::Row<'_>| {
        let time = row.text("datetime")?;
        let start = iso::parse(&format!("{time}Z")).with_context(|| time.to_owned())? / 1_000;
        let mut prices = [""; 4];
        for (price, column) in prices.iter_mut().zip(["open", "high", "low", "close"]) {
            *price = row.text(column)?;
        }
        Ok(Candle::new(start, prices, row.text("volume")?))
    };
    table.rows().map(candle).collect()
}

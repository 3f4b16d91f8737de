//! Candles of one minute: recorded ones where they are at hand, else made ones of the same kind.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use domain::iso;
use flate2::read::GzDecoder;
use market_fixture::Candle;

/// Below the folder that the variable `SOOHO_TESTDATA` names.
const RECORDED: &str = "binance_1m_2024-01/ETHUSDT_1min_sample.csv.gz";
/// 2024-01-01, in Unix seconds.
const BEGIN: u64 = 1_704_067_200;

/// So many candles at most, and whether they are recorded.
pub(super) fn some(most: usize) -> Result<(Vec<Candle>, bool)> {
    let file = observe::config::variable("SOOHO_TESTDATA").map(PathBuf::from);
    let file = file.map(|folder| folder.join(RECORDED)).filter(|file| file.is_file());
    let recorded = file.is_some();
    let mut all = file.map_or_else(|| Ok(made(most)), |file| read(&file))?;
    all.truncate(most);
    Ok((all, recorded))
}

fn read(file: &Path) -> Result<Vec<Candle>> {
    let mut text = String::new();
    let opened =
        std::fs::File::open(file).with_context(|| format!("opening {}", file.display()))?;
    GzDecoder::new(opened).read_to_string(&mut text)?;
    text.lines().skip(1).map(|row| candle(row).with_context(|| row.to_owned())).collect()
}

/// `2024-01-01 00:00:00,2281.87,2282.94,2281.27,2282.2,170.0969`
fn candle(row: &str) -> Option<Candle> {
    let mut fields = row.split(',');
    let start = iso::parse(&format!("{}Z", fields.next()?))? / 1_000;
    let prices = [fields.next()?, fields.next()?, fields.next()?, fields.next()?];
    Some(Candle::new(start, prices, fields.next()?))
}

/// A walk with as many digits as real ones have.
fn made(count: usize) -> Vec<Candle> {
    let cents = |price: u64| format!("{}.{:02}", price / 100, price % 100);
    let (mut price, mut state) = (228_000_u64, 1_u64);
    let mut next = move || {
        // Knuth's constants
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    (0..count as u64)
        .map(|minute| {
            let open = price;
            price = (open + next() % 200).saturating_sub(100).max(100_000);
            let (high, low) = (open.max(price) + next() % 50, open.min(price) - next() % 50);
            let volume = format!("{}.{:04}", next() % 500, next() % 10_000);
            let prices = [open, high, low, price].map(cents);
            Candle { start: BEGIN + minute * 60, prices, volume }
        })
        .collect()
}

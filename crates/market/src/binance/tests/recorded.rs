//! A recorded month of one-minute candles, served page by page.

use std::{fs::File, io::Read, path::PathBuf};

use domain::{candle::Resolution, decimal::Decimal, market::Bar};
use flate2::read::GzDecoder;
use market_fixture::{Api, Candle};

use super::{
    BEGIN,
    exchange::{asked, open},
};
use crate::{PriceSource, fixed_clock::FixedClock};

/// Lines but the heading; January and the first minute of February.
const CANDLES: usize = 44_641;

/// The rows of a file of `binance_1m_2024-01`; `None`, after a message, where the data is not at hand.
fn rows(file: &str) -> Option<Vec<Candle>> {
    let folder = std::env::var_os("SOOHO_TESTDATA").map(PathBuf::from);
    let path = folder.map(|folder| folder.join("binance_1m_2024-01").join(file));
    let Some(path) = path.filter(|path| path.is_file()) else {
        let required = std::env::var_os("SOOHO_TESTDATA_REQUIRED").is_some();
        assert!(!required, "SOOHO_TESTDATA names no folder with {file}");
        #[expect(
            clippy::print_stderr,
            reason = "whoever runs the tests should know what was left out"
        )]
        {
            eprintln!("skipped: set SOOHO_TESTDATA to the folder with the recorded data");
        }
        return None;
    };
    let mut text = String::new();
    GzDecoder::new(File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let row = |(number, line): (usize, &str)| {
        let mut columns = line.split(',');
        let time = columns.next().unwrap();
        let [hour, minute] = [11..13, 14..16].map(|part| time[part].parse::<u64>().unwrap());
        let start = BEGIN / 1_000 + u64::try_from(number).unwrap() * 60;
        // no minute is missing, so that the line's number says which it is
        assert_eq!(start / 60 % 1_440, hour * 60 + minute, "{line}");
        let prices = [(); 4].map(|()| columns.next().unwrap());
        Candle::new(start, prices, columns.next().unwrap())
    };
    Some(text.lines().skip(1).enumerate().map(row).collect())
}

fn bar(candle: &Candle) -> Bar {
    let number = |text: &String| text.parse::<Decimal>().unwrap();
    let [open, high, low, close] = candle.prices.each_ref().map(number);
    let volume = Some(number(&candle.volume));
    Bar { start: candle.start * 1_000, open, high, low, close, volume }
}

async fn check(file: &str, pair: &str) {
    let Some(candles) = rows(file) else { return };
    let expected: Vec<Bar> = candles.iter().map(bar).collect();
    assert_eq!(expected.len(), CANDLES);
    let to = BEGIN + 32 * super::DAY;
    let (server, source) = open(None, FixedClock::at(to)).await;
    server.candles(Api::Binance, pair, 60, candles);
    let (mut bars, mut next) = (Vec::new(), BEGIN);
    while next < to - 60_000 {
        let series = source.bars(pair, Resolution::M1, next, to - 60_000).await.unwrap();
        assert!(series.until > next);
        bars.extend(series.bars);
        next = series.until;
    }
    assert_eq!(asked(&server).len(), CANDLES.div_ceil(1_000));
    assert!(bars == expected, "{} of {CANDLES} candles, or others", bars.len());
}

#[tokio::test]
async fn a_month_of_ether_comes_complete_and_exact() {
    check("ETHUSDT_1min_sample.csv.gz", "ETHUSDT").await;
}

#[tokio::test]
async fn a_month_of_bitcoin_comes_complete_and_exact() {
    check("BTCUSDT_1min_sample.csv.gz", "BTCUSDT").await;
}

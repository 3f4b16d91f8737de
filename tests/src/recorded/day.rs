//! One day of two mainnet pools as raw logs, decoded with our own decoder.

use std::path::{Path, PathBuf};

use abis::decode::Decoder;
use alloy_primitives::{Address, B256, Bytes, LogData, address};
use anyhow::{Context, Result};
use domain::{
    config::Watch,
    entity::Protocol,
    event::{Event, EventMeta},
};

use super::csv::{Row, Table};

/// The set's folder.
pub const SET: &str = "v3_mainnet_day_2024-01-05";
/// Midnight at its beginning, in Unix seconds.
pub const MIDNIGHT: u64 = 1_704_412_800;
const DATE: &str = "2024-01-05";

/// A pool of the recording.
#[derive(Debug, Clone, Copy)]
pub struct DayPool {
    /// Contract.
    pub address: Address,
    /// Fee in pips.
    pub fee_pips: u32,
    /// Distance between usable ticks.
    pub spacing: i32,
}

/// USDC/WETH at 0.05 %.
pub const LOW_FEE: DayPool = DayPool {
    address: address!("88e6a0c2ddd26feeb64f039a2c41296fcb3f5640"),
    fee_pips: 500,
    spacing: 10,
};

/// USDC/WETH at 0.3 %.
pub const HIGH_FEE: DayPool = DayPool {
    address: address!("8ad599c3a0ff1de082011efddc58f1908eb6e6d8"),
    fee_pips: 3000,
    spacing: 60,
};

/// An event with its block.
#[derive(Debug, Clone)]
pub struct DayEvent {
    /// Height.
    pub block: u64,
    /// Block time in Unix seconds.
    pub timestamp: u64,
    /// The event.
    pub event: Event,
}

/// A file of the recording about a pool.
#[must_use]
pub fn file(folder: &Path, pool: DayPool, kind: &str) -> PathBuf {
    folder.join(format!("ethereum-{:#x}-{DATE}.{kind}.csv.gz", pool.address))
}

/// All events of a pool, in log order.
///
/// # Errors
/// When a log does not decode: the decoder has to know every one.
pub fn events(folder: &Path, pool: DayPool) -> Result<Vec<DayEvent>> {
    let mut decoder = Decoder::new(Watch::default(), [(pool.address, Protocol::V3)]);
    let table = Table::read(&file(folder, pool, "raw"))?;
    let decoded = table.rows().map(|row| {
        let kind = decoder
            .decode(pool.address, &log(row)?)?
            .with_context(|| format!("an unknown event: {row:?}"))?;
        let meta = EventMeta {
            address: pool.address,
            tx_hash: row.get("transaction_hash")?,
            tx_index: row.get("transaction_index")?,
            log_index: row.get("log_index")?,
        };
        let block = row.get("block_number")?;
        Ok(DayEvent { block, timestamp: timestamp(row)?, event: Event { meta, kind } })
    });
    decoded.collect()
}

fn log(row: Row<'_>) -> Result<LogData> {
    let topics = row.text("topics")?.split('\'').filter(|part| part.starts_with("0x"));
    let topics = topics.map(|topic| Ok(topic.parse()?)).collect::<Result<Vec<B256>>>()?;
    LogData::new(topics, row.get::<Bytes>("data")?).context("more than four topics")
}

/// Time of a row in Unix seconds.
///
/// # Errors
/// When it is of another day.
pub fn timestamp(row: Row<'_>) -> Result<u64> {
    let text = row.text("block_timestamp")?;
    let clock = text.strip_prefix(DATE).with_context(|| format!("{text} is another day"))?;
    let seconds = clock
        .trim()
        .split(':')
        .try_fold(0, |sum, part| part.parse::<u64>().map(|part| sum * 60 + part));
    Ok(MIDNIGHT + seconds?)
}

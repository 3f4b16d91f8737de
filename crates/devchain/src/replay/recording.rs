//! A recording in memory.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use alloy_primitives::{Address, B256, Bytes};
use serde_json::Value;

use crate::error::DevchainError;
use crate::record::{self, FORMAT, Line};

/// A log, ready to be matched and written.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    pub(crate) address: Address,
    pub(crate) topics: Vec<B256>,
    pub(crate) value: Value,
    /// The value as JSON text.
    pub(crate) text: String,
}

impl Log {
    pub(crate) fn new(value: Value) -> Self {
        Self {
            address: serde_json::from_value(value["address"].clone()).unwrap_or_default(),
            topics: serde_json::from_value(value["topics"].clone()).unwrap_or_default(),
            text: value.to_string(),
            value,
        }
    }
}

/// A block with its logs.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) hash: B256,
    pub(crate) header: Value,
    pub(crate) logs: Vec<Log>,
}

/// A whole recording.
#[derive(Debug)]
pub(crate) struct Recording {
    pub(crate) chain_id: u64,
    /// Number of the first block.
    pub(crate) first: u64,
    pub(crate) blocks: Vec<Block>,
    pub(crate) numbers: HashMap<B256, u64>,
    pub(crate) calls: HashMap<(Address, Bytes), Option<Bytes>>,
}

impl Recording {
    /// Reads a file that `record` wrote.
    pub(crate) fn read(path: &Path) -> Result<Self, DevchainError> {
        let broken = |reason: String| DevchainError::Format { path: path.to_owned(), reason };
        let file = File::open(path).map_err(|source| DevchainError::File {
            what: "opening the recording",
            path: path.to_owned(),
            source,
        })?;
        let mut lines = BufReader::new(file).lines().enumerate().map(|(index, line)| {
            let number = index + 1;
            let line = line.map_err(|error| broken(format!("line {number}: {error}")))?;
            serde_json::from_str::<Line>(&line)
                .map_err(|error| broken(format!("line {number}: {error}")))
        });
        let chain_id = match lines.next() {
            Some(Ok(Line::Chain { format, chain_id })) if format == FORMAT => chain_id,
            Some(Err(error)) => return Err(error),
            _ => return Err(broken(format!("the first line does not say {FORMAT}"))),
        };
        let mut recording = Self {
            chain_id,
            first: 0,
            blocks: Vec::new(),
            numbers: HashMap::new(),
            calls: HashMap::new(),
        };
        for line in lines {
            match line? {
                Line::Chain { .. } => return Err(broken("two first lines".to_owned())),
                Line::Block { header, logs } => recording.push(header, logs).map_err(broken)?,
                Line::Call { to, data, result } => {
                    recording.calls.insert((to, data), result);
                }
            }
        }
        if recording.blocks.is_empty() {
            Err(broken("no blocks".to_owned()))
        } else {
            Ok(recording)
        }
    }

    fn push(&mut self, header: Value, logs: Vec<Value>) -> Result<(), String> {
        let number = serde_json::from_value::<alloy_primitives::U64>(header["number"].clone())
            .map_err(|error| format!("a block without number: {error}"))?
            .to::<u64>();
        let hash = record::hash(&header["hash"]);
        match self.blocks.last() {
            None => self.first = number,
            Some(parent) if parent.hash != record::hash(&header["parentHash"]) => {
                return Err(format!("block {number} does not follow the one before it"));
            }
            Some(_) => {}
        }
        self.numbers.insert(hash, number);
        self.blocks.push(Block { hash, header, logs: logs.into_iter().map(Log::new).collect() });
        Ok(())
    }

    /// Number of the last block.
    pub(crate) fn last(&self) -> u64 {
        self.first + (self.blocks.len() as u64).saturating_sub(1)
    }

    /// A block by number.
    pub(crate) fn block(&self, number: u64) -> Option<&Block> {
        self.blocks.get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }
}

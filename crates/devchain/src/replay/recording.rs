//! A recording in memory: what is served stands there as the text that is sent.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use alloy_primitives::{Address, B256, Bytes, U64};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::DevchainError;
use crate::record::{FORMAT, FORMAT_WITHOUT_TRANSACTIONS, Line};
use crate::replay::block::Block;

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

/// The parts of a header that a recording is ordered by.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    number: U64,
    hash: B256,
    parent_hash: B256,
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
        let mut lines =
            BufReader::with_capacity(1 << 20, file).lines().enumerate().map(|(index, line)| {
                let number = index + 1;
                let line = line.map_err(|error| broken(format!("line {number}: {error}")))?;
                serde_json::from_str::<Line>(&line)
                    .map_err(|error| broken(format!("line {number}: {error}")))
            });
        let known = [FORMAT, FORMAT_WITHOUT_TRANSACTIONS];
        let chain_id = match lines.next() {
            Some(Ok(Line::Chain { format, chain_id })) if known.contains(&format.as_str()) => {
                chain_id
            }
            Some(Err(error)) => return Err(error),
            _ => {
                let known = known.join(" or ");
                return Err(broken(format!("the first line does not say {known}; record again")));
            }
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
                line @ Line::Block { .. } => recording.push(&line).map_err(broken)?,
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

    /// Adds a line that is a block.
    fn push(&mut self, line: &Line) -> Result<(), String> {
        let Line::Block { header, logs, transactions, receipts } = line else { return Ok(()) };
        let place: Place = serde_json::from_str(header.get())
            .map_err(|error| format!("a block without place: {error}"))?;
        let number = place.number.to::<u64>();
        match self.blocks.last() {
            None => self.first = number,
            Some(parent) if parent.hash != place.parent_hash => {
                return Err(format!("block {number} does not follow the one before it"));
            }
            Some(_) => {}
        }
        let fields: BTreeMap<String, &RawValue> =
            serde_json::from_str(header.get()).map_err(|error| error.to_string())?;
        let logs = logs.iter().map(|log| log.get());
        let mut block = Block::new(place.hash, place.parent_hash, &fields, logs);
        block.full = transactions.as_ref().map(|transactions| transactions.get().to_owned());
        let receipts = receipts.as_ref().map(|receipts| receipts.iter().map(|one| one.get()));
        block.receipts = receipts.map(|receipts| block.receipts_of(receipts)).transpose()?;
        self.numbers.insert(place.hash, number);
        self.blocks.push(block);
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

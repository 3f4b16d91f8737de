//! A chain with a factory whose contracts speak from the block on that announces them, among strangers that say the same:
//! made from a seed, written as a recording.

use std::{io::Write, path::PathBuf};

use alloy_primitives::{Address, B256, Bloom, BloomInput};
use chain::{
    raw::RawBlock,
    source::{Emitters, LogFilter},
};
use rand::{Rng, SeedableRng, rngs::SmallRng};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::recorded::{CHAIN, hash, mint, swap};

pub(crate) fn created() -> B256 {
    hash("created", 0)
}

pub(crate) fn factory() -> Address {
    Address::from_word(hash("factory", 0))
}

fn pool(index: usize) -> Address {
    Address::from_word(hash("pool", index as u64))
}

fn stranger(index: u64) -> Address {
    Address::from_word(hash("stranger", index))
}

/// The factory's announcements, and swaps of whom it announces.
pub(crate) fn filter() -> LogFilter {
    let emitters = Emitters::new(|address, topics, data| {
        let announces = address == factory() && topics.first() == Some(&created());
        if announces { vec![Address::from_slice(&data[12..32])] } else { Vec::new() }
    });
    LogFilter {
        any_address_topics: vec![swap()],
        addresses: vec![factory()],
        topics: vec![created()],
        emitters: Some(emitters),
    }
}

/// A log, and whether it is wanted.
struct Said {
    address: Address,
    topic: B256,
    data: String,
    wanted: bool,
}

/// How headers tell of their logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blooms {
    Absent,
    True,
    /// True ones in turn with zeros, as when one of two endpoints does not make them.
    OftenZero,
    /// Of somebody else's logs.
    Foreign,
}

/// The chain.
pub(crate) struct Made {
    blocks: Vec<Vec<Said>>,
    blooms: Blooms,
}

impl Made {
    /// `strangers` logs of strangers per block, at most.
    pub(crate) fn new(seed: u64, blocks: u64, strangers: u32, blooms: Blooms) -> Self {
        let mut dice = SmallRng::seed_from_u64(seed);
        let mut pools = 0;
        let blocks = (0..blocks).map(|_| {
            let mut said = Vec::new();
            for _ in 0..dice.random_range(0..=strangers) {
                let (address, data) = (stranger(dice.random_range(0..50)), "0x01".to_owned());
                said.push(Said { address, topic: swap(), data, wanted: false });
            }
            for _ in 0..dice.random_range(0..3_u32).saturating_sub(1) {
                let data = pool(pools).into_word().to_string();
                said.push(Said { address: factory(), topic: created(), data, wanted: true });
                pools += 1;
            }
            // those of this block, too, and some that the filter does not ask for
            for _ in 0..dice.random_range(0..4) {
                if pools > 0 {
                    let newest = dice.random_bool(0.3);
                    let index = if newest { pools - 1 } else { dice.random_range(0..pools) };
                    let wanted = dice.random_bool(0.8);
                    let topic = if wanted { swap() } else { mint() };
                    let data = format!("0x{:02x}", dice.random_range(0..255));
                    said.push(Said { address: pool(index), topic, data, wanted });
                }
            }
            said
        });
        Self { blocks: blocks.collect(), blooms }
    }

    pub(crate) fn last(&self) -> u64 {
        self.blocks.len() as u64 - 1
    }

    /// Block and index of all logs that are wanted.
    pub(crate) fn wanted(&self) -> Vec<(u64, u32)> {
        let mut all = Vec::new();
        for (number, said) in (0..).zip(&self.blocks) {
            all.extend(
                (0..).zip(said).filter(|(_, said)| said.wanted).map(|(index, _)| (number, index)),
            );
        }
        all
    }

    pub(crate) fn write(&self) -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chain.jsonl");
        let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
        let first = json!({"chain": {"format": "sooho-chain-2", "chain_id": CHAIN}});
        writeln!(file, "{first}").unwrap();
        for (number, said) in (0..).zip(&self.blocks) {
            let logs = (0..).zip(said).map(|(index, said)| log(number, index, said));
            let mut bloom = Bloom::ZERO;
            for said in said {
                bloom.accrue(BloomInput::Raw(said.address.as_slice()));
                bloom.accrue(BloomInput::Raw(said.topic.as_slice()));
            }
            match self.blooms {
                Blooms::OftenZero if number % 2 == 1 => bloom = Bloom::ZERO,
                Blooms::Foreign => bloom = Bloom::from(BloomInput::Raw(b"somebody else")),
                _ => {}
            }
            let transactions = (0..said.len() as u64).map(|index| {
                json!({
                    "hash": hash("tx", number * 1000 + index), "from": stranger(index),
                    "transactionIndex": format!("{index:#x}"), "gasPrice": "0x64",
                    "blockHash": hash("block", number), "blockNumber": format!("{number:#x}"),
                })
            });
            let transactions = transactions.collect::<Vec<_>>();
            let receipts = transactions.iter().map(|one| {
                json!({
                    "transactionHash": one["hash"], "transactionIndex": one["transactionIndex"],
                    "from": one["from"], "blockHash": one["blockHash"], "status": "0x1",
                    "effectiveGasPrice": "0x64",
                })
            });
            let parent = if number == 0 { B256::ZERO } else { hash("block", number - 1) };
            let mut header = json!({
                "number": format!("{number:#x}"), "hash": hash("block", number),
                "parentHash": parent, "timestamp": format!("{:#x}", 1000 + number),
                "gasUsed": format!("{:#x}", 21_000 * said.len()),
                "transactions": transactions.iter().map(|one| &one["hash"]).collect::<Vec<_>>(),
            });
            if self.blooms != Blooms::Absent {
                header["logsBloom"] = json!(bloom);
            }
            let receipts = receipts.collect::<Vec<_>>();
            let logs = logs.collect::<Vec<_>>();
            let block = json!({
                "header": header, "logs": logs, "receipts": receipts, "transactions": transactions,
            });
            writeln!(file, "{}", json!({ "block": block })).unwrap();
        }
        file.into_inner().unwrap();
        (folder, path)
    }
}

fn log(number: u64, index: u64, said: &Said) -> Value {
    json!({
        "address": said.address, "data": said.data, "removed": false, "topics": [said.topic],
        "blockNumber": format!("{number:#x}"), "blockHash": hash("block", number),
        "transactionHash": hash("tx", number * 1000 + index),
        "transactionIndex": format!("{index:#x}"), "logIndex": format!("{index:#x}"),
    })
}

/// Block and index of the logs.
pub(crate) fn places(blocks: &[RawBlock]) -> Vec<(u64, u32)> {
    let of = |block: &RawBlock| {
        block.logs.iter().map(|log| (block.header.number, log.log_index)).collect::<Vec<_>>()
    };
    blocks.iter().flat_map(of).collect()
}

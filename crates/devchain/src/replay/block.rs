//! A block in memory, in pieces that are copied into answers.

use std::collections::BTreeMap;
use std::ops::Range;

use alloy_primitives::{Address, B256};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::replay::filter::LogFilter;

/// A log: what filters look at, and where its text stands.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Log {
    #[serde(default)]
    pub(crate) address: Address,
    #[serde(default)]
    pub(crate) topics: Vec<B256>,
    #[serde(default)]
    transaction_hash: B256,
    #[serde(skip)]
    span: Range<usize>,
}

/// A receipt up to its logs, and which of the block's logs those are.
#[derive(Debug, Clone)]
pub(crate) struct Receipt {
    head: String,
    logs: Range<usize>,
}

/// A block with its logs.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) hash: B256,
    pub(crate) parent: B256,
    /// `{"field":value,…,"transactions":`
    head: String,
    /// `["0x…",…]`
    hashes: String,
    /// The transactions, whole, where they were recorded.
    pub(crate) full: Option<String>,
    /// The receipts, where they were recorded.
    pub(crate) receipts: Option<Vec<Receipt>>,
    pub(crate) logs: Vec<Log>,
    /// The logs' texts with commas between them.
    text: String,
}

impl Block {
    /// From a header's fields and the texts of its logs.
    pub(crate) fn new<'a>(
        hash: B256,
        parent: B256,
        fields: &BTreeMap<String, &RawValue>,
        logs: impl Iterator<Item = &'a str>,
    ) -> Self {
        let mut head = String::from("{");
        let mut hashes = "[]";
        for (name, value) in fields {
            if name == "transactions" {
                hashes = value.get();
            } else {
                head.push_str(&format!("\"{name}\":{},", value.get()));
            }
        }
        head.push_str("\"transactions\":");
        let mut block = Self {
            hash,
            parent,
            head,
            hashes: hashes.to_owned(),
            full: None,
            receipts: None,
            logs: Vec::new(),
            text: String::new(),
        };
        for log in logs {
            block.push_log(log);
        }
        block
    }

    fn push_log(&mut self, text: &str) {
        if !self.logs.is_empty() {
            self.text.push(',');
        }
        let start = self.text.len();
        self.text.push_str(text);
        let mut log: Log = serde_json::from_str(text).unwrap_or_default();
        log.span = start..self.text.len();
        self.logs.push(log);
    }

    /// Receipts as they were recorded, with the logs of this block that belong to them.
    pub(crate) fn receipts_of<'a>(
        &self,
        recorded: impl Iterator<Item = &'a str>,
    ) -> Result<Vec<Receipt>, String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Of {
            transaction_hash: B256,
        }
        let mut next = 0;
        let mut receipts = Vec::new();
        for text in recorded {
            let of: Of =
                serde_json::from_str(text).map_err(|error| format!("a receipt: {error}"))?;
            let own = self.logs.iter().skip(next);
            let count = own.take_while(|log| log.transaction_hash == of.transaction_hash).count();
            let head = text.trim_end().trim_end_matches('}');
            receipts.push(Receipt { head: format!("{head},\"logs\":["), logs: next..next + count });
            next += count;
        }
        if next == self.logs.len() {
            return Ok(receipts);
        }
        Err(format!("block {} has logs that belong to no receipt", self.hash))
    }

    /// Writes the block; with whole transactions only where they were recorded.
    pub(crate) fn write(&self, full: bool, out: &mut String) -> bool {
        let transactions = if full { self.full.as_ref() } else { Some(&self.hashes) };
        let Some(transactions) = transactions else { return false };
        out.push_str(&self.head);
        out.push_str(transactions);
        out.push('}');
        true
    }

    /// Writes the receipts as a list, where they were recorded.
    pub(crate) fn write_receipts(&self, out: &mut String) -> bool {
        let Some(receipts) = &self.receipts else { return false };
        out.push('[');
        for (index, receipt) in receipts.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            out.push_str(&receipt.head);
            self.write_run(receipt.logs.clone(), out);
            out.push_str("]}");
        }
        out.push(']');
        true
    }

    /// Writes logs that stand beside each other.
    fn write_run(&self, run: Range<usize>, out: &mut String) {
        let (first, last) = (self.logs.get(run.start), run.end.checked_sub(1));
        let last = last.filter(|last| *last >= run.start).and_then(|last| self.logs.get(last));
        if let (Some(first), Some(last)) = (first, last) {
            out.push_str(self.text.get(first.span.start..last.span.end).unwrap_or_default());
        }
    }

    /// Writes the wanted logs, with a comma before them unless they are the `first` ones, and says how many they are.
    pub(crate) fn write_logs(
        &self,
        wanted: &LogFilter,
        mut first: bool,
        out: &mut String,
    ) -> usize {
        let (mut count, mut at) = (0, 0);
        while at < self.logs.len() {
            let run = self.logs.iter().skip(at).take_while(|log| wanted.matches(log)).count();
            if run > 0 {
                if !std::mem::take(&mut first) {
                    out.push(',');
                }
                self.write_run(at..at + run, out);
                count += run;
            }
            at += run + 1;
        }
        count
    }

    /// The wanted logs' texts.
    pub(crate) fn texts(&self, wanted: &LogFilter) -> Vec<String> {
        let own = self.logs.iter().filter(|log| wanted.matches(log));
        own.filter_map(|log| self.text.get(log.span.clone()).map(str::to_owned)).collect()
    }

    /// The texts of all logs.
    pub(crate) fn all_texts(&self) -> impl Iterator<Item = &str> {
        self.logs.iter().filter_map(|log| self.text.get(log.span.clone()))
    }

    /// The texts of the receipts, without logs.
    pub(crate) fn receipt_texts(&self) -> Option<Vec<String>> {
        let receipts = self.receipts.as_ref()?;
        let close =
            |receipt: &Receipt| format!("{}}}", receipt.head.trim_end_matches(",\"logs\":["));
        Some(receipts.iter().map(close).collect())
    }

    /// The same block under another hash, with or without what happened in it. Rare, so it may be slow.
    pub(crate) fn moved(&self, hash: B256, parent: B256, keeps_all: bool) -> Self {
        let logs = self.all_texts().filter(|_| keeps_all).map(|log| with_hash(log, hash));
        let logs = logs.collect::<Vec<_>>();
        let mut block = Self {
            hash,
            parent,
            head: self
                .head
                .replacen(
                    &format!("\"hash\":\"{}\"", self.hash),
                    &format!("\"hash\":\"{hash}\""),
                    1,
                )
                .replacen(
                    &format!("\"parentHash\":\"{}\"", self.parent),
                    &format!("\"parentHash\":\"{parent}\""),
                    1,
                ),
            hashes: if keeps_all { self.hashes.clone() } else { "[]".to_owned() },
            full: None,
            receipts: None,
            logs: Vec::new(),
            text: String::new(),
        };
        for log in &logs {
            block.push_log(log);
        }
        block.full = self.full.as_ref().map(|full| {
            let old = self.hash.to_string();
            if keeps_all { full.replace(&old, &hash.to_string()) } else { "[]".to_owned() }
        });
        block.receipts = self.receipt_texts().and_then(|texts| {
            let texts = texts.iter().filter(|_| keeps_all).map(|text| with_hash(text, hash));
            let texts = texts.collect::<Vec<_>>();
            block.receipts_of(texts.iter().map(String::as_str)).ok()
        });
        block
    }
}

/// An object's text with another `blockHash`.
fn with_hash(text: &str, hash: B256) -> String {
    let mut value: Value = serde_json::from_str(text).unwrap_or_default();
    value["blockHash"] = json!(hash);
    value.to_string()
}

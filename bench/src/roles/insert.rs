//! Limit (b): a bare `insert_many` of documents that an indexer made.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use mongodb::bson::RawDocumentBuf;
use mongodb::{Client, Database};

use crate::config::DATABASE;
use crate::process::Usage;
use crate::roles::Done;

/// Documents in one call; more make no difference, fewer cost.
const BATCH: usize = 5_000;

/// Inserts each file of `dump` into the collection of its name. The collections have their indexes already.
pub(super) async fn run(uri: &str, dump: &Path) -> Result<Done> {
    let database = Client::with_uri_str(uri).await?.database(DATABASE);
    let mut files = Vec::new();
    for entry in dump.read_dir().with_context(|| format!("reading {}", dump.display()))? {
        files.push(entry?.path());
    }
    files.sort();
    let started = Instant::now();
    let mut items = 0;
    for file in files {
        items += insert(&database, &file).await?;
    }
    Ok(Done { time: started.elapsed(), usage: Usage::own()?, items, blocks: 0 })
}

async fn insert(database: &Database, file: &Path) -> Result<u64> {
    let name = file.file_name().and_then(|name| name.to_str()).context("a file without name")?;
    let collection = database.collection::<RawDocumentBuf>(name);
    let opened = File::open(file).with_context(|| format!("opening {}", file.display()))?;
    let mut reader = BufReader::with_capacity(1 << 20, opened);
    let mut batch = Vec::with_capacity(BATCH);
    let mut count = 0;
    loop {
        let ended = reader.fill_buf()?.is_empty();
        if !ended {
            batch.push(RawDocumentBuf::from_reader(&mut reader)?);
        }
        if batch.len() == BATCH || (ended && !batch.is_empty()) {
            count += batch.len() as u64;
            collection.insert_many(&batch).await.with_context(|| format!("inserting {name}"))?;
            batch.clear();
        }
        if ended {
            return Ok(count);
        }
    }
}

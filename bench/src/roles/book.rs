//! The pools of a database, loaded into memory as the service does it.

use std::time::Instant;

use anyhow::{Context, Result};
use serving::book;
use store::Store;

use crate::config::DATABASE;
use crate::process::Usage;
use crate::quote::CHAIN;
use crate::roles::Done;

/// Loads them; counts the pools that can be traded in.
pub(super) async fn run(uri: &str) -> Result<Done> {
    let store = Store::connect(uri, DATABASE).await?;
    let (shelf, mut keeper) = book::open(store.reader(), CHAIN);
    let started = Instant::now();
    keeper.refresh().await?;
    let time = started.elapsed();
    let book = shelf.newest().context("no pools were loaded")?;
    let items = u64::try_from(book.market.iter().count())?;
    Ok(Done { time, usage: Usage::own()?, items, blocks: book.block.number })
}

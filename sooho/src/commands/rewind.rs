//! `sooho rewind`: back to an older block, or to nothing.

use std::io::{IsTerminal as _, Write as _};

use indexer::lease;
use indicatif::{ProgressBar, ProgressStyle};
use observe::Shutdown;
use store::{Store, Writer};

use super::backup::interrupted;
use crate::{
    chains::{self, OpenStore},
    config::{ChainConfig, Config},
    error::Error,
};

/// Takes blocks back until `to` is the newest one, as a reorg does: from their undo records, newest first.
///
/// # Errors
/// [`Error::BelowUndo`] before anything is changed when the records do not reach that far; [`Error::Service`] when it
/// was told to stop before the end.
pub async fn run(config: &Config, chain: Option<&str>, to: u64) -> Result<(), Error> {
    let chain = chains::pick(config, chain)?;
    let shutdown = chains::shutdown()?;
    let open = OpenStore::open(config).await?;
    let outcome = with_writer(config, &open.store, chain, &shutdown, async |writer| {
        take_back(&writer, chain, to, &shutdown).await
    });
    let outcome = outcome.await;
    open.close().await;
    outcome
}

/// Removes all that is stored of a chain. Asks before it does, unless `yes`.
///
/// # Errors
/// [`Error::Declined`] when the answer is no, or nobody can be asked.
pub async fn drop_chain(config: &Config, chain: Option<&str>, yes: bool) -> Result<(), Error> {
    let chain = chains::pick(config, chain)?;
    if !yes {
        confirm(chain, &chains::store_name(config))?;
    }
    let shutdown = chains::shutdown()?;
    let open = OpenStore::open(config).await?;
    let outcome = with_writer(config, &open.store, chain, &shutdown, async |writer| {
        remove(&writer, chain, &shutdown).await
    });
    let outcome = outcome.await;
    open.close().await;
    outcome
}

/// Does something as the chain's only writer.
async fn with_writer(
    config: &Config,
    store: &Store,
    chain: &ChainConfig,
    shutdown: &Shutdown,
    work: impl AsyncFnOnce(Writer) -> Result<(), Error>,
) -> Result<(), Error> {
    let (settings, standby) = (chain.indexer(), config.indexer.outwait_the_dead());
    let lease = tokio::select! {
        () = shutdown.cancelled() => return Err(interrupted("rewind")),
        lease = lease::acquire(store, &settings, standby) => lease?,
    };
    let outcome = work(store.writer(&lease)).await;
    lease::give_back(lease, &chain.name).await;
    outcome
}

#[expect(clippy::print_stdout, reason = "the answer of a command")]
async fn take_back(
    writer: &Writer,
    chain: &ChainConfig,
    to: u64,
    shutdown: &Shutdown,
) -> Result<(), Error> {
    let name = &chain.name;
    let Some(mut at) = writer.watermark().await? else {
        println!("{name}: nothing is stored");
        return Ok(());
    };
    let from = at.block.number;
    if from <= to {
        println!("{name}: nothing is taken back, the newest is {from} ({})", at.block.hash);
        return Ok(());
    }
    let lowest = match writer.oldest_undo().await? {
        None => from,
        Some((_, Some(below))) => below.block.number,
        // the records reach down to the first stored block: everything can be taken back
        Some((_, None)) => 0,
    };
    if to < lowest {
        return Err(Error::BelowUndo { chain: name.clone(), to, lowest });
    }
    let style = ProgressStyle::with_template(
        "{prefix} [{bar:40}] {pos}/{len} blocks taken back, {eta} left",
    )
    .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(from.saturating_sub(to)).with_style(style).with_prefix(name.clone());
    while at.block.number > to && !shutdown.is_cancelled() {
        match writer.revert_newest().await? {
            Some(now) => at = now,
            None => {
                bar.finish_and_clear();
                println!("{name}: taken back from block {from}, nothing is left");
                return Ok(());
            }
        }
        bar.set_position(from - at.block.number);
    }
    bar.finish_and_clear();
    if at.block.number > to {
        let block = at.block.number;
        return Err(Error::Service {
            service: "rewind",
            reason: format!(
                "interrupted: {name} is taken back from block {from} to {block}; run the same command again for the rest"
            ),
        });
    }
    println!(
        "{name}: taken back from block {from}, the newest is {} ({})",
        at.block.number, at.block.hash
    );
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the answer of a command")]
async fn remove(writer: &Writer, chain: &ChainConfig, shutdown: &Shutdown) -> Result<(), Error> {
    let bar = ProgressBar::new_spinner().with_prefix(chain.name.clone());
    let tell = |so_far| {
        bar.set_message(format!("{so_far} documents removed"));
        bar.tick();
    };
    let removing = writer.remove_chain(&tell);
    let removed = tokio::select! {
        () = shutdown.cancelled() => {
            bar.finish_and_clear();
            return Err(Error::Service {
                service: "rewind",
                reason: "interrupted; run the same command again to remove the rest".into(),
            });
        }
        removed = removing => removed?,
    };
    bar.finish_and_clear();
    println!("{}: {removed} documents removed, `sooho index --to head` starts over", chain.name);
    Ok(())
}

/// Asks on the terminal.
fn confirm(chain: &ChainConfig, store: &str) -> Result<(), Error> {
    if !std::io::stdin().is_terminal() {
        return Err(Error::Declined(
            "there is no terminal to ask on; give --yes to remove without a question",
        ));
    }
    let mut out = std::io::stderr();
    let question = format!("remove everything stored of {} ({store})? [y/N] ", chain.name);
    let asked = out.write_all(question.as_bytes()).and_then(|()| out.flush());
    let mut answer = String::new();
    if asked.and_then(|()| std::io::stdin().read_line(&mut answer)).is_ok()
        && matches!(answer.trim(), "y" | "Y" | "yes")
    {
        return Ok(());
    }
    Err(Error::Declined("the answer was not yes"))
}

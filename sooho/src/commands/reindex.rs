//! `sooho reindex`: what is derived, once more, from what is stored.

use indexer::lease;
use observe::Shutdown;
use store::{
    Writer,
    reindex::{CANDLES, Reindexed, collections},
};

use super::backup::{bar, interrupted};
use crate::{
    chains::{self, OpenStore},
    config::{ChainConfig, Config},
    error::Error,
};

/// Rebuilds one collection of a chain, or all that can be, as the chain's only writer.
///
/// # Errors
/// [`Error::Reindex`]; [`Error::Store`] while another process writes the chain.
pub async fn run(config: &Config, chain: Option<&str>, collection: &str) -> Result<(), Error> {
    let chain = chains::pick(config, chain)?;
    let shutdown = chains::shutdown()?;
    let open = OpenStore::open(config).await?;
    let (settings, standby) = (chain.indexer(), config.indexer.outwait_the_dead());
    let lease = tokio::select! {
        () = shutdown.cancelled() => Ok(None),
        lease = lease::acquire(&open.store, &settings, standby) => lease.map(Some),
    };
    let outcome = match lease {
        Err(error) => Err(error.into()),
        Ok(None) => Ok(()),
        Ok(Some(lease)) => {
            // a writer that is made after this writes to what readers see
            let outcome = match open.store.generations(&lease).standing().await {
                Err(error) => Err(error.into()),
                Ok(_) => rebuild(&open.store.writer(&lease), chain, collection, &shutdown).await,
            };
            lease::give_back(lease, &chain.name).await;
            outcome
        }
    };
    open.close().await;
    outcome
}

#[expect(clippy::print_stdout, reason = "the answer of a command")]
async fn rebuild(
    writer: &Writer,
    chain: &ChainConfig,
    collection: &str,
    shutdown: &Shutdown,
) -> Result<(), Error> {
    let names: Vec<&str> = if collection == "all" {
        collections().chain([CANDLES]).collect()
    } else {
        vec![collection]
    };
    for name in names {
        let bar = bar(&format!("{} {name}", chain.name), 0);
        bar.unset_length();
        let tell = |done: Reindexed| bar.set_position(done.entities);
        let done = tokio::select! {
            () = shutdown.cancelled() => {
                bar.finish_and_clear();
                return Err(interrupted("reindex"));
            }
            done = writer.reindex(name, &tell) => done,
        };
        bar.finish_and_clear();
        let Reindexed { entities, altered, missing, foreign } = done?;
        println!(
            "{}: {name}: {entities} entities, {altered} documents were wrong, {missing} were missing, {foreign} were too many",
            chain.name
        );
    }
    Ok(())
}

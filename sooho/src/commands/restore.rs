//! `sooho restore`: a backup into an empty chain; and the start from a snapshot.

use std::path::{Path, PathBuf};

use indexer::lease;
use observe::Shutdown;
use store::{
    Store, StoreError,
    backup::{self, BackupError, Header, Moved},
};

use super::backup::{bar, interrupted, show};
use crate::{
    chains::{self, OpenStore},
    config::{ChainConfig, Config},
    error::Error,
    fetch,
};

/// Restores a file. Without a name the file says which chain it is of.
///
/// # Errors
/// [`Error::Backup`]; nothing is visible then.
#[expect(clippy::print_stdout, reason = "the answer of a command")]
pub async fn run(config: &Config, chain: Option<&str>, from: &Path) -> Result<(), Error> {
    let shutdown = chains::shutdown()?;
    let chain = match chain {
        Some(_) => chains::pick(config, chain)?,
        None => of_file(config, from)?,
    };
    let open = OpenStore::open(config).await?;
    let outcome = restore(config, &open.store, chain, from, &shutdown).await;
    open.close().await;
    let header = outcome?;
    println!(
        "{}: restored up to block {} ({}), `sooho index --to head` goes on from there",
        chain.name, header.block, header.hash
    );
    Ok(())
}

/// The configured chain that a file is of.
fn of_file<'a>(config: &'a Config, from: &Path) -> Result<&'a ChainConfig, Error> {
    let header = backup::header(from)?;
    config.chain.iter().find(|chain| chain.id == header.chain).ok_or_else(|| {
        let Header { name, chain, .. } = header;
        Error::Invalid(format!(
            "{} is a backup of chain {chain} ({name}), and there is no [[chain]] with this id",
            from.display()
        ))
    })
}

/// Begins chains of which nothing is stored with the snapshot that is configured for them.
///
/// # Errors
/// [`Error::Backup`], [`Error::Download`].
pub async fn snapshots(config: &Config, store: &Store, shutdown: &Shutdown) -> Result<(), Error> {
    for chain in config.chain.iter().filter(|chain| !chain.snapshot.is_empty()) {
        if store.reader().watermark(chain.id).await?.is_some() || shutdown.is_cancelled() {
            continue;
        }
        let (name, from) = (&chain.name, &chain.snapshot);
        tracing::info!(chain = name, "nothing is stored: restoring the configured snapshot");
        let file = tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            file = fetch::local(from) => file?,
        };
        match restore(config, store, chain, file.path(), shutdown).await {
            Ok(Header { block, .. }) => {
                tracing::info!(chain = name, block, "started from the snapshot");
            }
            // another process was first, and writes the chain by now
            Err(
                Error::Backup(BackupError::NotEmpty { .. })
                | Error::Store(StoreError::LeaseHeld { .. }),
            ) => {}
            Err(_) if shutdown.is_cancelled() => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Restores as the chain's only writer.
async fn restore(
    config: &Config,
    store: &Store,
    chain: &ChainConfig,
    from: &Path,
    shutdown: &Shutdown,
) -> Result<Header, Error> {
    let (settings, standby) = (chain.indexer(), config.indexer.outwait_the_dead());
    let lease = tokio::select! {
        () = shutdown.cancelled() => return Err(interrupted("restore")),
        lease = lease::acquire(store, &settings, standby) => lease?,
    };
    // writers made after this write to the generation that is active
    let standing = store.generations(&lease).standing().await;
    let bar = bar(&chain.name, 0);
    bar.unset_length();
    let tell = |moved: Moved| show(&bar, moved);
    let writer = store.writer(&lease);
    let outcome = match standing {
        Err(error) => Err(error.into()),
        Ok(_) => tokio::select! {
            () = shutdown.cancelled() => Err(interrupted("restore")),
            outcome = writer.restore(from, &tell) => outcome.map_err(Error::from),
        },
    };
    bar.finish_and_clear();
    lease::give_back(lease, &chain.name).await;
    outcome
}

/// A file that is here; one that was fetched goes when this is dropped.
#[derive(Debug)]
pub struct Local {
    pub(crate) path: PathBuf,
    pub(crate) fetched: bool,
}

impl Local {
    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        if self.fetched
            && let Err(error) = std::fs::remove_file(&self.path)
        {
            tracing::warn!(path = %self.path.display(), %error, "the fetched snapshot stays behind");
        }
    }
}

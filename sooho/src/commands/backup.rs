//! `sooho backup`: a chain in one file, while it goes on being indexed.

use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use observe::Shutdown;
use store::{
    Store,
    backup::{BackupError, BackupRequest, Moved},
};

use crate::{
    chains::{self, OpenStore},
    config::{ChainConfig, Config},
    error::Error,
};

/// Writes the backup of one chain to a file, or of each chain to a file in a folder.
///
/// # Errors
/// [`Error::Backup`], naming the chain. Files that are complete by then stay.
pub async fn run(config: &Config, chain: Option<&str>, to: &Path) -> Result<(), Error> {
    let into_folder = to.is_dir() || to.as_os_str().to_string_lossy().ends_with('/');
    let chains = match chain {
        Some(_) => vec![chains::pick(config, chain)?],
        None if into_folder => config.chain.iter().collect(),
        None => vec![chains::pick(config, None)?],
    };
    if into_folder {
        std::fs::create_dir_all(to).map_err(|source| {
            Error::Backup(BackupError::File {
                path: to.to_owned(),
                what: "the folder cannot be made",
                source,
            })
        })?;
    }
    let shutdown = chains::shutdown()?;
    let open = OpenStore::open_beside(config).await?;
    let mut outcome = Ok(());
    for chain in chains {
        let file = if into_folder {
            to.join(format!("{}.sooho-backup", chain.name))
        } else {
            to.to_owned()
        };
        outcome = one(&open.store, config.store.is_embedded(), chain, file, &shutdown).await;
        if outcome.is_err() {
            break;
        }
    }
    open.close().await;
    outcome
}

#[expect(clippy::print_stdout, reason = "the answer of a command")]
async fn one(
    store: &Store,
    own_server: bool,
    chain: &ChainConfig,
    to: PathBuf,
    shutdown: &Shutdown,
) -> Result<(), Error> {
    let request = BackupRequest { chain: chain.id, name: &chain.name, to: &to, own_server };
    // the database may hold other chains, too
    let bar = bar(&chain.name, store.roughly_documents().await);
    let tell = |moved: Moved| show(&bar, moved);
    let written = tokio::select! {
        () = shutdown.cancelled() => {
            bar.finish_and_clear();
            return Err(interrupted("backup"));
        }
        written = store.backup(&request, &tell) => written,
    };
    bar.finish_and_clear();
    let written = written?;
    println!(
        "{}: {} documents up to block {} ({}) in {}, {}",
        chain.name,
        written.moved.documents,
        written.header.block,
        written.header.hash,
        to.display(),
        size(written.file_bytes),
    );
    Ok(())
}

/// A bar for documents.
pub(super) fn bar(name: &str, documents: u64) -> ProgressBar {
    let style = ProgressStyle::with_template(
        "{prefix} [{bar:40}] {pos} documents, {msg}, {per_sec}, about {eta} left",
    )
    .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(documents).with_style(style).with_prefix(name.to_owned())
}

/// How far it is.
pub(super) fn show(bar: &ProgressBar, moved: Moved) {
    bar.set_position(moved.documents);
    bar.set_message(size(moved.bytes));
}

/// The word of who was told to stop.
pub(super) fn interrupted(service: &'static str) -> Error {
    Error::Service { service, reason: "interrupted; run the same command again".into() }
}

/// Bytes for people.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..10_000_000 => format!("{} kB", bytes / 1_000),
        10_000_000..10_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{} GB", bytes / 1_000_000_000),
    }
}

//! `devchain record`.

use std::path::PathBuf;

use clap::Args;

/// Write a chain's blocks with their logs, and what its tokens answer about themselves, into a file.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The file to write.
    file: PathBuf,
    /// Where the chain answers.
    #[arg(long, default_value = "http://127.0.0.1:8545")]
    url: String,
}

pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    let summary = devchain::record::record(&options.url, &options.file).await?;
    super::say(&format!(
        "{} blocks, {} logs and {} answers in {}",
        summary.blocks,
        summary.logs,
        summary.calls,
        options.file.display()
    ));
    Ok(())
}

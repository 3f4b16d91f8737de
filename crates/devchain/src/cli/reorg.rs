//! `devchain reorg`.

use std::path::PathBuf;

use clap::Args;
use devchain::Deployment;

/// Replace the newest blocks of a running chain: by empty ones, or by other traffic when a deployment file is given.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Where the chain answers.
    #[arg(long, default_value = "http://127.0.0.1:8545")]
    url: String,
    /// How many blocks are replaced.
    #[arg(long)]
    depth: u64,
    /// The deployment file that `up` wrote; with it the new blocks carry traffic.
    #[arg(long)]
    deployment: Option<PathBuf>,
    /// How many new blocks carry traffic; as many as were replaced when not given.
    #[arg(long, requires = "deployment")]
    blocks: Option<u64>,
    /// Seed of the new traffic; take another one than the chain's to get other events.
    #[arg(long, default_value_t = 1_000_003, requires = "deployment")]
    seed: u64,
}

pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    let Some(file) = &options.deployment else {
        devchain::reorg(&options.url, options.depth, true).await?;
        super::say(&format!("{} blocks replaced by empty ones", options.depth));
        return Ok(());
    };
    let deployment = Deployment::read(file)?;
    let blocks = options.blocks.unwrap_or(options.depth);
    let report = devchain::reorg_with_traffic(
        &options.url,
        &deployment,
        options.depth,
        blocks,
        options.seed,
    )
    .await?;
    super::answer(&report)
}

//! `devchain traffic`.

use std::path::PathBuf;

use clap::Args;
use devchain::{Deployment, Traffic};

/// Mine blocks with traffic on a running chain; prints what they held.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Where the chain answers.
    #[arg(long, default_value = "http://127.0.0.1:8545")]
    url: String,
    /// The deployment file that `up` wrote.
    #[arg(long)]
    deployment: PathBuf,
    /// How many blocks.
    #[arg(long, default_value_t = 10)]
    blocks: u64,
    /// Seed: the same seed on the same chain gives the same blocks.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    let deployment = Deployment::read(&options.deployment)?;
    super::answer(&Traffic::new(&options.url, &deployment, options.seed).run(options.blocks).await?)
}

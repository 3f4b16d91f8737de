//! `sooho`: index a DEX and NFT collections into MongoDB and serve them.

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    sooho::cli::run(sooho::cli::Cli::parse()).await
}

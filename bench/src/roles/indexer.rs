//! The real indexer: the executable's own command line, run in this process.

use std::iter::once;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, ensure};
use clap::Parser;
use sooho::cli::{self, Cli};

use crate::process::Usage;
use crate::roles::Done;

pub(super) async fn run(arguments: &[String]) -> Result<Done> {
    let sooho = "sooho".to_owned();
    let cli = Cli::try_parse_from(once(&sooho).chain(arguments))?;
    let started = Instant::now();
    let code = cli::run(cli).await;
    let time = started.elapsed();
    ensure!(code == ExitCode::SUCCESS, "sooho failed, its reason stands above");
    Ok(Done { time, usage: Usage::own()?, items: 0, blocks: 0 })
}

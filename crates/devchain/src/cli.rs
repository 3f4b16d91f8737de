//! The command line: one verb, one file.

mod record;
mod reorg;
mod replay;
mod traffic;
mod up;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

/// A local chain made of real parts: anvil, the Uniswap contracts, test tokens, NFTs and seeded traffic.
#[derive(Debug, Parser)]
#[command(name = "devchain", version)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Start a chain with everything deployed, and keep it going until stopped.
    Up(up::Options),
    /// Mine blocks with traffic on a running chain.
    Traffic(traffic::Options),
    /// Replace the newest blocks of a running chain.
    Reorg(reorg::Options),
    /// Write a chain's blocks, logs and token answers into a file.
    Record(record::Options),
    /// Serve a recording as a JSON-RPC endpoint, with faults if wanted.
    Replay(replay::Options),
}

/// Runs the verb; 0 when it did what it should, 1 with one line on standard error when not.
pub(crate) async fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .init();
    let outcome = match arguments.verb {
        Verb::Up(options) => up::run(options).await,
        Verb::Traffic(options) => traffic::run(options).await,
        Verb::Reorg(options) => reorg::run(options).await,
        Verb::Record(options) => record::run(options).await,
        Verb::Replay(options) => replay::run(options).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Tells the person at the terminal.
#[expect(clippy::print_stderr, reason = "the progress of a command-line tool")]
fn say(line: &str) {
    eprintln!("devchain: {line}");
}

/// Gives a result to whoever reads standard output.
#[expect(clippy::print_stdout, reason = "the result of a command-line tool")]
fn answer(value: &impl serde::Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}

/// A token that is cancelled by the first SIGINT or SIGTERM.
fn shutdown() -> anyhow::Result<CancellationToken> {
    let token = CancellationToken::new();
    let (mut interrupt, mut terminate) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let cancelled = token.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        cancelled.cancel();
    });
    Ok(token)
}

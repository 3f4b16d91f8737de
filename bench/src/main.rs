//! `bench`: how fast the indexer is, as ratios to what the machine can do at all.
//!
//! `bench index` replays a made chain and compares the real indexer with two limits measured in the same run; `bench head`
//! follows a real node; `bench prices` stores candles and asks for prices; `bench serve` asks the DEX API; `bench quote`
//! computes quotes beside the contracts. What is measured runs as a process of its own (the hidden verbs), so that processor time and
//! memory are told apart. Not part of what users deploy.

mod chart;
mod config;
mod database;
mod head;
mod index;
mod load;
mod measure;
mod prices;
mod process;
mod quote;
mod recording;
mod role;
mod roles;
mod say;
mod serve;
mod service;
mod synth;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Measures the indexer.
#[derive(Debug, Parser)]
#[command(name = "bench", version)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Catching up: events per second beside what fetching alone and inserting alone reach.
    Index(index::Options),
    /// Following: time from a block's mining to its commit and to its being seen by a reader.
    Head(head::Options),
    /// Market prices: a month of candles stored, and many tokens' prices asked for at a steady rate.
    Prices(prices::Options),
    /// The DEX API over HTTP beside the bare database, and many subscribers.
    Serve(serve::Options),
    /// Quotes from memory beside those of the quoter contract, routes, and a block's changes.
    Quote(quote::Options),
    #[command(flatten)]
    Role(roles::Role),
}

#[tokio::main]
async fn main() -> ExitCode {
    // two crypto providers are linked in: TLS wants one named before its first use
    drop(rustls::crypto::ring::default_provider().install_default());
    let outcome = match Arguments::parse().verb {
        Verb::Index(options) => index::run(&options).await,
        Verb::Head(options) => head::run(&options).await,
        Verb::Prices(options) => prices::run(&options).await,
        Verb::Serve(options) => serve::run(&options).await,
        Verb::Quote(options) => quote::run(&options).await,
        Verb::Role(role) => roles::run(role).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::note(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

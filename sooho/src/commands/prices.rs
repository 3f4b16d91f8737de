//! `sooho prices`: what tokens cost, and the candles of the past.

use clap::{Args, Subcommand};
use domain::{candle::Resolution, iso, market::Source};
use observe::Registry;

use crate::{
    chains::{self, OpenStore},
    config::Config,
    error::Error,
    prices::Market,
};

mod backfill;
mod gaps;
mod jobs;
mod now;

/// Arguments of `sooho prices`.
#[derive(Debug, Args)]
pub struct PricesArgs {
    #[command(subcommand)]
    command: PricesCommand,
}

#[derive(Debug, Subcommand)]
enum PricesCommand {
    /// Fetch the candles of a span that are missing; may be interrupted, and goes on where it was
    ///
    /// Example: sooho prices backfill --token WETH --from 2024-01-01 --to 2024-02-01
    #[command(verbatim_doc_comment)]
    Backfill(BackfillArgs),
    /// Show which candles are missing, or fetch them
    ///
    /// Example: sooho prices gaps --token WETH --from 2024-01-01 --to 2024-02-01 --fill
    #[command(verbatim_doc_comment)]
    Gaps(GapsArgs),
    /// Show the stored price of a token with its sources, age and status
    ///
    /// Example: sooho prices now WETH --at 2024-01-05T12:00:00Z
    #[command(verbatim_doc_comment)]
    Now(NowArgs),
    /// Ask one source, or all of them, now
    ///
    /// Example: sooho prices run binance
    #[command(verbatim_doc_comment)]
    Run {
        /// The source: chainlink, binance, coinbase, pyth, defillama, coingecko or pools
        #[arg(value_name = "SOURCE")]
        source: Option<Source>,
        /// Print JSON instead of a table
        #[arg(long)]
        json: bool,
    },
}

/// Which token.
#[derive(Debug, Args)]
struct BackfillArgs {
    /// Symbol or address of the token
    #[arg(long, value_name = "SYMBOL|ADDRESS")]
    token: String,
    /// Name of its chain, where several have it
    #[arg(long, value_name = "NAME")]
    chain: Option<String>,
    /// The first candles: a day, a time (2024-01-05T12:00:00Z) or Unix milliseconds
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    from: u64,
    /// Before this time
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    to: u64,
    /// Ask this source only [default: the one with the highest rank, then the others for what is still missing]
    #[arg(long, value_name = "SOURCE")]
    source: Option<Source>,
    /// Length of the candles: 1m, 5m, 15m, 30m, 1h, 4h, 1d or 1w
    #[arg(long, value_name = "LENGTH", default_value = "1m")]
    resolution: Resolution,
    /// Make the price sheets of candles that are stored already, too: those from before there were sheets have none
    #[arg(long)]
    sheets: bool,
}

#[derive(Debug, Args)]
struct GapsArgs {
    /// Symbol or address of a token; all of them without it
    #[arg(long, value_name = "SYMBOL|ADDRESS")]
    token: Option<String>,
    /// Name of its chain, where several have it
    #[arg(long, value_name = "NAME")]
    chain: Option<String>,
    /// From when on [default: since the first candle that was ever asked for]
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    from: Option<u64>,
    /// Before this time [default: now]
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    to: Option<u64>,
    /// Look at this source only
    #[arg(long, value_name = "SOURCE")]
    source: Option<Source>,
    /// Length of the candles
    #[arg(long, value_name = "LENGTH", default_value = "1m")]
    resolution: Resolution,
    /// Fetch what is missing
    #[arg(long)]
    fill: bool,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct NowArgs {
    /// Symbol or address of the token
    #[arg(value_name = "TOKEN")]
    token: String,
    /// Name of its chain, where several have it
    #[arg(long, value_name = "NAME")]
    chain: Option<String>,
    /// At this time instead of now
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    at: Option<u64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A day, a time, or Unix milliseconds.
fn parse_time(text: &str) -> Result<u64, String> {
    let millis = || text.parse().ok().filter(|millis| *millis >= 100_000_000_000_u64);
    iso::parse(text).or_else(millis).ok_or_else(|| {
        "give a day (2024-01-05), a time (2024-01-05T12:00:00Z), or Unix milliseconds".to_owned()
    })
}

/// Runs the command. It may run beside services.
///
/// # Errors
/// What goes wrong, naming the token or the key.
pub async fn run(config: &Config, args: PricesArgs) -> Result<(), Error> {
    if config.prices.tokens.is_empty() {
        return Err(Error::Invalid(
            "there are no [[prices.tokens]]: name some (sooho.example.toml shows every key)".into(),
        ));
    }
    let shutdown = chains::shutdown()?;
    let open = OpenStore::open_beside(config).await?;
    let outcome = async {
        let client = |index: usize| {
            let chain = config.chain.get(index);
            chain.map_or_else(|| Err(Error::Invalid("no such chain".into())), chains::client)
        };
        let market = Market::new(config, &open.store, &Registry::new(), client)?;
        match args.command {
            PricesCommand::Backfill(args) => backfill::run(&market, &args, &shutdown).await,
            PricesCommand::Gaps(args) => gaps::run(&market, &args, &shutdown).await,
            PricesCommand::Now(args) => now::run(&market, &args).await,
            PricesCommand::Run { source, json } => {
                jobs::run(&market, source, json, &shutdown).await
            }
        }
    };
    let outcome = outcome.await;
    open.close().await;
    outcome
}

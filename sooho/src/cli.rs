//! The command line.

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::{
    commands::{self, health::Question},
    config::Config,
    error::Error,
    service::Service,
    up,
};

/// Index DEX pools and NFT collections of EVM chains into MongoDB, and serve them by GraphQL and REST.
///
/// Exit codes: 0 done, 1 a service failed, 2 wrong command line, 3 configuration, 4 chain or endpoint, 5 database,
/// 6 nothing is running, 7 another process writes the chain, 8 the store differs from the chain.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
pub struct Cli {
    /// Configuration file [default: sooho.toml, if there is one]
    #[arg(long, short, global = true, env = "SOOHO_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run services until Ctrl-C: all of them, or those named
    Up(ServicesArgs),
    /// Index up to a block, then exit; continues where the last run ended
    Index(IndexArgs),
    /// Write all that is stored of a chain to a file, as of one block, while services go on
    ///
    /// Example: sooho backup --to /backups/ --chain mainnet
    #[command(verbatim_doc_comment)]
    Backup {
        /// A file, or a folder: then each chain has a file `NAME.sooho-backup` in it
        #[arg(long, value_name = "FILE|DIR")]
        to: PathBuf,
        /// Name of the chain; may be left out for a folder, or if there is one chain only
        #[arg(long, value_name = "NAME")]
        chain: Option<String>,
    },
    /// Put a backup into a chain of which nothing is stored
    ///
    /// Example: sooho restore --from /backups/mainnet.sooho-backup
    #[command(verbatim_doc_comment)]
    Restore {
        /// A file that `sooho backup` wrote
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        /// Name of the chain; the file says it, too
        #[arg(long, value_name = "NAME")]
        chain: Option<String>,
    },
    /// Rebuild pools, tokens, figures and owners from the stored history, and long candles from those of a minute
    ///
    /// Example: sooho reindex --collection accounts
    #[command(verbatim_doc_comment)]
    Reindex {
        /// Name of the collection, or `all`
        #[arg(long, value_name = "NAME|all")]
        collection: String,
        /// Name of the chain; may be left out if there is one only
        #[arg(long, value_name = "NAME")]
        chain: Option<String>,
    },
    /// Take stored blocks back, as a reorg does; or remove all that is stored of a chain
    Rewind(RewindArgs),
    /// Compare what is stored with the chain's own state, at the newest stored block
    Verify(VerifyArgs),
    /// Work with the configuration
    Config(ConfigArgs),
    /// What tokens cost: stored prices, candles of the past, sources by hand
    Prices(commands::prices::PricesArgs),
    /// Keys of those who use the services: make them, list them, take them back
    Keys(commands::keys::KeysArgs),
    /// Show where a running sooho stands
    Status,
    /// Ask running services whether they are well; for supervisors of containers
    ///
    /// Example: sooho health --service serving --ready
    #[command(verbatim_doc_comment)]
    Health(HealthArgs),
}

#[derive(Debug, Args)]
struct ServicesArgs {
    /// Services, separated by commas
    #[arg(
        long = "service",
        env = "SOOHO_SERVICE",
        value_delimiter = ',',
        value_enum,
        default_values_t = Service::ALL
    )]
    services: Vec<Service>,
}

#[derive(Debug, Args)]
struct HealthArgs {
    #[command(flatten)]
    services: ServicesArgs,
    /// Ask whether they have something to answer from, too: not before each chain has its first batch
    #[arg(long)]
    ready: bool,
}

#[derive(Debug, Args)]
struct IndexArgs {
    /// A block number, or `head`
    #[arg(long, value_name = "BLOCK|head", value_parser = parse_target, required_unless_present = "estimate")]
    to: Option<indexer::Target>,
    /// Index nothing: look at a few spans of blocks, and say what calls, time and disk all of them will take
    #[arg(long, conflicts_with = "to")]
    estimate: bool,
    /// Print the estimate as JSON
    #[arg(long, requires = "estimate", conflicts_with = "to")]
    json: bool,
}

#[derive(Debug, Args)]
struct RewindArgs {
    /// The newest block that stays
    #[arg(long, value_name = "BLOCK", required_unless_present = "drop", conflicts_with = "drop")]
    to: Option<u64>,
    /// Name of the chain; may be left out if there is one only
    #[arg(long, value_name = "NAME")]
    chain: Option<String>,
    /// Remove everything that is stored of the chain, so that it can be indexed anew
    #[arg(long)]
    drop: bool,
    /// Do not ask before removing
    #[arg(long, requires = "drop")]
    yes: bool,
}

#[derive(Debug, Args)]
struct VerifyArgs {
    /// Name of the chain; all of them without it
    #[arg(long, value_name = "NAME")]
    chain: Option<String>,
    /// Compare at this block; it must be one that can be taken back
    #[arg(long, value_name = "BLOCK")]
    block: Option<u64>,
    /// How many of each kind, or `all`
    #[arg(long, value_name = "N|all", default_value = "20")]
    sample: indexer::audit::Sample,
    /// Which ones: the same seed compares the same values [default: others each time]
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct ConfigArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Read the configuration, ask each endpoint for its chain, and say what is wrong
    Check {
        /// Do not ask the endpoints
        #[arg(long)]
        offline: bool,
    },
}

fn parse_target(text: &str) -> Result<indexer::Target, String> {
    if text == "head" {
        return Ok(indexer::Target::Head);
    }
    text.parse()
        .map(indexer::Target::Block)
        .map_err(|_| "give a block number, or `head`".to_owned())
}

/// Runs the command and turns its outcome into an exit code.
pub async fn run(cli: Cli) -> ExitCode {
    match execute(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(
                clippy::print_stderr,
                reason = "the last word of a command belongs to the person who ran it"
            )]
            {
                eprintln!("sooho: {error}");
            }
            error.exit_code()
        }
    }
}

async fn execute(cli: Cli) -> Result<(), Error> {
    // two crypto providers are linked in: TLS wants one named before its first use; a second call changes nothing
    drop(rustls::crypto::ring::default_provider().install_default());
    let config = Config::load(cli.config.as_deref())?;
    observe::logging::init(&config.log.filter, config.log.format).map_err(Error::Invalid)?;
    match cli.command {
        Command::Up(ServicesArgs { services }) => up::run(&config, &services).await,
        Command::Index(IndexArgs { to: Some(to), .. }) => commands::index::run(&config, to).await,
        Command::Index(IndexArgs { to: None, json, .. }) => {
            commands::estimate::run(&config, json).await
        }
        Command::Backup { to, chain } => {
            commands::backup::run(&config, chain.as_deref(), &to).await
        }
        Command::Restore { from, chain } => {
            commands::restore::run(&config, chain.as_deref(), &from).await
        }
        Command::Reindex { collection, chain } => {
            commands::reindex::run(&config, chain.as_deref(), &collection).await
        }
        Command::Rewind(RewindArgs { to: Some(to), chain, .. }) => {
            commands::rewind::run(&config, chain.as_deref(), to).await
        }
        Command::Rewind(RewindArgs { to: None, chain, yes, .. }) => {
            commands::rewind::drop_chain(&config, chain.as_deref(), yes).await
        }
        Command::Verify(VerifyArgs { chain, block, sample, seed, json }) => {
            let scope = commands::verify::scope(sample, seed, block);
            commands::verify::run(&config, chain.as_deref(), scope, json).await
        }
        Command::Config(ConfigArgs { command: ConfigCommand::Check { offline } }) => {
            commands::check::run(&config, offline).await
        }
        Command::Prices(args) => commands::prices::run(&config, args).await,
        Command::Keys(args) => commands::keys::run(&config, args).await,
        Command::Status => commands::status::run(&config).await,
        Command::Health(HealthArgs { services, ready }) => {
            let question = if ready { Question::Ready } else { Question::Alive };
            commands::health::run(&config, &services.services, question).await
        }
    }
}

//! The command line.

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::{commands, config::Config, error::Error, service::Service, up};

/// Index DEX pools and NFT collections of EVM chains into MongoDB, and serve them by GraphQL and REST.
///
/// Exit codes: 0 done, 1 a service failed, 2 wrong command line, 3 configuration, 4 chain or endpoint, 5 database,
/// 6 nothing is running.
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
    Up {
        /// Services to run, separated by commas
        #[arg(long = "service", value_delimiter = ',', value_enum, default_values_t = Service::ALL)]
        services: Vec<Service>,
    },
    /// Index up to a block, then exit; continues where the last run ended
    Index {
        /// A block number, or `head`
        #[arg(long, value_name = "BLOCK|head", value_parser = parse_target)]
        to: indexer::Target,
    },
    /// Work with the configuration
    Config(ConfigArgs),
    /// Show where a running sooho stands
    Status,
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
        Command::Up { services } => up::run(&config, &services).await,
        Command::Index { to } => commands::index::run(&config, to).await,
        Command::Config(ConfigArgs { command: ConfigCommand::Check { offline } }) => {
            commands::check::run(&config, offline).await
        }
        Command::Status => commands::status::run(&config).await,
    }
}

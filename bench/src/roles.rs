//! The hidden verbs: each is a process that does one thing and says what it cost.

mod book;
mod fetch;
mod indexer;
mod insert;
mod node;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Subcommand;
use serde::{Deserialize, Serialize};

use crate::process::Usage;
use crate::say;

/// A process of the bench.
#[derive(Debug, Subcommand)]
pub enum Role {
    /// Serve a recording until standard input ends.
    #[command(hide = true)]
    Node {
        /// The recording.
        #[arg(long)]
        recording: PathBuf,
    },
    /// Load the made pools of a database into memory.
    #[command(hide = true)]
    Book {
        /// Where the server is.
        #[arg(long)]
        uri: String,
    },
    /// Limit (a): the indexer's requests, fetched, parsed and thrown away.
    #[command(hide = true)]
    Fetch {
        /// Configuration of sooho.
        #[arg(long)]
        config: PathBuf,
    },
    /// The real thing: `sooho` with these arguments.
    #[command(hide = true)]
    Indexer {
        /// What follows `sooho`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Limit (b): the documents of a finished database, inserted into an empty one.
    #[command(hide = true)]
    Insert {
        /// Where the server is.
        #[arg(long)]
        uri: String,
        /// Folder with a file of documents for each collection.
        #[arg(long)]
        dump: PathBuf,
    },
}

/// Where a node answers.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ready {
    /// Its URL.
    pub url: String,
}

/// What a process did and what it cost.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Done {
    /// Wall time of the work itself.
    pub time: Duration,
    /// Of the process at its end.
    pub usage: Usage,
    /// Logs fetched, or documents inserted.
    pub items: u64,
    /// Blocks fetched.
    pub blocks: u64,
}

/// Does what the role is and says what it cost.
///
/// # Errors
/// When it could not be done.
pub async fn run(role: Role) -> Result<()> {
    match role {
        Role::Node { recording } => node::run(&recording).await,
        Role::Book { uri } => say::answer(&book::run(&uri).await?),
        Role::Fetch { config } => say::answer(&fetch::run(&config).await?),
        Role::Indexer { arguments } => say::answer(&indexer::run(&arguments).await?),
        Role::Insert { uri, dump } => say::answer(&insert::run(&uri, &dump).await?),
    }
}

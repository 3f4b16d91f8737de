//! What can go wrong with a local chain, and what to do about it.

use std::path::PathBuf;

/// Why the local chain could not be started, used or recorded.
#[derive(Debug, thiserror::Error)]
pub enum DevchainError {
    /// No anvil anywhere.
    #[error(
        "anvil not found at {searched}: run `cargo xtask setup`, or set SOOHO_ANVIL to an anvil binary"
    )]
    AnvilMissing {
        /// The last place looked at.
        searched: PathBuf,
    },
    /// anvil ended before it answered.
    #[error("anvil ended while starting ({status}); it said: {log}")]
    AnvilDied {
        /// Its exit status.
        status: String,
        /// The end of what it printed.
        log: String,
    },
    /// anvil runs but does not answer.
    #[error(
        "anvil did not answer on {url} within {seconds} s; is the machine overloaded? it said: {log}"
    )]
    AnvilSilent {
        /// Where it should answer.
        url: String,
        /// How long was waited.
        seconds: u64,
        /// The end of what it printed.
        log: String,
    },
    /// A compiled contract is missing or not in the expected form.
    #[error(
        "compiled contract {path}: {reason}; run `cargo xtask setup`, or set SOOHO_CONTRACTS to a node_modules folder with the packages of crates/devchain/npm"
    )]
    Artifact {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file or folder of ours.
    #[error("{what} {path}: {source}")]
    File {
        /// What was tried.
        what: &'static str,
        /// On which file.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// A JSON file of ours cannot be read.
    #[error("{path} is not a file that devchain wrote, or it was cut off ({reason}); make it anew")]
    Format {
        /// The file.
        path: PathBuf,
        /// Where reading stopped.
        reason: String,
    },
    /// The endpoint refused a request or cannot be reached.
    #[error("{method} at {url}: {reason}")]
    Rpc {
        /// The JSON-RPC method.
        method: String,
        /// The endpoint.
        url: String,
        /// Its answer, or why there was none.
        reason: String,
    },
    /// An endpoint address that is no URL.
    #[error("{url} is not a URL: {reason}; give it as http://HOST:PORT")]
    Url {
        /// What was given.
        url: String,
        /// Why it was refused.
        reason: String,
    },
    /// A contract answered with something that does not decode.
    #[error(
        "the answer of {what} does not decode ({reason}); is this chain one that `devchain` deployed?"
    )]
    Answer {
        /// Which call.
        what: &'static str,
        /// The decoder's complaint.
        reason: String,
    },
    /// A transaction that must succeed did not.
    #[error(
        "{what} failed in block {block}; the chain is not as the deployment says: start it afresh"
    )]
    Reverted {
        /// Which step.
        what: String,
        /// In which block.
        block: u64,
    },
    /// Somebody else mined or rolled back meanwhile.
    #[error(
        "block {block} holds {mined} transactions instead of {expected}: something else moved the chain meanwhile; run it again"
    )]
    Interrupted {
        /// The block.
        block: u64,
        /// Transactions sent.
        expected: usize,
        /// Transactions found.
        mined: usize,
    },
    /// A signature could not be made.
    #[error("signing for {account}: {reason}")]
    Signing {
        /// The account.
        account: String,
        /// The signer's complaint.
        reason: String,
    },
    /// A reorg deeper than the chain.
    #[error(
        "cannot reorg {depth} blocks at block {head}: at most {possible} blocks lie above the deployment"
    )]
    TooDeep {
        /// Blocks asked for.
        depth: u64,
        /// The head.
        head: u64,
        /// Blocks that can be replaced.
        possible: u64,
    },
}

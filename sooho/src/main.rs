//! `sooho`: index a DEX and NFT collections into MongoDB and serve them.

use std::{
    io::{Write as _, stderr},
    process::ExitCode,
};

use clap::Parser;
use tokio::runtime::Builder;

/// Stack of a worker in bytes: a deep GraphQL query is resolved field inside of field, and takes up to 240 kB a level in builds that
/// are not optimised. What is not used costs nothing.
const STACK: usize = 16 << 20;

fn main() -> ExitCode {
    match Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build() {
        Ok(runtime) => runtime.block_on(sooho::cli::run(sooho::cli::Cli::parse())),
        Err(error) => {
            // nobody is there to tell it better
            drop(writeln!(stderr(), "error: the system gives no threads: {error}"));
            ExitCode::FAILURE
        }
    }
}

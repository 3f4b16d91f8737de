//! `devchain`: a local chain of real parts, and recordings of chains served again.

mod cli;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    cli::run().await
}

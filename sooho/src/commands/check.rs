//! `sooho config check`.

use crate::{chains, config::Config, error::Error};

/// Asks each chain's endpoints which chain they serve.
///
/// # Errors
/// The first fault found.
#[expect(clippy::print_stdout, reason = "the answer of a command")]
pub async fn run(config: &Config, offline: bool) -> Result<(), Error> {
    for chain in &config.chain {
        let client = chains::client(chain)?;
        if offline {
            continue;
        }
        let head = client.latest_block().await?;
        println!("chain {} ({}): head {} {}", chain.name, chain.id, head.number, head.hash);
    }
    println!(
        "configuration is good: {} chain(s), store {}",
        config.chain.len(),
        chains::store_name(config)
    );
    Ok(())
}

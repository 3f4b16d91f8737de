//! `sooho status`.

use std::time::Duration;

use serde_json::Value;

use crate::{config::Config, error::Error};

/// Asks the running services where they stand and prints it.
///
/// # Errors
/// [`Error::NotRunning`] when none answers.
#[expect(clippy::print_stdout, reason = "the answer of a command")]
pub async fn run(config: &Config) -> Result<(), Error> {
    let services = [
        ("serving", config.serving.listen),
        ("nft-api", config.nft_api.listen),
        ("indexer", config.indexer.listen),
    ];
    let mut last = None;
    let mut running = 0;
    for (name, address) in services {
        let url = format!("http://{address}/status");
        match ask(&url).await {
            Ok(status) => {
                running += 1;
                println!("{name} at http://{address}");
                println!("{status:#}");
            }
            Err(error) => {
                println!("{name} at http://{address}: not running");
                last = Some(error);
            }
        }
    }
    match last {
        Some(error) if running == 0 => Err(error),
        _ => Ok(()),
    }
}

async fn ask(url: &str) -> Result<Value, Error> {
    let not_running = |error: reqwest::Error| Error::NotRunning {
        url: url.to_owned(),
        reason: error.to_string(),
    };
    let client =
        reqwest::Client::builder().timeout(Duration::from_secs(3)).build().map_err(not_running)?;
    let answer = client.get(url).send().await.map_err(not_running)?;
    answer.json().await.map_err(not_running)
}

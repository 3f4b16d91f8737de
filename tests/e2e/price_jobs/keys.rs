//! A key goes to its source and nowhere else.

use std::process::{Command, Output};

use anyhow::{Result, ensure};
use market_fixture::{Api, Fault};
use tests::process::executable;

use super::bed::Bed;

const KEY: &str = "CG-s3cret+key/1";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_in_no_log_and_no_document_however_the_source_fails() -> Result<()> {
    let bed = Bed::start().await?;
    let mut config = bed.config("keys", "")?;
    for token in &mut config.prices.tokens {
        if token.symbol == "WETH" {
            token.feeds.coingecko = "ethereum".into();
        }
    }
    config.log.filter = "debug".into();
    config.prices.coingecko.deadline_s = 3;
    config.prices.coingecko.per_minute = 600;
    let file = bed.file(&config)?;
    let ask = || -> Result<Output> {
        let mut command = Command::new(executable()?);
        command.arg("--config").arg(&file).args(["prices", "run", "coingecko"]);
        Ok(command.env("SOOHO_PRICES__COINGECKO__KEY", KEY).env("RUST_BACKTRACE", "1").output()?)
    };
    let faults = [
        Fault::EchoesKey,
        Fault::Status(429, Some("1".into())),
        Fault::Status(502, None),
        Fault::Html,
        Fault::Cut,
        Fault::Redirect("http://127.0.0.1:9/elsewhere".into()),
    ];
    for fault in faults {
        bed.server.always(Api::CoinGecko, [fault.clone()]);
        let output = ask()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.code() == Some(1), "{fault:?}: {}: {text}", output.status);
        ensure!(text.contains("coingecko"), "{fault:?}: {text}");
        ensure!(!text.contains(KEY) && !text.contains("s3cret"), "{fault:?}: {text}");
    }
    let asked = bed.server.asked(Api::CoinGecko);
    ensure!(
        asked.iter().any(|asked| asked.header("x-cg-demo-api-key") == Some(KEY)),
        "no key was sent"
    );
    let store = bed.store("keys").await?;
    let job = store.market().reader().job("coingecko").await?;
    let stored = format!("{job:?}");
    ensure!(stored.contains("coingecko wants no calls"), "no run is noted: {stored}");
    ensure!(!stored.contains("s3cret"), "the key is stored");
    bed.stop().await;
    Ok(())
}

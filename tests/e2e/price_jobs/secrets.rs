//! Keys of sources are in nothing that a running service writes or tells, at the most talkative level of its log.

use std::{process::Command, time::Duration};

use anyhow::{Result, ensure};
use api_kit::access::KeyScope;
use market_fixture::{Api, Fault, PriceServer, Print};
use tests::{
    keys::{get_as, key},
    process::{Services, executable},
    world::World,
};

use super::{
    bed::{WETH, now},
    watched::{prices, until},
};

const COINGECKO: &str = "CG-s3cret+key/1";
const DEFILLAMA: &str = "h1dden-Ll4ma";
/// What of them would be seen in whatever way they are written.
const TELLING: [&str; 2] = ["s3cret", "h1dden"];
const KEYS: [(&str, &str); 3] = [
    ("SOOHO_PRICES__COINGECKO__KEY", COINGECKO),
    ("SOOHO_PRICES__DEFILLAMA__KEY", DEFILLAMA),
    ("SOOHO_PRICES__DEFILLAMA__PAID", "true"),
];

fn check(place: &str, text: &str) -> Result<()> {
    for telling in TELLING {
        let line = text.lines().find(|line| line.contains(telling));
        ensure!(line.is_none(), "a key is in {place}: {line:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_key_is_told_by_a_service_that_runs_with_everything_logged() -> Result<()> {
    let world = World::start().await?;
    world.traffic(3, 1).await?;
    let server = PriceServer::start().await?;
    let mut config = world.config("secrets")?;
    config.log.filter = "trace".into();
    config.prices = prices(&server)?;
    config.prices.pyth.stream = true;
    config.prices.defillama.enabled = true;
    config.prices.coingecko.base_url += "/api/v3";
    config.prices.repair = "*/5 * * * * *".into();
    for section in [&mut config.prices.coingecko, &mut config.prices.defillama] {
        (section.cron, section.jitter_ms) = ("* * * * * *".into(), 0);
        (section.per_minute, section.deadline_s) = (600, 4);
    }
    for token in &mut config.prices.tokens {
        if token.symbol == "WETH" {
            token.feeds.coingecko = "ethereum".into();
        }
    }
    server.say(Api::CoinGecko, "ethereum", Print::new("2450.1", now()));
    // all ways to fail, those that open the circuit last
    for fault in [
        Fault::EchoesKey,
        Fault::Redirect(format!("http://127.0.0.1:9/{COINGECKO}/{DEFILLAMA}")),
        Fault::Html,
        Fault::Status(502, None),
        Fault::Cut,
        Fault::OddEncoding,
    ] {
        server.fault(Api::CoinGecko, [fault.clone()]);
        server.fault(Api::DefiLlama, [fault]);
    }
    let services = Services::up_with(&config, world.folder.path(), &KEYS).await?;
    let store = world.store(&config.store.database).await?;
    let (client, admin) = (reqwest::Client::new(), key(&store, &[KeyScope::Admin]).await?);
    until("questions", async || {
        let enough = |api| server.asked(api).len() >= 6;
        Ok(enough(Api::CoinGecko) && enough(Api::DefiLlama))
    })
    .await?;
    // the faulty answers are read, and the sheet after them made
    tokio::time::sleep(Duration::from_secs(2)).await;
    for path in [
        format!("{}/metrics", services.indexer),
        format!("{}/metrics", services.serving),
        format!("{}/admin/prices/jobs", services.indexer),
        format!("{}/v1/prices/{WETH}", services.serving),
        format!("{}/v1/prices/{WETH}/observations", services.serving),
        format!("{}/status", services.serving),
    ] {
        let text = client.get(&path).bearer_auth(&admin).send().await?.text().await?;
        ensure!(!text.is_empty(), "{path}");
        check(&path, &text)?;
    }
    let jobs =
        get_as(&admin, &format!("{}/admin/prices/jobs", services.indexer)).await?.to_string();
    ensure!(jobs.contains("coingecko") && jobs.contains("defillama"), "{jobs}");
    services.terminate().await?;

    // they were used, one in a header and one in a path
    ensure!(
        server
            .asked(Api::CoinGecko)
            .iter()
            .any(|asked| asked.header("x-cg-demo-api-key") == Some(COINGECKO))
    );
    ensure!(server.asked(Api::DefiLlama).iter().any(|asked| asked.path.contains(DEFILLAMA)));
    let log = std::fs::read_to_string(world.folder.path().join("up.log"))?;
    ensure!(log.contains("TRACE") && log.contains("coingecko"), "not everything was logged");
    check("the log", &log)?;
    for arguments in [&["config", "check", "--offline"][..], &["prices", "run", "coingecko"]] {
        let output = Command::new(executable()?)
            .arg("--config")
            .arg(world.folder.path().join("secrets.toml"))
            .args(arguments)
            .envs(KEYS)
            .output()?;
        let text =
            String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        ensure!(text.contains("coingecko") || text.contains("config"), "{arguments:?}: {text}");
        check(&arguments.join(" "), &text)?;
    }
    world.stop().await
}

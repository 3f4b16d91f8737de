//! What is refused before a file begins is an ordinary answer with a code.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::{process::Services, world::World};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::text::File;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_a_file_is_refused() -> Result<()> {
    let world = World::start().await?;
    world.traffic(20, 3).await?;
    let mut config = world.config("refusals")?;
    config.serving.export.max_rows = 9;
    let services = Services::up(&config, world.folder.path()).await?;
    services.wait_for_block(world.truth()?.head().await?).await?;
    let ask = |path: &str| {
        let url = format!("{}{path}", services.serving);
        async move { File::get(&url, &[("accept", "text/csv")]).await }
    };
    for (path, status, code) in [
        ("/v1/swaps?format=xml", 400, "FORMAT_INVALID"),
        ("/v1/swaps?format=csv&format=csv", 400, "QUERY_INVALID"),
        ("/v1/swaps?format=csv&first=10", 400, "PAGE_SIZE_INVALID"),
        ("/v1/swaps?format=csv&first=0", 400, "PAGE_SIZE_INVALID"),
        ("/v1/swaps?format=csv&first=-1", 400, "PAGE_SIZE_INVALID"),
        ("/v1/swaps?format=csv&first=1e9", 400, "PAGE_SIZE_INVALID"),
        ("/v1/swaps?format=csv&after=00", 400, "CURSOR_INVALID"),
        ("/v1/swaps?format=csv&chain=5", 404, "CHAIN_UNSUPPORTED"),
        ("/v1/swaps?format=csv&asOfBlock=99999999", 422, "BLOCK_IN_FUTURE"),
        ("/v1/pools?format=csv&orderBy=tvl&asOfBlock=10", 422, "AS_OF_UNSUPPORTED"),
        ("/v1/swaps?format=csv&nonsense=1", 400, "QUERY_INVALID"),
        ("/v1/chains?format=csv", 400, "FORMAT_UNSUPPORTED"),
        ("/v1/dexes?format=ndjson", 400, "FORMAT_UNSUPPORTED"),
    ] {
        let answer = ask(path).await?;
        let problem: Value = serde_json::from_str(&answer.text)?;
        ensure!(answer.status == status && problem["code"] == code, "{path}: {answer:?}");
        ensure!(answer.header("content-type") == "application/problem+json", "{path}: {answer:?}");
    }
    // who only would like a file gets JSON where there is none
    let chains = ask("/v1/chains").await?;
    ensure!(chains.status == 200 && chains.header("content-type") == "application/json");
    // a list that is longer than a file may be
    let lines = ask("/v1/swaps?format=ndjson").await?;
    let (rows, last) = lines.lines()?;
    let next = last["end"]["next"].as_str().unwrap_or_default();
    ensure!(lines.whole && rows.len() == 9 && last["end"]["complete"] == false, "{last}");
    let rest = ask(&format!("/v1/swaps?format=csv&first=9&after={next}")).await?;
    ensure!(rest.whole && rest.table()?.1.len() == 9, "{rest:?}");
    let csv = ask("/v1/swaps").await?;
    let (_, table) = csv.table()?;
    ensure!(!csv.whole && table.len() == 9, "CSV that is not whole ends well: {csv:?}");
    ensure!(table[8].last().is_some_and(|cursor| cursor == next), "{table:?}");
    old_readers(&services.serving).await?;
    services.terminate().await?;
    world.stop().await
}

/// To who speaks HTTP/1.0 a body that is cut looks whole: CSV is refused, and NDJSON says itself that it is not.
async fn old_readers(base: &str) -> Result<()> {
    let address = base.strip_prefix("http://").context("an address")?;
    let ask = async |path: &str| -> Result<(String, String)> {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        let (head, body) = answer.split_once("\r\n\r\n").context("a head")?;
        Ok((head.to_ascii_lowercase(), body.to_owned()))
    };
    for path in ["/v1/swaps?format=csv", "/v1/swaps?format=csv&first=9"] {
        let (head, body) = ask(path).await?;
        let problem: Value = serde_json::from_str(&body)?;
        ensure!(head.starts_with("http/1.0 400"), "{head}");
        ensure!(problem["code"] == "HTTP_VERSION_UNSUPPORTED", "{problem}");
    }
    let (head, body) = ask("/v1/swaps?format=ndjson").await?;
    let last: Value = serde_json::from_str(body.lines().last().unwrap_or_default())?;
    ensure!(head.starts_with("http/1.0 200") && last["end"]["complete"] == false, "{head} {last}");
    ensure!(ask("/v1/swaps").await?.0.starts_with("http/1.0 200"));
    Ok(())
}

//! A node that takes in a block may answer with the state of that one, although it was asked for the block before by its
//! hash (anvil does). Such an answer is no difference between the store and the chain; one that is always given is.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use anyhow::{Context, Result, ensure};
use axum::{Router, extract::State, routing::post};
use indexer::Target;
use serde_json::{Value, json};
use tests::{
    process::{run, write_config},
    world::World,
};
use tokio::{net::TcpListener, task::JoinHandle};

/// A node in front of another one.
struct Hasty {
    url: String,
    /// So many more requests for the state of a block are answered with that of a newer one.
    wrong: Arc<AtomicU32>,
    task: JoinHandle<std::io::Result<()>>,
}

#[derive(Clone)]
struct Upstream {
    url: String,
    asked: String,
    newer: String,
    wrong: Arc<AtomicU32>,
}

impl Hasty {
    async fn new(upstream: &str, asked: String, newer: String) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let wrong = Arc::new(AtomicU32::new(0));
        let state = Upstream { url: upstream.into(), asked, newer, wrong: Arc::clone(&wrong) };
        let routes = Router::new().route("/", post(forward)).with_state(state);
        let task = tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(Self { url, wrong, task })
    }
}

impl Drop for Hasty {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn forward(State(node): State<Upstream>, body: String) -> Result<String, String> {
    let left = |wrong: u32| wrong.checked_sub(1);
    let lies = body.contains("\"eth_call\"")
        && node.wrong.fetch_update(Ordering::SeqCst, Ordering::SeqCst, left).is_ok();
    let body = if lies { body.replace(&node.asked, &node.newer) } else { body };
    ask(&node.url, body).await.map_err(|error| error.to_string())
}

async fn ask(url: &str, body: String) -> Result<String> {
    let request = reqwest::Client::new().post(url).header("content-type", "application/json");
    Ok(request.body(body).send().await?.text().await?)
}

async fn hash(world: &World, block: u64) -> Result<String> {
    let params = json!([format!("{block:#x}"), false]);
    let body =
        json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_getBlockByNumber", "params": params });
    let answer: Value = serde_json::from_str(&ask(&world.chain.url(), body.to_string()).await?)?;
    Ok(answer["result"]["hash"].as_str().context("no such block")?.to_owned())
}

#[tokio::test]
async fn a_difference_is_asked_about_again_before_it_is_believed() -> Result<()> {
    let world = World::start().await?;
    world.traffic(40, 3).await?;
    world.index("asked", Target::Head).await?;
    let stored = world.truth()?.head().await?;
    world.traffic(10, 4).await?;
    let newest = world.truth()?.head().await?;
    let hashes = (hash(&world, stored).await?, hash(&world, newest).await?);
    let node = Hasty::new(&world.chain.url(), hashes.0, hashes.1).await?;
    let mut config = world.config("asked")?;
    config.chain[0].rpc = vec![node.url.clone()];
    let path = write_config(&config, world.folder.path())?;
    // a process beside this one, whose node is in this one
    let verify = async |wrong| {
        node.wrong.store(wrong, Ordering::SeqCst);
        let path = path.clone();
        let ended = tokio::task::spawn_blocking(move || run(&path, &["verify", "--sample", "all"]));
        let output = ended.await??;
        let said = [&output.stdout[..], &output.stderr].concat();
        anyhow::Ok((output.status.code(), String::from_utf8_lossy(&said).into_owned()))
    };

    let (code, said) = verify(0).await?;
    ensure!(code == Some(0) && !said.contains("two answers"), "{code:?}: {said}");
    let (code, said) = verify(1).await?;
    ensure!(code == Some(0) && said.contains("two answers"), "{code:?}: {said}");
    let (code, said) = verify(u32::MAX).await?;
    ensure!(code == Some(8) && said.contains("reserves: "), "{code:?}: {said}");
    drop(node);
    world.stop().await
}

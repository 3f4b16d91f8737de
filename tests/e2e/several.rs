//! Several chains in one service, and several services beside each other: who asks names the chain, and whichever replica answers
//! says the same.

use anyhow::{Context, Result, ensure};
use devchain::{Anvil, AnvilOptions, Traffic};
use serde_json::{Value, json};
use sooho::config::{ChainConfig, Config};
use tests::{
    process::{Services, free_address, get, write_config},
    single::Single,
    world::World,
};

use crate::subscriptions::client::Subscriber;

const OTHER: u64 = 4_242;
const CHAIN: &str = "subscription($chain: Int) { chain(chain: $chain) { retracted { hash }
    chain { chainId swapCount block { number hash } } } }";

/// A second chain with other traffic, and its section of the configuration.
struct Other {
    anvil: Anvil,
    head: u64,
    config: ChainConfig,
}

impl Other {
    async fn start(world: &World) -> Result<Self> {
        let options = AnvilOptions { chain_id: OTHER, ..AnvilOptions::default() };
        let anvil = Anvil::start(options).await?;
        let deployment = devchain::deploy(&anvil.url()).await?;
        ensure!(deployment.v3_factory == world.deployment.v3_factory, "other places");
        Traffic::new(&anvil.url(), &deployment, 77).run(15).await?;
        let rpc = vec![anvil.url()];
        let config = ChainConfig { name: "other".into(), id: OTHER, rpc, ..world.chain_config() };
        let client = chain::Client::new(OTHER, &[anvil.url()])?;
        let head = client.latest_block().await?.number;
        Ok(Self { anvil, head, config })
    }
}

/// A replica of the API alone.
async fn replica(world: &World, config: &Config) -> Result<Single> {
    let mut config = config.clone();
    config.serving.listen = free_address()?;
    let folder = world.folder.path().join("replica");
    std::fs::create_dir_all(&folder)?;
    let path = write_config(&config, &folder)?;
    Single::start(&path, "serving", config.serving.listen, &folder).await
}

/// The answer and what says which state it is of.
async fn asked(base: &str, path: &str) -> Result<(Value, Option<String>)> {
    let answer = reqwest::get(format!("{base}{path}")).await?;
    let tag = answer.headers().get("etag").and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    Ok((answer.json().await?, tag))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn chains_stand_beside_each_other_and_replicas_agree() -> Result<()> {
    let world = World::start().await?;
    world.traffic(25, 3).await?;
    let other = Other::start(&world).await?;
    let mut config = world.config("several")?;
    config.chain.push(other.config.clone());
    let services = Services::up(&config, world.folder.path()).await?;
    let beside = replica(&world, &config).await?;
    let bases = [services.serving.as_str(), beside.base.as_str()];
    let ids = [world.deployment.chain_id, OTHER];
    let heads = [world.truth()?.head().await?, other.head];
    for (id, head) in ids.into_iter().zip(heads) {
        for base in bases {
            until(base, id, head).await?;
        }
    }

    // with several, a request names its chain
    for path in ["/v1/pools", "/v1/swaps", "/v1/tokens/0x0000000000000000000000000000000000000000"]
    {
        let (refused, _) = asked(bases[0], path).await?;
        ensure!(refused["code"] == "CHAIN_REQUIRED", "{path}: {refused}");
        ensure!(refused["detail"].as_str().is_some_and(|text| text.contains("4242")), "{refused}");
        let (refused, _) = asked(bases[0], &format!("{path}?chain=5")).await?;
        ensure!(refused["code"] == "CHAIN_UNSUPPORTED", "{path}: {refused}");
    }

    // each has its own rows, and both replicas the same of them
    let mut swaps = Vec::new();
    for (id, head) in ids.into_iter().zip(heads) {
        let pools =
            asked(bases[0], &format!("/v1/pools?chain={id}&orderBy=swaps&first=1")).await?.0;
        let pool = pools["items"][0]["id"].as_str().with_context(|| pools.to_string())?.to_owned();
        for path in [
            format!("/v1/pools?chain={id}&first=100"),
            format!("/v1/swaps?first=100&chain={id}"),
            format!("/v1/pools/{pool}?chain={id}"),
            format!("/v1/pools/{pool}/candles?resolution=1m&chain={id}"),
            format!("/v1/pools/{pool}/hours?chain={id}"),
            format!("/coingecko/tickers?chain={id}"),
        ] {
            let (one, tag) = asked(bases[0], &path).await?;
            let (two, other_tag) = asked(bases[1], &path).await?;
            ensure!(one == two, "{path}: {one} is not {two}");
            ensure!(tag == other_tag, "{path}: {tag:?} is not {other_tag:?}");
            if path.starts_with("/v1") {
                ensure!(one["block"]["number"] == head, "{path}: {one}");
            }
        }
        let (page, _) = asked(bases[0], &format!("/v1/swaps?first=1&chain={id}")).await?;
        swaps.push(page["items"][0].clone());
    }
    ensure!(swaps[0]["txHash"] != swaps[1]["txHash"], "{swaps:?}");

    // in one document, too: each list is of its own chain's block
    let lists = ids.map(|id| {
        format!("c{id}: swaps(chain: {id}, first: 1) {{ totalCount block {{ number }} nodes {{ id txHash pool {{ chainId }} }} }}")
    });
    let document = format!("{{ chains {{ chainId swapCount }} {} {} }}", lists[0], lists[1]);
    let answer = services.graphql(&document).await?;
    for ((id, head), swap) in ids.into_iter().zip(heads).zip(&swaps) {
        let list = &answer[format!("c{id}")];
        ensure!(list["block"]["number"] == head, "{answer}");
        ensure!(list["nodes"][0]["txHash"] == swap["txHash"], "{answer}");
        ensure!(list["nodes"][0]["pool"]["chainId"] == id, "{answer}");
        let chains = answer["chains"].as_array().context("chains")?;
        let chain = chains.iter().find(|chain| chain["chainId"] == id).context("a chain")?;
        ensure!(chain["swapCount"] == list["totalCount"], "{answer}");
    }
    news(&world, bases).await?;
    drop(beside);
    services.terminate().await?;
    other.anvil.stop().await?;
    world.stop().await
}

/// Waits until a service has a block of a chain.
async fn until(base: &str, chain: u64, head: u64) -> Result<()> {
    for _ in 0..600 {
        let answer = get(&format!("{base}/v1/chains")).await?;
        let chains = answer["chains"].as_array().context("chains")?;
        let found = chains.iter().find(|one| one["chainId"] == chain);
        if found.is_some_and(|one| one["block"]["number"] == head) {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    anyhow::bail!("{base} does not come to block {head} of chain {chain}")
}

/// What happens on one chain is told by every replica, reorgs too, and not to those who listen to the other.
async fn news(world: &World, bases: [&str; 2]) -> Result<()> {
    let mut subscribers = Vec::new();
    for base in bases {
        let mut subscriber = Subscriber::connect(base).await?;
        for (name, id) in [("one", world.deployment.chain_id), ("two", OTHER)] {
            subscriber.subscribe(name, CHAIN, &json!({ "chain": id })).await?;
            let first = subscriber.answer_to(name).await?;
            ensure!(first["data"]["chain"]["chain"]["chainId"] == id, "{first}");
        }
        subscribers.push(subscriber);
    }
    world.traffic(3, 91).await?;
    devchain::reorg_with_traffic(&world.chain.url(), &world.deployment, 2, 3, 92).await?;
    let client = chain::Client::new(world.deployment.chain_id, &[world.chain.url()])?;
    let head = client.latest_block().await?;
    let mut told = Vec::new();
    for subscriber in &mut subscribers {
        let mut last = Value::Null;
        while last["chain"]["block"]["hash"] != format!("{:#x}", head.hash) {
            last = subscriber.answer_to("one").await?["data"]["chain"].clone();
        }
        told.push(last["chain"].clone());
        ensure!(subscriber.waiting("two").await?.is_empty(), "the other chain stands still");
    }
    ensure!(told[0] == told[1], "{told:?}");
    Ok(())
}

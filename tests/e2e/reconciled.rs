//! Locked value by balances: what the contracts say, and the difference to the sum of events.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use abis::periphery::TestToken;
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use anyhow::{Context, Result, ensure};
use chain::Client;
use domain::{
    decimal::Decimal,
    entity::{Pool, Protocol},
    ids::PoolId,
    reconciled::Reconciled,
    row::LiquidityKind,
};
use indexer::{Reconcile, Target, reconcile::Summary};
use serde_json::{Value, json};
use store::{LiquidityQuery, PoolQuery, Snapshot, Store};
use tests::{
    process::{Services, get, metric},
    world::World,
};

/// A world, indexed up to its head.
struct Setup {
    world: World,
    store: Store,
}

impl Setup {
    async fn new() -> Result<Self> {
        let world = World::start().await?;
        world.traffic(60, 11).await?;
        let store = world.index("reconciled", Target::Head).await?;
        Ok(Self { world, store })
    }

    async fn run(&self, most: usize) -> Result<Summary> {
        let config = self.world.chain_config();
        let client = Client::new(config.id, &config.rpc)?;
        let reconcile = Reconcile::new(&config.indexer(), client, self.store.reader(), most);
        let lease = self.store.acquire(config.id, Duration::from_secs(5)).await?;
        let found = reconcile.run(&self.store.writer(&lease)).await?;
        lease.release().await?;
        found.context("there is something to reconcile")
    }

    async fn snapshot(&self) -> Result<Snapshot> {
        let found = self.store.reader().snapshot(self.world.deployment.chain_id).await?;
        found.context("something is stored")
    }

    async fn pools(&self) -> Result<Vec<Pool>> {
        let query = PoolQuery { limit: 500, ..PoolQuery::default() };
        Ok(self.snapshot().await?.pools(&query).await?)
    }

    async fn reconciled(&self) -> Result<BTreeMap<PoolId, Reconciled>> {
        let ids: Vec<_> = self.pools().await?.iter().map(|pool| pool.id).collect();
        let found = self.snapshot().await?.reconciled(&ids).await?;
        Ok(found.into_iter().map(|found| (found.pool, found)).collect())
    }

    /// Whether somebody borrowed from the pool: the fee is in no event that counts.
    async fn lent(&self, pool: PoolId) -> Result<bool> {
        let query = LiquidityQuery { pool: Some(pool), limit: 1_000, ..LiquidityQuery::default() };
        let events = self.snapshot().await?.liquidity(&query).await?;
        Ok(events.iter().any(|event| event.kind == LiquidityKind::Flash))
    }

    /// Mints a token to a pool, behind its back.
    async fn send(&self, token: Address, to: Address, value: U256) -> Result<()> {
        let from = self.world.deployment.deployer;
        let data: Bytes = TestToken::mintCall { to, value }.abi_encode().into();
        rpc(&self.world, "anvil_impersonateAccount", json!([from])).await?;
        let transaction = json!([{ "from": from, "to": token, "data": data, "gas": "0x30d40" }]);
        let hash = rpc(&self.world, "eth_sendTransaction", transaction).await?;
        rpc(&self.world, "evm_mine", json!([])).await?;
        let receipt = rpc(&self.world, "eth_getTransactionReceipt", json!([hash])).await?;
        ensure!(receipt["status"] == "0x1", "nothing was minted: {receipt}");
        Ok(())
    }
}

async fn rpc(world: &World, method: &str, params: Value) -> Result<Value> {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let client = reqwest::Client::new();
    let answer: Value = client.post(world.chain.url()).json(&body).send().await?.json().await?;
    ensure!(answer.get("error").is_none(), "{method}: {answer}");
    Ok(answer["result"].clone())
}

fn is_calm(found: &Reconciled) -> bool {
    found.drift.iter().all(|drift| drift.is_zero())
}

#[tokio::test]
async fn it_is_what_the_tokens_say_and_drifts_exactly_where_something_was_sent() -> Result<()> {
    let setup = Setup::new().await?;
    setup.run(0).await?;
    let (pools, before) = (setup.pools().await?, setup.reconciled().await?);
    ensure!(before.len() == pools.len(), "{} of {} pools", before.len(), pools.len());
    let (truth, block) = (setup.world.truth()?, setup.snapshot().await?.block());
    let mut calm = BTreeMap::new();
    for pool in &pools {
        let found = &before[&pool.id];
        ensure!(found.block == block, "it names its block");
        ensure!(found.locked.iter().all(|amount| !amount.is_negative()), "never negative");
        let PoolId::Contract(address) = pool.id else { continue };
        for (token, amount) in [pool.token0, pool.token1].into_iter().zip(found.amounts) {
            let held = truth.token_balance(token, address, block.number).await?;
            ensure!(amount == held, "{} holds {held} of {token}, not {amount}", pool.id);
        }
        let lent = setup.lent(pool.id).await?;
        ensure!(is_calm(found) != lent, "{}, lent: {lent}, {found:?}", pool.id);
        if !lent && setup.world.deployment.tokens.contains(&pool.token0) {
            calm.insert(pool.protocol, (pool, address));
        }
    }

    // a token is sent to a V2 pair and to a V3 pool
    let mut sent = BTreeMap::new();
    for protocol in [Protocol::V2, Protocol::V3] {
        let (pool, address) = calm.get(&protocol).context("a pool without drift")?;
        let value = before[&pool.id].amounts[0] / U256::from(50) + U256::ONE;
        setup.send(pool.token0, *address, value).await?;
        sent.insert(pool.id, value);
    }
    setup.world.index("reconciled", Target::Head).await?;
    let (summary, after) = (setup.run(0).await?, setup.reconciled().await?);
    for (id, now) in &after {
        let then = &before[id];
        match sent.get(id) {
            None => ensure!(now.drift == then.drift && now.amounts == then.amounts, "{now:?}"),
            Some(value) => {
                ensure!(now.amounts == [then.amounts[0] + value, then.amounts[1]], "{now:?}");
                ensure!(now.drift[0].is_negative() && now.drift[1].is_zero(), "{now:?}");
                ensure!(now.locked[0] + now.drift[0] == then.locked[0], "the sum of events stays");
            }
        }
    }
    for (dex, drifting) in [("uniswap-v2", 1), ("uniswap-v3", 1)] {
        let found = &summary.dexes[dex];
        ensure!(found.told >= drifting && found.unanswered == 0, "{dex}: {found:?}");
        ensure!(found.worst > Decimal::ZERO && found.worst < Decimal::ONE, "{dex}: {found:?}");
    }
    // only the largest are asked when not all may be
    let largest = setup.run(3).await?;
    ensure!(largest.dexes.values().map(|dex| dex.pools).sum::<u64>() == 3, "{largest:?}");
    setup.world.stop().await
}

#[tokio::test]
async fn the_pools_of_v4_come_to_what_their_manager_holds_less_fees() -> Result<()> {
    let setup = Setup::new().await?;
    setup.run(0).await?;
    let (pools, found) = (setup.pools().await?, setup.reconciled().await?);
    let manager = setup.world.deployment.v4_pool_manager;
    let of_v4: Vec<_> = pools.iter().filter(|pool| pool.protocol == Protocol::V4).collect();
    let mut sums = BTreeMap::<Address, U256>::new();
    for pool in &of_v4 {
        for (token, amount) in [pool.token0, pool.token1].into_iter().zip(found[&pool.id].amounts) {
            *sums.entry(token).or_default() += amount;
        }
    }
    let currencies: Vec<_> = sums.keys().copied().collect();
    let snapshot = setup.snapshot().await?;
    let held = snapshot.reconciled_currencies(manager, &currencies).await?;
    ensure!(held.len() == currencies.len() && held.len() > 2, "{held:?}");
    ensure!(held.iter().any(|one| one.currency.is_zero()), "the native currency is one");
    let truth = setup.world.truth()?;
    for one in &held {
        let tokens = snapshot.tokens_by_addresses(&[one.currency]).await?;
        let decimals = tokens.first().and_then(|token| token.decimals).unwrap_or(18);
        let balance = if one.currency.is_zero() {
            truth.native_balance(manager, one.block.number).await?
        } else {
            truth.token_balance(one.currency, manager, one.block.number).await?
        };
        ensure!(one.held == Decimal::from_units(balance, decimals), "{one:?}");
        ensure!(one.in_pools == Decimal::from_units(sums[&one.currency], decimals), "{one:?}");
        // what is beside liquidity are fees: a part of it
        let beside = one.held - one.in_pools;
        ensure!(!beside.is_negative() && beside + beside < one.held, "{one:?}");
    }
    setup.world.stop().await
}

#[tokio::test]
async fn the_job_stores_shows_and_counts_and_a_reorg_takes_back_what_is_of_its_blocks() -> Result<()>
{
    let world = World::start().await?;
    world.traffic(30, 4).await?;
    let mut config = world.config("balances")?;
    config.indexer.reconcile = "* * * * * *".into();
    let services = Services::up(&config, world.folder.path()).await?;
    services.wait_for_block(world.truth()?.head().await?).await?;
    let head = world.truth()?.head().await?;
    wait_for(&services, "sooho_reconciled_block{chain=\"local\"}", head).await?;
    let pools = "sooho_reconciled_pools{chain=\"local\",dex=\"uniswap-v2\"}";
    wait_for(&services, pools, 1).await?;
    let drifting = "sooho_locked_value_drift_pools{chain=\"local\",dex=\"uniswap-v2\"}";
    ensure!(metric(&services.indexer, drifting).await? == Some(0), "plain tokens do not drift");
    for base in [&services.indexer, &services.serving, &services.nft_api] {
        // whoever holds a client shows its endpoints, by host alone
        let endpoint = world.chain.url().trim_start_matches("http://").to_owned();
        let healthy =
            format!("sooho_chain_endpoint_healthy{{chain=\"local\",endpoint=\"{endpoint}\"}}");
        ensure!(metric(base, &healthy).await? == Some(1), "{base} shows {healthy}");
    }
    wait_for(&services, "sooho_chain_requests_total{chain=\"local\"", 1).await?;
    let shown = |answer: &Value| {
        let pools = answer["items"].as_array().cloned().unwrap_or_default();
        pools.into_iter().filter(|pool| pool["reconciled"]["block"].is_object()).count()
    };
    let list = format!("{}/v1/pools", services.serving);
    ensure!(shown(&get(&list).await?) > 5, "pools show their balances");

    // the blocks of the last runs leave the chain; no answer names one of them
    devchain::reorg(&world.chain.url(), 5, true).await?;
    world.traffic(2, 8).await?;
    services.wait_for_block(world.truth()?.head().await?).await?;
    let answer = get(&list).await?;
    for pool in answer["items"].as_array().into_iter().flatten() {
        let block = &pool["reconciled"]["block"];
        if let Some(number) = block["number"].as_u64() {
            let params = json!([format!("{number:#x}"), false]);
            let on_chain = rpc(&world, "eth_getBlockByNumber", params).await?;
            ensure!(on_chain["hash"] == block["hash"], "{pool} is of a block that left");
        }
    }
    services.terminate().await?;
    world.stop().await
}

/// Waits until a metric is at least this.
async fn wait_for(services: &Services, name: &str, least: u64) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let value = metric(&services.indexer, name).await?;
        if value.is_some_and(|value| value >= least) {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "{name} is {value:?}, not {least}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

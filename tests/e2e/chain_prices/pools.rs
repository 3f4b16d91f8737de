//! Prices by our own pools, beside what the chain's logs and contracts come to second by second.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use abis::periphery::{PoolManager, V2Pair, V2Router, V3Pool};
use alloy_primitives::{Address, Bytes, U64, U256};
use alloy_sol_types::{SolCall, SolEvent};
use anyhow::{Context, Result, ensure};
use devchain::{Rpc, accounts, traffic::TOKENS};
use domain::{
    decimal::Decimal,
    entity::{Pool, Protocol},
    ids::PoolId,
    market::Asset,
    pricing::token_prices,
};
use indexer::{
    Target,
    market::pools::{PoolPrice, Pools, PoolsConfig},
};
use market::PriceSource as _;
use serde_json::{Value, json};
use store::Store;
use tests::{truth::Truth, world::World};

mod quiet;

const DATABASE: &str = "pools";
/// Twelve dollars of tickets, then a hundred times as much.
const TICKET: usize = 8;

/// A chain with traffic, indexed up to its head.
struct Setup {
    world: World,
    truth: Truth,
    rpc: Rpc,
    store: Store,
}

impl Setup {
    async fn new(blocks: u64) -> Result<Self> {
        let world = World::start().await?;
        world.traffic(blocks, 23).await?;
        let store = world.index(DATABASE, Target::Head).await?;
        let (truth, rpc) = (world.truth()?, Rpc::new(&world.chain.url())?);
        Ok(Self { world, truth, rpc, store })
    }

    /// Follows the chain to its head; the time of that block in seconds.
    async fn follow(&mut self) -> Result<u64> {
        self.store = self.world.index(DATABASE, Target::Head).await?;
        self.time(self.truth.head().await?).await
    }

    fn pools(&self, config: PoolsConfig, usd: &[(Address, Decimal)]) -> Pools {
        let (chain, usd) = (self.world.deployment.chain_id, usd.to_vec());
        let of = move |asset: Asset| {
            usd.iter().find(|(token, _)| *token == asset.address).map(|(_, usd)| *usd)
        };
        Pools::new(self.store.reader(), chain, config, Arc::new(of))
    }

    async fn time(&self, block: u64) -> Result<u64> {
        let params = json!([U64::from(block), false]);
        let block: Value = self.rpc.request("eth_getBlockByNumber", params).await?;
        Ok(serde_json::from_value::<U64>(block["timestamp"].clone())?.to())
    }

    fn decimals(&self, token: Address) -> u8 {
        let tokens = &self.world.deployment.tokens;
        let found = tokens.iter().position(|known| *known == token);
        found.map_or(18, |index| TOKENS[index].decimals)
    }

    /// What one whole token0 and one whole token1 cost after each block with swaps, by the contract's own word.
    async fn steps(&self, pool: &Pool, to: u64) -> Result<Vec<(u64, [Decimal; 2])>> {
        let (signature, emitter) = match (pool.protocol, pool.id) {
            (Protocol::V2, PoolId::Contract(pair)) => (V2Pair::Swap::SIGNATURE, pair),
            (Protocol::V3, PoolId::Contract(pool)) => (V3Pool::Swap::SIGNATURE, pool),
            _ => (PoolManager::Swap::SIGNATURE, pool.factory),
        };
        let logs = self.truth.logs(signature, &BTreeSet::from([emitter]), to).await?;
        let ours = |id: PoolId, topic| match id {
            PoolId::Key(key) => topic == Some(&key),
            PoolId::Contract(_) => true,
        };
        let blocks: BTreeSet<u64> = logs
            .iter()
            .filter(|log| ours(pool.id, log.topics().get(1)))
            .filter_map(|log| log.block_number)
            .collect();
        let decimals = [pool.token0, pool.token1].map(|token| self.decimals(token));
        let mut steps = Vec::new();
        for block in blocks {
            let sqrt = match (pool.protocol, pool.id) {
                (Protocol::V2, PoolId::Contract(pair)) => {
                    let (reserve0, reserve1) = self.truth.reserves(pair, block).await?;
                    let whole0 = Decimal::from_units(reserve0, decimals[0]);
                    let whole1 = Decimal::from_units(reserve1, decimals[1]);
                    let prices = [whole1.safe_div(whole0), whole0.safe_div(whole1)];
                    steps.push((self.time(block).await?, prices));
                    continue;
                }
                (_, PoolId::Contract(pool)) => self.truth.v3_state(pool, block).await?.0,
                (_, PoolId::Key(pool)) => self.truth.v4_state(pool, block).await?.0,
            };
            let (price0, price1) = token_prices(sqrt, decimals[0], decimals[1]);
            steps.push((self.time(block).await?, [price1, price0]));
        }
        Ok(steps)
    }

    /// One transaction of the first trader in a block of its own, so many seconds after the last one.
    async fn trade(&self, amount: U256, path: Vec<Address>, after: u64) -> Result<()> {
        let trader = accounts::address_of(accounts::trader_key(0))?;
        let call = V2Router::swapExactTokensForTokensCall {
            amountIn: amount,
            amountOutMin: U256::ZERO,
            path,
            to: trader,
            deadline: U256::MAX,
        };
        let data: Bytes = call.abi_encode().into();
        let _: Value = self.rpc.request("anvil_impersonateAccount", json!([trader])).await?;
        let to = self.world.deployment.v2_router;
        let transaction = json!([{ "from": trader, "to": to, "data": data, "gas": "0x7a120" }]);
        let hash: Value = self.rpc.request("eth_sendTransaction", transaction).await?;
        self.mine(after).await?;
        let receipt: Value = self.rpc.request("eth_getTransactionReceipt", json!([hash])).await?;
        ensure!(receipt["status"] == "0x1", "{receipt}");
        Ok(())
    }

    async fn mine(&self, after: u64) -> Result<()> {
        let time = self.time(self.truth.head().await?).await? + after;
        let _: Value = self.rpc.request("evm_mine", json!([time])).await?;
        Ok(())
    }
}

/// The mean price of a side over a window, second by second; `None` where less than half of it has a price.
fn mean(steps: &[(u64, [Decimal; 2])], side: usize, (from, to): (u64, u64)) -> Option<Decimal> {
    let (mut sum, mut seconds) = (Decimal::ZERO, 0_u64);
    for second in from..to {
        if let Some((_, prices)) = steps.iter().rev().find(|(time, _)| *time <= second) {
            sum += prices[side];
            seconds += 1;
        }
    }
    (seconds * 2 >= to - from && seconds > 0).then(|| sum.safe_div(Decimal::from(seconds)))
}

fn is_close(one: Decimal, other: Decimal) -> bool {
    (one - other).abs() <= one.abs().scaled(-27)
}

fn config(window_seconds: u64) -> PoolsConfig {
    let floor_usd = Decimal::from(1_000_u64);
    PoolsConfig { window_seconds, floor_usd, most_pools: 1, ..PoolsConfig::default() }
}

#[tokio::test]
async fn it_is_what_logs_and_contracts_come_to_over_the_same_window() -> Result<()> {
    let setup = Setup::new(150).await?;
    let deployment = &setup.world.deployment;
    let head = setup.truth.head().await?;
    let to = setup.time(head).await?;
    let snapshot = setup.store.reader().snapshot(deployment.chain_id).await?;
    let snapshot = snapshot.context("nothing is indexed")?;
    let mut tokens = deployment.tokens.clone();
    tokens.extend([deployment.weth, Address::ZERO]);
    let dollar = deployment.tokens[0];
    let lookups = [
        (dollar, Decimal::ONE),
        (deployment.tokens[1], Decimal::from_parts(999, -3)),
        (deployment.weth, Decimal::from(3_000_u64)),
        (Address::ZERO, Decimal::from(3_000_u64)),
    ];
    let mut compared = BTreeMap::<Protocol, usize>::new();
    let mut steps = BTreeMap::new();
    for lookup in lookups {
        for window in [600, 1_800, 10_800] {
            let found = setup.pools(config(window), &[lookup]).prices(&tokens).await?;
            ensure!(!found.contains_key(&lookup.0), "a token is not priced in itself");
            for (token, price) in found {
                let [id] = price.pools[..] else { anyhow::bail!("one pool: {price:?}") };
                let pool = snapshot.pool(id).await?.context("a pool that is not stored")?;
                if let std::collections::btree_map::Entry::Vacant(place) = steps.entry(id) {
                    place.insert(setup.steps(&pool, head).await?);
                }
                let side = usize::from(pool.token1 == token);
                let expected = mean(&steps[&id], side, (to - window, to));
                let expected = expected.context("too young")? * lookup.1;
                ensure!(is_close(price.usd, expected), "{id}, {window} s: {price:?}, {expected}");
                let traded = steps[&id].iter().rev().find(|(time, _)| *time < to);
                ensure!(traded.is_some_and(|(time, _)| time * 1_000 == price.traded), "{price:?}");
                *compared.entry(pool.protocol).or_default() += 1;
            }
        }
    }
    let all = [Protocol::V2, Protocol::V3, Protocol::V4];
    ensure!(all.iter().all(|protocol| compared.contains_key(protocol)), "{compared:?}");
    ensure!(compared.values().sum::<usize>() > 30, "{compared:?}");

    // several pools of a token lie between the cheapest and the dearest of them
    let several = PoolsConfig { most_pools: 4, ..config(1_800) };
    let found = setup.pools(several, &[(dollar, Decimal::ONE)]).prices(&tokens).await?;
    let ether = found.get(&deployment.weth).context("ether has pools")?;
    ensure!(ether.pools.len() > 1, "{ether:?}");
    let mut means = Vec::new();
    for id in &ether.pools {
        let pool = snapshot.pool(*id).await?.context("a pool that is not stored")?;
        let side = usize::from(pool.token1 == deployment.weth);
        let steps = setup.steps(&pool, head).await?;
        means.extend(mean(&steps, side, (to - 1_800, to)));
    }
    let (low, high) = (means.iter().min().copied(), means.iter().max().copied());
    ensure!(low <= Some(ether.usd) && Some(ether.usd) <= high, "{means:?}, {ether:?}");

    let deep = PoolsConfig { floor_usd: ether.liquidity + Decimal::ONE, ..several };
    let found = setup.pools(deep, &[(dollar, Decimal::ONE)]).prices(&[deployment.weth]).await?;
    ensure!(found.is_empty(), "nothing is so deep: {found:?}");
    setup.world.stop().await
}

async fn ticket(setup: &Setup) -> Result<PoolPrice> {
    let (ticket, dollar) =
        (setup.world.deployment.tokens[TICKET], setup.world.deployment.tokens[0]);
    let mut found = setup.pools(config(1_800), &[(dollar, Decimal::ONE)]).prices(&[ticket]).await?;
    found.remove(&ticket).context("tickets have a price")
}

#[tokio::test]
async fn who_moves_a_price_for_one_block_moves_the_mean_by_that_blocks_share() -> Result<()> {
    let mut setup = Setup::new(60).await?;
    let (tokens, chain) = (&setup.world.deployment.tokens, setup.world.deployment.chain_id);
    let (ticket_token, dollar) = (tokens[TICKET], tokens[0]);
    setup.mine(1_200).await?;
    setup.follow().await?;
    let before = ticket(&setup).await?;
    let [id] = before.pools[..] else { anyhow::bail!("one pool: {before:?}") };
    let snapshot = setup.store.reader().snapshot(chain).await?.context("nothing is indexed")?;
    let pool = snapshot.pool(id).await?.context("a pool that is not stored")?;
    let side = usize::from(pool.token1 == ticket_token);

    // three million dollars into a pool of some hundred thousand
    let trader = accounts::address_of(accounts::trader_key(0))?;
    let held = setup.truth.token_balance(ticket_token, trader, setup.truth.head().await?).await?;
    let millions = U256::from(3_000_000_000_000_u64);
    setup.trade(millions, vec![dollar, ticket_token], 12).await?;
    setup.follow().await?;
    let attack = setup.truth.head().await?;
    let during = ticket(&setup).await?;
    let steps = setup.steps(&pool, attack).await?;
    let (_, [.., moved]) = steps.last().map(|(t, p)| (t, [p[side]])).context("it swapped")?;
    ensure!(moved > before.usd * Decimal::from(50_u64), "{moved} after {}", before.usd);
    let close = (during.usd - before.usd).abs() <= before.usd.scaled(-2);
    ensure!(close, "the newest block alone says nothing: {during:?}, {before:?}");

    // all of it back in the next block
    let now = setup.truth.token_balance(ticket_token, trader, attack).await?;
    setup.trade(now - held, vec![ticket_token, dollar], 12).await?;
    setup.mine(300).await?;
    let to = setup.follow().await?;
    let after = ticket(&setup).await?;
    let steps = setup.steps(&pool, setup.truth.head().await?).await?;
    let expected = mean(&steps, side, (to - 1_800, to)).context("it has a price")?;
    ensure!(is_close(after.usd, expected), "{after:?}, {expected}");
    let attacked = setup.time(attack).await?;
    let honest: Vec<_> = steps.iter().filter(|(time, _)| *time != attacked).copied().collect();
    let honest = mean(&honest, side, (to - 1_800, to)).context("it has a price")?;
    let share = Decimal::from(12_u64).safe_div(Decimal::from(1_800_u64));
    let most = (moved - honest).abs() * share * (Decimal::ONE + Decimal::from_parts(1, -20));
    let shift = (after.usd - honest).abs();
    ensure!(shift <= most && shift > Decimal::ZERO, "moved by {shift}, more than {most}");

    // as a source it says the same, with what is behind it
    let pools = setup.pools(config(1_800), &[(dollar, Decimal::ONE)]);
    let asset = Asset { chain, address: ticket_token };
    let nobody = Asset { chain: chain + 1, address: ticket_token };
    let said = pools.now(&[Pools::id(nobody), Pools::id(asset)]).await?;
    let [said] = &said[..] else { anyhow::bail!("one token: {said:?}") };
    ensure!(said.id == Pools::id(asset) && said.value == after.usd, "{said:?}");
    ensure!(said.liquidity == Some(after.liquidity) && said.time == to * 1_000, "{said:?}");
    ensure!(after.at == to * 1_000 && after.traded < after.at, "{after:?}");
    setup.world.stop().await
}

/// What is deep only now is not deep: of every block of the window the least counts.
#[tokio::test]
async fn a_pool_that_was_filled_a_moment_ago_is_as_deep_as_it_was_before() -> Result<()> {
    let mut setup = Setup::new(60).await?;
    let (ticket_token, dollar) =
        (setup.world.deployment.tokens[TICKET], setup.world.deployment.tokens[0]);
    setup.mine(1_200).await?;
    setup.follow().await?;
    let before = ticket(&setup).await?;
    // dollars in, tickets out: the pool holds twice as many dollars as it ever did
    let [PoolId::Contract(pair)] = before.pools[..] else { anyhow::bail!("a pair: {before:?}") };
    let head = setup.truth.head().await?;
    let dollars = setup.truth.token_balance(dollar, pair, head).await?;
    setup.trade(dollars, vec![dollar, ticket_token], 12).await?;
    setup.mine(12).await?;
    setup.follow().await?;
    let after = ticket(&setup).await?;
    ensure!(after.liquidity == before.liquidity, "{after:?}, {before:?}");
    setup.mine(7_200).await?;
    setup.follow().await?;
    let later = ticket(&setup).await?;
    let nearly_twice = before.liquidity * Decimal::from_parts(19, -1);
    ensure!(later.liquidity > nearly_twice, "{later:?}, {before:?}");
    setup.world.stop().await
}

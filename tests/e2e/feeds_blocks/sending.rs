//! Transactions in the name of the deployer, who owns the factories and may mint any token: several in one block.

use abis::periphery::{Erc20, SwapRouter02, TestToken, V2Pair, V3Pool};
use alloy_primitives::{Address, B256, Bytes, U64, U160, U256};
use alloy_sol_types::{SolCall, sol};
use anyhow::{Context, Result, ensure};
use devchain::Rpc;
use domain::decimal::Decimal;
use serde_json::{Value, json};
use tests::{process::Services, truth::Truth, world::World};

use super::ground::Reader;

sol! {
    /// What routers call of a pair.
    interface Pair {
        function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes calldata data) external;
    }
}

/// A call of a contract.
pub type Action = (Address, Vec<u8>);

/// Sends them, in this order, in a block of their own.
pub async fn send(world: &World, actions: &[Action]) -> Result<u64> {
    let (rpc, from) = (Rpc::new(&world.chain.url())?, world.deployment.deployer);
    let _: Value = rpc.request("anvil_impersonateAccount", json!([from])).await?;
    let mut hashes: Vec<B256> = Vec::new();
    for (to, data) in actions {
        let data = Bytes::from(data.clone());
        let transaction = json!([{ "from": from, "to": to, "data": data, "gas": "0xf4240" }]);
        hashes.push(rpc.request("eth_sendTransaction", transaction).await?);
    }
    let _: Value = rpc.request("evm_mine", json!([])).await?;
    let _: Value = rpc.request("anvil_stopImpersonatingAccount", json!([from])).await?;
    let mut blocks = Vec::new();
    for hash in hashes {
        let receipt: Value = rpc.request("eth_getTransactionReceipt", json!([hash])).await?;
        let status: U64 = serde_json::from_value(receipt["status"].clone())?;
        ensure!(status == U64::ONE, "reverted: {receipt}");
        blocks.push(serde_json::from_value::<U64>(receipt["blockNumber"].clone())?);
    }
    blocks.dedup();
    ensure!(blocks.len() == 1, "{blocks:?} are several blocks");
    Ok(blocks[0].to())
}

async fn ask<C: SolCall>(world: &World, to: Address, call: C) -> Result<C::Return> {
    let rpc = Rpc::new(&world.chain.url())?;
    let params = json!([{ "to": to, "data": Bytes::from(call.abi_encode()) }, "latest"]);
    let answer: Bytes = rpc.request("eth_call", params).await?;
    Ok(C::abi_decode_returns(&answer)?)
}

pub fn mint(token: Address, to: Address, value: U256) -> Action {
    (token, TestToken::mintCall { to, value }.abi_encode())
}

pub fn pair_swap(pair: Address, amount0: U256, amount1: U256, to: Address) -> Action {
    let call = Pair::swapCall { amount0Out: amount0, amount1Out: amount1, to, data: Bytes::new() };
    (pair, call.abi_encode())
}

/// The first pair of two plain tokens with something in it: itself, its tokens, its reserves.
pub async fn plain_pair(
    world: &World,
    truth: &Truth,
) -> Result<(Address, [Address; 2], [U256; 2])> {
    let head = truth.head().await?;
    // the last one of the tokens burns a part of what is transferred
    let plain = world.deployment.tokens.split_last().map_or(&[][..], |(_, plain)| plain);
    for pair in truth.pairs(head).await? {
        let token0 = ask(world, pair, V2Pair::token0Call {}).await?;
        let token1 = ask(world, pair, V2Pair::token1Call {}).await?;
        let (reserve0, reserve1) = truth.reserves(pair, head).await?;
        let least = U256::from(1_000_000);
        let is_plain = [token0, token1].iter().all(|token| plain.contains(token));
        if is_plain && reserve0 > least && reserve1 > least {
            return Ok((pair, [token0, token1], [reserve0, reserve1]));
        }
    }
    anyhow::bail!("no pair of two plain tokens")
}

/// A block in which a pair is swapped in, told to take in what it was given beside, and swapped in again.
pub async fn sync_between_swaps(world: &World, truth: &Truth) -> Result<u64> {
    let (pair, [token0, token1], [reserve0, reserve1]) = plain_pair(world, truth).await?;
    let part = |amount: U256, parts: u64| amount / U256::from(parts);
    let (into, out) = (part(reserve0, 100), part(reserve1, 200));
    let to = world.deployment.deployer;
    let swap = || pair_swap(pair, U256::ZERO, out, to);
    send(
        world,
        &[
            mint(token0, pair, into),
            swap(),
            mint(token1, pair, reserve1 * U256::from(3)),
            (pair, V2Pair::syncCall {}.abi_encode()),
            mint(token0, pair, into),
            swap(),
        ],
    )
    .await
}

/// The supply of a token is what its contract says now, however much was minted since it was first seen; nothing is said of that of
/// the native currency.
pub async fn supplies(world: &World, services: &Services) -> Result<()> {
    let token = *world.deployment.tokens.first().context("a token")?;
    let supply = ask(world, token, Erc20::totalSupplyCall {}).await?;
    let decimals = ask(world, token, Erc20::decimalsCall {}).await?;
    for feed in ["dexscreener", "dextools"] {
        let reader = Reader { services, feed };
        let asset = reader.get(&format!("asset?id={token}")).await?["asset"].clone();
        let told: Decimal = asset["totalSupply"].as_str().context("a supply")?.parse()?;
        ensure!(
            told == Decimal::from_units(supply, decimals),
            "{asset}: the contract has {supply}"
        );
        let native = reader.get(&format!("asset?id={}", Address::ZERO)).await?["asset"].clone();
        ensure!(native["id"].is_string() && native.get("totalSupply").is_none(), "{native}");
    }
    Ok(())
}

/// A block in which the protocol takes its share out of a V3 pool between two swaps; `None` of a pool whose tokens are not
/// plain ones.
pub async fn take_between_swaps(
    world: &World,
    truth: &Truth,
    pool: Address,
) -> Result<Option<u64>> {
    let token0 = ask(world, pool, V3Pool::token0Call {}).await?;
    let token1 = ask(world, pool, V3Pool::token1Call {}).await?;
    let fee = ask(world, pool, V3Pool::feeCall {}).await?;
    let plain = world.deployment.tokens.split_last().map_or(&[][..], |(_, plain)| plain);
    let held = truth.token_balance(token0, pool, truth.head().await?).await?;
    let amount = held / U256::from(500);
    if ![token0, token1].iter().all(|token| plain.contains(token)) || amount < U256::from(100_000) {
        return Ok(None);
    }
    let (me, router) = (world.deployment.deployer, world.deployment.swap_router02);
    let params = SwapRouter02::ExactInputSingleParams {
        tokenIn: token0,
        tokenOut: token1,
        fee,
        recipient: me,
        amountIn: amount,
        amountOutMinimum: U256::ZERO,
        sqrtPriceLimitX96: U160::ZERO,
    };
    let swap =
        || (router, SwapRouter02::exactInputSingleCall { params: params.clone() }.abi_encode());
    let approve = Erc20::approveCall { spender: router, value: U256::MAX };
    let take = V3Pool::collectProtocolCall {
        recipient: Address::repeat_byte(0xfe),
        amount0Requested: u128::MAX,
        amount1Requested: u128::MAX,
    };
    let actions = [
        mint(token0, me, amount * U256::from(2)),
        (token0, approve.abi_encode()),
        swap(),
        (pool, take.abi_encode()),
        swap(),
    ];
    send(world, &actions).await.map(Some)
}

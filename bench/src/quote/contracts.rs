//! The same quotes from memory and from the contract.

use std::path::Path;
use std::time::{Duration, Instant};

use abis::periphery::QuoterV2;
use alloy_primitives::aliases::{U24, U160};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use anyhow::{Context, Result, ensure};
use chain::Client;
use devchain::{Anvil, AnvilOptions, Traffic};
use domain::amm::Amount;
use domain::entity::Protocol;
use domain::route::{Allowed, GasPrice, Market, PoolIx, Question, find};
use futures::StreamExt as _;
use serde::Serialize;
use serving::book::{self, Book};

use super::http::{self, OverHttp};
use crate::database::Server;
use crate::load::AT_ONCE;
use crate::{config, head, role};

const BLOCKS: u64 = 60;
const SEED: u64 = 11;
const CACHE_MB: u32 = 512;

/// Quotes per second of both, and how many different ones.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Rates {
    pub(super) ours: f64,
    pub(super) contract: f64,
    pub(super) quotes: usize,
}

/// All comparisons.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Compared {
    pub(super) pools: usize,
    /// Quotes of all sizes.
    pub(super) deep: Rates,
    /// Quotes that cross one tick at most.
    pub(super) small: Rates,
    /// Those over HTTP.
    pub(super) http: OverHttp,
}

/// A quote both ways.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) question: Question,
    pub(super) call: (Address, Bytes),
}

pub(super) async fn measure(folder: &Path, time: Duration) -> Result<Compared> {
    let anvil = Anvil::start(AnvilOptions::default()).await.context("starting the chain")?;
    let deployment = devchain::deploy(&anvil.url()).await.context("deploying the contracts")?;
    Traffic::new(&anvil.url(), &deployment, SEED).run(BLOCKS).await?;
    let server = Server::start(folder, CACHE_MB).await?;
    let chain = head::chain_section(&deployment, &anvil)?;
    let file = config::write(folder, &server.uri, chain.clone())?;
    let file = file.to_str().context("a path that is no text")?;
    role::run(&["indexer", "--", "--config", file, "index", "--to", "head"]).await?;
    let (shelf, mut keeper) = book::open(server.store.reader(), deployment.chain_id);
    keeper.refresh().await?;
    let book = shelf.newest().context("no pools were loaded")?;
    let client = Client::new(deployment.chain_id, &[anvil.url()])?;

    let asked = questions(&book, deployment.quoter_v2);
    let (all, small) = equal(&book, &client, asked).await?;
    ensure!(small.len() > 10, "only {} small quotes can be compared", small.len());
    let mut pools: Vec<_> = all.iter().map(|asked| asked.question.allowed.pools.clone()).collect();
    pools.sort();
    pools.dedup();
    let deep = rates(&book, &client, &all, time).await?;
    let few = rates(&book, &client, &small, time).await?;
    let node = anvil.url();
    let http = http::measure(folder, &server.uri, chain, &node, (&book, &small), time).await?;
    server.stop().await;
    anvil.stop().await?;
    Ok(Compared { pools: pools.len(), deep, small: few, http })
}

async fn rates(book: &Book, client: &Client, asked: &[Asked], time: Duration) -> Result<Rates> {
    let ours = from_memory(&book.market, asked, time);
    let contract = from_contract(book, client, asked, time).await?;
    Ok(Rates { ours, contract, quotes: asked.len() })
}

/// Small and large trades in every V3 pool, both ways.
fn questions(book: &Book, quoter: Address) -> Vec<Asked> {
    let mut all = Vec::new();
    for (number, venue) in (0..).map(PoolIx).zip(book.market.iter()) {
        let Some(name) = book.names.pool(number) else { continue };
        if venue.protocol != Protocol::V3 {
            continue;
        }
        let [token0, token1] = venue.tokens;
        for (from, to) in [(token0, token1), (token1, token0)] {
            for exponent in [6, 12, 18, 20] {
                let amount = U256::from(10).pow(U256::from(exponent));
                let (Some(token_in), Some(token_out)) =
                    (book.names.token(from), book.names.token(to))
                else {
                    continue;
                };
                let params = QuoterV2::QuoteExactInputSingleParams {
                    tokenIn: token_in.address,
                    tokenOut: token_out.address,
                    amountIn: amount,
                    fee: U24::from(name.fee_pips),
                    sqrtPriceLimitX96: U160::ZERO,
                };
                let data = QuoterV2::quoteExactInputSingleCall { params }.abi_encode();
                let question = Question {
                    token_in: from,
                    token_out: to,
                    amount: Amount::ExactIn(amount),
                    hops: 1,
                    splits: 1,
                    gas_price: GasPrice::FREE,
                    allowed: Allowed { pools: Some([number].into()), ..Allowed::default() },
                    effort: 10,
                };
                all.push(Asked { question, call: (quoter, data.into()) });
            }
        }
    }
    all
}

/// Those that both answer, which have to be equal; and of them those that cross one tick at most.
async fn equal(
    book: &Book,
    client: &Client,
    asked: Vec<Asked>,
) -> Result<(Vec<Asked>, Vec<Asked>)> {
    let (mut all, mut small) = (Vec::new(), Vec::new());
    for asked in asked {
        let Ok(plan) = find(&book.market, &asked.question) else { continue };
        let (to, data) = asked.call.clone();
        let answer = client.call(to, data, book.block.hash).await?;
        let said = QuoterV2::quoteExactInputSingleCall::abi_decode_returns(&answer)?;
        ensure!(said.amountOut == plan.amount_out, "{} and {}", said.amountOut, plan.amount_out);
        let crossed: usize =
            plan.routes.iter().flat_map(|route| &route.legs).map(|leg| leg.crossed).sum();
        if crossed <= 1 {
            small.push(asked.clone());
        }
        all.push(asked);
    }
    Ok((all, small))
}

fn from_memory(market: &Market, asked: &[Asked], time: Duration) -> f64 {
    let (begun, mut count) = (Instant::now(), 0_u32);
    while begun.elapsed() < time {
        for asked in asked {
            count += u32::from(find(market, &asked.question).is_ok());
        }
    }
    f64::from(count) / begun.elapsed().as_secs_f64()
}

async fn from_contract(
    book: &Book,
    client: &Client,
    asked: &[Asked],
    time: Duration,
) -> Result<f64> {
    let begun = Instant::now();
    let mut calls = futures::stream::iter(asked.iter().cycle())
        .take_while(|_| std::future::ready(begun.elapsed() < time))
        .map(|asked| {
            let (to, data) = asked.call.clone();
            client.call(to, data, book.block.hash)
        })
        .buffer_unordered(AT_ONCE);
    let mut count = 0_u32;
    while let Some(answer) = calls.next().await {
        answer?;
        count += 1;
    }
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}

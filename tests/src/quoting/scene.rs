//! A world, its index, and the comparison of what we compute from the index with what the contracts say at its block.

use std::sync::Arc;

use abis::periphery::{StateView, V2Pair, V3Pool};
use alloy_primitives::{Bytes, U256};
use alloy_sol_types::SolCall;
use anyhow::{Context, Result, ensure};
use chain::{ChainError, Client};
use devchain::Dice;
use domain::{
    block::BlockRef,
    entity::{Pool, PoolState, Protocol, Tick},
};
use indexer::{Indexer, Target};
use observe::Shutdown;
use sooho::config::ChainConfig;
use store::{PoolQuery, Store};

use super::{
    ask::{self, Ask},
    contracts::{answer, call, state_calls, tick_answer, tick_call},
    hand::Hand,
    known::{Answer, DYNAMIC_FEE, Known, Refusal},
    tally::Tally,
};
use crate::world::World;

/// A world with somebody who asks.
#[derive(Debug)]
pub struct Scene {
    /// Chain and database.
    pub world: World,
    /// Who acts on it.
    pub hand: Hand,
    /// Who asks it.
    pub client: Client,
    chain: ChainConfig,
    store: Store,
}

/// All pools of one block.
#[derive(Debug)]
pub struct Moment {
    /// The block.
    pub block: BlockRef,
    /// Its pools, as the store has them.
    pub pools: Vec<Known>,
}

impl Scene {
    /// A fresh one.
    ///
    /// # Errors
    /// When a part does not start.
    pub async fn start() -> Result<Self> {
        let world = Box::pin(World::start()).await?;
        let hand = Hand::new(&world)?;
        let chain = world.chain_config();
        let client = Client::new(chain.id, &chain.rpc)?;
        let store = world.store("quotes").await?;
        Ok(Self { world, hand, client, chain, store })
    }

    /// Indexes to the head and gives all pools, each equal to what its contract says at that block; so are the ticks if
    /// `ticks` is set.
    ///
    /// # Errors
    /// When store and chain differ.
    pub async fn moment(&self, tally: &mut Tally, ticks: bool) -> Result<Moment> {
        let metrics = Arc::clone(&self.world.metrics);
        let client = self.client.clone();
        let indexer = Indexer::new(self.chain.indexer(), client, self.store.clone(), metrics);
        Box::pin(indexer.run(Target::Head, Shutdown::new())).await?;
        let snapshot = self.store.reader().snapshot(self.chain.id).await?;
        let snapshot = snapshot.context("nothing is indexed")?;
        let block = snapshot.block();
        let every = PoolQuery { limit: 10_000, ..PoolQuery::default() };
        let stored = snapshot.pools(&every).await?;
        let mut calls = Vec::new();
        for pool in &stored {
            calls.extend(state_calls(&self.world.deployment, pool));
        }
        let mut told = self.client.call_many(&calls, block.hash).await?.into_iter();
        let mut pools = Vec::new();
        for pool in stored {
            let lp_pips = same_state(&pool, &mut told).with_context(|| pool.id.to_string())?;
            let known = if pool.tick_spacing > 0 { snapshot.ticks(pool.id).await? } else { vec![] };
            if ticks {
                tally.ticks += self.same_ticks(&pool, &known, block).await?;
            }
            pools.push(Known::new(pool, &known, lp_pips)?);
        }
        Ok(Moment { block, pools })
    }

    async fn same_ticks(&self, pool: &Pool, ticks: &[Tick], block: BlockRef) -> Result<usize> {
        let calls = ticks.iter().map(|tick| tick_call(&self.world.deployment, pool, tick.index));
        let calls = calls.collect::<Result<Vec<_>>>()?;
        let told = self.client.call_many(&calls, block.hash).await?;
        for (tick, told) in ticks.iter().zip(told) {
            let told = tick_answer(pool, &told?)?;
            let found = (tick.liquidity_gross, tick.liquidity_net);
            ensure!(found == told, "{} tick {}: {found:?}, not {told:?}", pool.id, tick.index);
        }
        Ok(ticks.len())
    }

    /// What the quoters say, at the moment's block.
    ///
    /// # Errors
    /// When one of them says what no quoter says.
    pub async fn told(&self, now: &Moment, asks: &[Ask]) -> Result<Vec<Result<Answer, Refusal>>> {
        let at = &self.world.deployment;
        let calls = asks.iter().map(|ask| call(at, &now.pools[ask.pool], ask));
        let calls = calls.collect::<Result<Vec<_>>>()?;
        let told = self.client.call_many(&calls, now.block.hash).await?;
        let read = |(ask, told): (&Ask, _)| {
            let known = &now.pools[ask.pool];
            answer(known, ask, told).with_context(|| format!("{ask:?} of {}", known.pool.id))
        };
        asks.iter().zip(told).map(read).collect()
    }

    /// Asks both, and wants the same to the wei or the same refusal.
    ///
    /// # Errors
    /// When an answer differs.
    pub async fn compare(&self, now: &Moment, asks: &[Ask], tally: &mut Tally) -> Result<()> {
        let told = self.told(now, asks).await?;
        for (ask, told) in asks.iter().zip(told) {
            let known = &now.pools[ask.pool];
            let what = || format!("{ask:?} of {:?} at {}", known.pool, now.block.number);
            let ours = known.quote(ask).with_context(what)?;
            ensure!(ours.0 == told, "ours {:?}, the contract's {told:?}: {}", ours.0, what());
            tally.count(known, ask, &ours);
        }
        Ok(())
    }

    /// Indexes to the head, compares the state with the contracts' and so many random quotes with the quoters'.
    ///
    /// # Errors
    /// When something differs.
    pub async fn agree(&self, quotes: usize, seed: u64, tally: &mut Tally) -> Result<Moment> {
        let now = self.moment(tally, true).await?;
        let mut dice = Dice::new(seed);
        let asks: Vec<Ask> = (0..quotes).filter_map(|_| ask::any(&mut dice, &now.pools)).collect();
        self.compare(&now, &asks, tally).await?;
        Ok(now)
    }

    /// Where it is indexed.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// The section of the configuration that it is indexed by.
    #[must_use]
    pub const fn chain(&self) -> &ChainConfig {
        &self.chain
    }

    /// Ends it.
    ///
    /// # Errors
    /// When a part does not end.
    pub async fn stop(self) -> Result<()> {
        self.world.stop().await
    }
}

/// Compares a pool with what its contract tells; gives the fee where that can change without an event.
fn same_state(
    pool: &Pool,
    told: &mut impl Iterator<Item = Result<Bytes, ChainError>>,
) -> Result<Option<u32>> {
    let mut next = || anyhow::Ok(told.next().context("an answer is missing")??);
    match pool.state {
        PoolState::Reserves { reserve0, reserve1 } => {
            let told = V2Pair::getReservesCall::abi_decode_returns(&next()?)?;
            let told = (U256::from(told.reserve0), U256::from(told.reserve1));
            ensure!((reserve0, reserve1) == told, "{pool:?}, but reserves {told:?}");
            Ok(None)
        }
        PoolState::Concentrated { sqrt_price_x96, tick, liquidity } => {
            let (slot0, in_range) = (next()?, next()?);
            let found = (sqrt_price_x96, tick, pool.figures.fee_protocol, liquidity);
            let (told, lp_pips) = if pool.protocol == Protocol::V3 {
                let slot0 = V3Pool::slot0Call::abi_decode_returns(&slot0)?;
                let in_range = V3Pool::liquidityCall::abi_decode_returns(&in_range)?;
                let price = U256::from(slot0.sqrtPriceX96);
                ((price, slot0.tick.as_i32(), slot0.feeProtocol.into(), in_range), pool.fee_pips)
            } else {
                let slot0 = StateView::getSlot0Call::abi_decode_returns(&slot0)?;
                let in_range = StateView::getLiquidityCall::abi_decode_returns(&in_range)?;
                let (price, protocol) = (U256::from(slot0.sqrtPriceX96), slot0.protocolFee.to());
                ((price, slot0.tick.as_i32(), protocol, in_range), slot0.lpFee.to())
            };
            ensure!(found == told, "{found:?}, but the contract says {told:?}");
            let dynamic = pool.fee_pips == DYNAMIC_FEE;
            ensure!(dynamic || lp_pips == pool.fee_pips, "a fee of {lp_pips}: {pool:?}");
            Ok(dynamic.then_some(lp_pips))
        }
    }
}

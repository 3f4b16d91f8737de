//! What the chain says before a block is planned: every pool's state, and a handful of holdings picked by chance.

mod pools;
mod samples;

use abis::periphery::PoolKey;
use alloy_primitives::{Address, U256};

use crate::accounts::{self, TRADERS};
use crate::dice::Dice;
use crate::error::DevchainError;
use crate::rpc::Rpc;
use crate::traffic::calls::Calls;
use crate::traffic::snapshot::pools::Places;
use crate::traffic::snapshot::samples::{Counts, Samples};
use crate::traffic::universe::Universe;

/// Ids of the ERC-1155 collection.
pub(crate) const GEAR_IDS: u64 = 12;

/// A pool that exists.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PoolState {
    /// Pair or pool contract; the manager for V4.
    pub(crate) address: Address,
    /// Square root of the price times 2^96, zero for an empty pair.
    pub(crate) sqrt_price: U256,
    /// Tick, 0 for a pair.
    pub(crate) tick: i32,
    /// Liquidity at the price.
    pub(crate) liquidity: U256,
    /// Real (V2) or virtual reserves.
    pub(crate) reserves: [U256; 2],
}

/// A trader's V2 liquidity shares.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shares {
    pub(crate) pool: usize,
    pub(crate) trader: usize,
    pub(crate) amount: U256,
}

/// A V3 position.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PositionV3 {
    pub(crate) id: U256,
    pub(crate) owner: Address,
    pub(crate) tokens: [Address; 2],
    pub(crate) liquidity: u128,
}

/// A V4 position.
#[derive(Debug, Clone)]
pub(crate) struct PositionV4 {
    pub(crate) id: U256,
    pub(crate) owner: Address,
    pub(crate) key: PoolKey,
    pub(crate) liquidity: u128,
}

/// A trader's ERC-1155 balance.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gear {
    pub(crate) trader: usize,
    pub(crate) id: u64,
    pub(crate) amount: U256,
}

/// The chain before a block.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    /// By the universe's pools; `None` where not created yet.
    pub(crate) pools: Vec<Option<PoolState>>,
    pub(crate) shares: Vec<Shares>,
    pub(crate) positions_v3: Vec<PositionV3>,
    pub(crate) positions_v4: Vec<PositionV4>,
    /// Ids and owners of some ERC-721 tokens.
    pub(crate) nfts: Vec<(U256, Address)>,
    pub(crate) gear: Vec<Gear>,
    /// A trader and their points.
    pub(crate) points: Option<(usize, U256)>,
}

impl Snapshot {
    /// Reads it at the newest block, in three requests.
    pub(crate) async fn read(
        rpc: &Rpc,
        universe: &Universe,
        dice: &mut Dice,
    ) -> Result<Self, DevchainError> {
        let traders = (0..TRADERS)
            .map(|index| accounts::address_of(accounts::trader_key(index)))
            .collect::<Result<Vec<_>, _>>()?;
        let multicall = universe.deployment.multicall3;
        let mut snapshot = Self { pools: vec![None; universe.pools.len()], ..Self::default() };

        let mut calls = Calls::default();
        let places = Places::ask(&mut calls, universe);
        let counts = Counts::ask(&mut calls, universe);
        let answers = calls.send(rpc, multicall).await?;

        let mut calls = Calls::default();
        let states = places.states(&mut calls, &answers, universe, &traders, dice, &mut snapshot);
        let samples = Samples::ask(&mut calls, &counts.read(&answers), universe, &traders, dice);
        let answers = calls.send(rpc, multicall).await?;
        states.read(&answers, &mut snapshot);

        let mut calls = Calls::default();
        let owners = samples.read(&mut calls, &answers, universe, &mut snapshot);
        let answers = calls.send(rpc, multicall).await?;
        owners.read(&answers, &mut snapshot);
        Ok(snapshot)
    }
}

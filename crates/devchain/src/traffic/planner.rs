//! Turns a snapshot and the block's dice into the block's transactions.

use alloy_primitives::{Address, Bytes, U256};

use crate::accounts::{Account, Action, TRADERS};
use crate::dice::Dice;
use crate::error::DevchainError;
use crate::traffic::report::Kind;
use crate::traffic::snapshot::{PoolState, Snapshot};
use crate::traffic::universe::{Pool, Universe};

/// No deadline.
pub(crate) const FOREVER: U256 = U256::from_limbs([u64::MAX, 0, 0, 0]);

/// A signed transaction and what it is meant to do.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) kind: Kind,
    pub(crate) raw: Bytes,
}

/// The planning of one block.
pub(crate) struct Planner<'a> {
    pub(crate) universe: &'a Universe,
    pub(crate) snapshot: Snapshot,
    pub(crate) dice: Dice,
    accounts: &'a mut [Account],
    age: u64,
    planned: Vec<Planned>,
}

impl<'a> Planner<'a> {
    /// The block `age` blocks after the deployment; `accounts` are the traders, then the deployer.
    pub(crate) const fn new(
        universe: &'a Universe,
        snapshot: Snapshot,
        dice: Dice,
        accounts: &'a mut [Account],
        age: u64,
    ) -> Self {
        Self { universe, snapshot, dice, accounts, age, planned: Vec::new() }
    }

    /// All transactions, in order.
    pub(crate) fn plan(mut self) -> Result<Vec<Planned>, DevchainError> {
        self.open_pools()?;
        for _ in 0..self.dice.between(10, 40) {
            self.one()?;
        }
        Ok(self.planned)
    }

    /// Creates the pools that are due and gives the empty ones their first liquidity.
    fn open_pools(&mut self) -> Result<(), DevchainError> {
        let universe = self.universe;
        for (index, pool) in universe.pools.iter().enumerate() {
            match self.snapshot.pools.get(index).copied().flatten() {
                None if pool.spec.due <= self.age => self.create_pool(pool)?,
                Some(state) if state.liquidity.is_zero() => self.first_liquidity(pool)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn one(&mut self) -> Result<(), DevchainError> {
        match self.dice.below(100) {
            0..72 => self.swap(),
            72..77 => self.add_liquidity(),
            77..80 => self.shares(),
            80..84 => self.position_v3(),
            84..87 => self.position_v4(),
            87..89 => self.flash(),
            89..94 => self.nft(),
            94..96 => self.points(),
            96..98 => self.token_transfer(),
            _ => self.failing(),
        }
    }

    /// Signs with one of the traders.
    pub(crate) fn push(
        &mut self,
        kind: Kind,
        trader: usize,
        action: Action,
    ) -> Result<(), DevchainError> {
        let chain_id = self.universe.deployment.chain_id;
        if let Some(account) = self.accounts.get_mut(trader) {
            let raw = account.sign(chain_id, action)?;
            self.planned.push(Planned { kind, raw });
        }
        Ok(())
    }

    /// Signs with the deployer.
    pub(crate) fn push_deployer(
        &mut self,
        kind: Kind,
        action: Action,
    ) -> Result<(), DevchainError> {
        self.push(kind, TRADERS, action)
    }

    /// Some trader.
    pub(crate) fn trader(&mut self) -> usize {
        self.dice.index(TRADERS)
    }

    /// A trader's address.
    pub(crate) fn address(&self, trader: usize) -> Address {
        self.accounts.get(trader).map_or(Address::ZERO, |account| account.address)
    }

    /// The trader with this address.
    pub(crate) fn trader_of(&self, address: Address) -> Option<usize> {
        self.accounts.iter().take(TRADERS).position(|account| account.address == address)
    }

    /// Some receiver: mostly a trader, now and then somebody without a key here.
    pub(crate) fn receiver(&mut self) -> Address {
        if self.dice.chance(1, 5) {
            return crate::accounts::stranger(self.dice.below(40));
        }
        let trader = self.trader();
        self.address(trader)
    }

    /// The pools with liquidity for which `wanted` holds.
    pub(crate) fn live(&self, wanted: impl Fn(&Pool) -> bool) -> Vec<(usize, PoolState)> {
        let states = self.snapshot.pools.iter().copied().enumerate();
        states
            .filter_map(|(index, state)| Some((index, state?)))
            .filter(|(index, state)| {
                !state.liquidity.is_zero() && self.universe.pools.get(*index).is_some_and(&wanted)
            })
            .collect()
    }
}

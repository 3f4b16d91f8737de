//! What clients of subgraphs ask for beside lists of one pool or account: entities by their ids, and holders of shares by
//! address.

use std::{ops::Bound, sync::Arc};

use alloy_primitives::Address;
use bson::{Document, doc};
use domain::{
    figures::{LiquidityPosition, TickDay},
    fold::{Entity, Key},
    ids::PoolId,
};

use super::{
    Snapshot,
    plan::{ID, Plan, range},
};
use crate::{
    codec::Addr,
    documents::figures::{self, LIQUIDITY_POSITIONS, TICK_DAYS, liquidity_position, tick_day},
    error::StoreError,
};

impl Snapshot {
    /// The shares of these accounts in these V2 pairs that exist: one read.
    pub async fn shares_by_keys(
        &self,
        keys: &[(PoolId, Address)],
    ) -> Result<Vec<((PoolId, Address), LiquidityPosition)>, StoreError> {
        let key =
            |(pool, account): &(PoolId, Address)| liquidity_position(self.key(), *pool, *account);
        let ids: Vec<Document> = keys.iter().map(key).collect();
        self.shares_planned(by_ids(LIQUIDITY_POSITIONS, ids)).await
    }

    /// Shares of V2 pairs, by account and then by pair, of the accounts from one on. A page may end amid an account's.
    pub async fn shares_by_account(
        &self,
        from: Bound<Address>,
        limit: u32,
    ) -> Result<Vec<((PoolId, Address), LiquidityPosition)>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        self.shares_planned(by_account(self.key(), from, limit)).await
    }

    /// The days of ticks with these pools, ticks and numbers that exist: one read.
    pub async fn tick_days_by_keys(
        &self,
        keys: &[(PoolId, i32, u32)],
    ) -> Result<Vec<((PoolId, i32, u32), TickDay)>, StoreError> {
        let key = |(pool, tick, day): &(PoolId, i32, u32)| tick_day(self.key(), *pool, *tick, *day);
        let ids: Vec<Document> = keys.iter().map(key).collect();
        let mut days = Vec::with_capacity(keys.len());
        for raw in &self.raw(by_ids(TICK_DAYS, ids), None).await? {
            if let (Key::TickDay(pool, tick, day), Entity::TickDay(row)) =
                figures::decode(TICK_DAYS, raw)?
            {
                days.push(((pool, tick, day), Arc::unwrap_or_clone(row)));
            }
        }
        Ok(days)
    }

    async fn shares_planned(
        &self,
        plan: Plan,
    ) -> Result<Vec<((PoolId, Address), LiquidityPosition)>, StoreError> {
        super::accounts::shares(&self.raw(plan, None).await?)
    }
}

fn by_ids(collection: &'static str, ids: Vec<Document>) -> Plan {
    let (filter, sort) = (doc! { "_id": { "$in": ids } }, doc! { "_id": 1 });
    Plan { collection, filter, sort, index: ID, limit: None }
}

fn by_account(chain: i64, from: Bound<Address>, limit: u32) -> Plan {
    let accounts = match from {
        Bound::Included(account) => doc! { "$gte": Addr(account) },
        Bound::Excluded(account) => doc! { "$gt": Addr(account) },
        Bound::Unbounded => doc! { "$gte": Addr(Address::ZERO) },
    };
    Plan {
        collection: LIQUIDITY_POSITIONS,
        // accounts of all chains stand in one order: the ids rule the others' out
        filter: doc! { "_id.a": accounts, "_id": range(chain, true, None) },
        sort: doc! { "_id.a": 1, "_id": 1 },
        index: "account",
        limit: Some(limit),
    }
}

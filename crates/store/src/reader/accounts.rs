//! Accounts, and shares of V2 pairs.

use std::sync::Arc;

use alloy_primitives::Address;
use bson::{Document, doc};
use domain::{
    figures::{Account, LiquidityPosition},
    fold::{Entity, Key},
    ids::PoolId,
};

use super::{
    Snapshot,
    plan::{ID, Plan, range},
};
use crate::{
    codec::{Addr, Pid},
    documents::{
        end_of,
        figures::{self, ACCOUNTS, LIQUIDITY_POSITIONS, liquidity_position},
        id_prefix,
    },
    error::StoreError,
};

/// Whose shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharesOf {
    /// Those an account holds, by pair.
    Account(Address),
    /// Those of a pair, by account.
    Pool(PoolId),
}

/// Which shares of V2 pairs. Those of accounts that hold none any more are among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShareQuery {
    /// Whose.
    pub of: SharesOf,
    /// Continue after this pair and account.
    pub after: Option<(PoolId, Address)>,
    /// At most so many.
    pub limit: u32,
}

impl Snapshot {
    /// An account that sent transactions to a DEX.
    pub async fn account(&self, address: Address) -> Result<Option<Account>, StoreError> {
        let filter = doc! { "_id": figures::account(self.key(), address) };
        let found = self.raw(of_id(ACCOUNTS, filter), None).await?;
        let Some(raw) = found.first() else { return Ok(None) };
        Ok(match figures::decode(ACCOUNTS, raw)?.1 {
            Entity::Account(account) => Some(Arc::unwrap_or_clone(account)),
            _ => None,
        })
    }

    /// Shares of V2 pairs, each with its pair and account.
    pub async fn shares(
        &self,
        query: &ShareQuery,
    ) -> Result<Vec<((PoolId, Address), LiquidityPosition)>, StoreError> {
        if query.limit == 0 {
            return Ok(Vec::new());
        }
        let found = self.raw(plan(self.key(), query), None).await?;
        let mut shares = Vec::with_capacity(found.len());
        for raw in &found {
            if let (Key::LiquidityPosition(pool, account), Entity::LiquidityPosition(share)) =
                figures::decode(LIQUIDITY_POSITIONS, raw)?
            {
                shares.push(((pool, account), Arc::unwrap_or_clone(share)));
            }
        }
        Ok(shares)
    }
}

pub(super) fn plan(chain: i64, query: &ShareQuery) -> Plan {
    let after = query.after.map(|(pool, account)| liquidity_position(chain, pool, account));
    let (filter, index) = match query.of {
        SharesOf::Account(account) => {
            (doc! { "_id.a": Addr(account), "_id": range(chain, true, after) }, "account")
        }
        SharesOf::Pool(pool) => {
            let prefix = doc! { "c": chain, "p": Pid(pool) };
            let ids = match after {
                Some(after) => doc! { "$gt": after, "$lt": end_of(&prefix) },
                None => id_prefix(&prefix),
            };
            (doc! { "_id": ids }, ID)
        }
    };
    let (collection, sort, limit) = (LIQUIDITY_POSITIONS, doc! { "_id": 1 }, Some(query.limit));
    Plan { collection, filter, sort, index, limit }
}

fn of_id(collection: &'static str, filter: Document) -> Plan {
    Plan { collection, filter, sort: doc! { "_id": 1 }, index: ID, limit: Some(1) }
}

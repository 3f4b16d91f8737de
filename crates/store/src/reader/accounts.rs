//! Accounts, and shares of V2 pairs.

use std::sync::Arc;

use alloy_primitives::Address;
use bson::{Bson, Document, RawDocumentBuf, doc};
use domain::{
    figures::{Account, LiquidityPosition},
    fold::{Entity, Key},
    ids::PoolId,
};

use super::{
    Snapshot,
    lists::{By, Lists, Part},
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

/// A pair, an account, and what this one holds of that.
type Share = ((PoolId, Address), LiquidityPosition);

/// Whose shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SharesOf {
    /// Those an account holds, by pair.
    Account(Address),
    /// Those of a pair, by account.
    Pool(PoolId),
}

/// Which shares of V2 pairs. Those of accounts that hold none any more are among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    pub async fn shares(&self, query: &ShareQuery) -> Result<Vec<Share>, StoreError> {
        if query.limit == 0 {
            return Ok(Vec::new());
        }
        shares(&self.raw(plan(self.key(), query), None).await?)
    }

    /// The same of many accounts or pairs: one command for the accounts and one for the pairs.
    pub async fn shares_many(&self, queries: &[ShareQuery]) -> Result<Vec<Vec<Share>>, StoreError> {
        if let [query] = queries {
            return Ok(vec![self.shares(query).await?]);
        }
        let limit = queries.iter().map(|query| query.limit).max().unwrap_or(0);
        let (collection, by) = (LIQUIDITY_POSITIONS, By::Path("_id", false));
        let mut all: Vec<Vec<Share>> = queries.iter().map(|_| Vec::new()).collect();
        for of in [None, Some("_id.a")] {
            let of_account = |query: &ShareQuery| matches!(query.of, SharesOf::Account(_));
            let (places, parts): (Vec<usize>, Vec<Part>) = queries
                .iter()
                .enumerate()
                .filter(|(_, query)| of_account(query) == of.is_some())
                .map(|(place, query)| (place, part(self.key(), query)))
                .unzip();
            if parts.is_empty() {
                continue;
            }
            let found = self.lists(&Lists { collection, of, by, limit }, &parts).await?;
            for (place, list) in places.into_iter().zip(found) {
                if let Some(all) = all.get_mut(place) {
                    *all = shares(&list)?;
                }
            }
        }
        Ok(all)
    }
}

/// What documents of shares hold.
pub(super) fn shares(found: &[RawDocumentBuf]) -> Result<Vec<Share>, StoreError> {
    let mut shares = Vec::with_capacity(found.len());
    for raw in found {
        if let (Key::LiquidityPosition(pool, account), Entity::LiquidityPosition(share)) =
            figures::decode(LIQUIDITY_POSITIONS, raw)?
        {
            shares.push(((pool, account), Arc::unwrap_or_clone(share)));
        }
    }
    Ok(shares)
}

fn part(chain: i64, query: &ShareQuery) -> Part {
    let after = query.after.map(|(pool, account)| liquidity_position(chain, pool, account));
    let (of, prefix) = match query.of {
        SharesOf::Account(account) => (Addr(account).into(), doc! { "c": chain }),
        SharesOf::Pool(pool) => (Bson::Null, doc! { "c": chain, "p": Pid(pool) }),
    };
    let below = end_of(&prefix).into();
    Part { of, above: after.unwrap_or(prefix).into(), below }
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

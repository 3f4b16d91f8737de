//! Lists in the order of ids, as clients of subgraphs walk through them.

use std::sync::Arc;

use alloy_primitives::Address;
use bson::doc;
use domain::{
    entity::Pool,
    figures::TokenFigures,
    fold::{Entity, Key},
    ids::PoolId,
};

use super::{
    Snapshot,
    plan::{ID, Plan, range},
};
use crate::{
    codec::Addr,
    documents::{
        Stored as _, end_of,
        figures::{self, TOKEN_FIGURES, token_figures},
        id_prefix, pool,
    },
    error::StoreError,
};

impl Snapshot {
    /// Pools of the chain by id, those of contracts before those of V4, from this one on.
    pub async fn pools_from(
        &self,
        from: Option<PoolId>,
        limit: u32,
    ) -> Result<Vec<Pool>, StoreError> {
        self.find::<pool::Doc>(pools(self.key(), from, limit)).await
    }

    /// Pools of the DEX with this configured name, the newest first, made before a block and a log of it.
    pub async fn newest_pools(
        &self,
        dex: &str,
        before: Option<(u64, u32)>,
        limit: u32,
    ) -> Result<Vec<Pool>, StoreError> {
        self.find::<pool::Doc>(newest(self.key(), dex, before, limit)).await
    }

    /// The figures of all tokens within a DEX, by token, behind this one.
    pub async fn token_figures_of(
        &self,
        factory: Address,
        after: Option<Address>,
        limit: u32,
    ) -> Result<Vec<((Address, Address), TokenFigures)>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let mut all = Vec::new();
        for raw in &self.raw(tokens(self.key(), factory, after, limit), None).await? {
            if let (Key::TokenFigures(factory, token), Entity::TokenFigures(figures)) =
                figures::decode(TOKEN_FIGURES, raw)?
            {
                all.push(((factory, token), Arc::unwrap_or_clone(figures)));
            }
        }
        Ok(all)
    }
}

fn pools(chain: i64, from: Option<PoolId>, limit: u32) -> Plan {
    let mut ids = range(chain, true, None);
    if let Some(from) = from {
        ids.insert("$gte", pool::id(chain, from));
    }
    Plan {
        collection: pool::Doc::COLLECTION,
        filter: doc! { "_id": ids },
        sort: doc! { "_id": 1 },
        index: ID,
        limit: Some(limit),
    }
}

fn newest(chain: i64, dex: &str, before: Option<(u64, u32)>, limit: u32) -> Plan {
    let before = before.map(|(block, log_index)| pool::created_bound(chain, block, log_index));
    Plan {
        collection: pool::Doc::COLLECTION,
        filter: doc! { "dex": dex, "created": range(chain, false, before) },
        sort: doc! { "created": -1 },
        index: "dex_created",
        limit: Some(limit),
    }
}

fn tokens(chain: i64, factory: Address, after: Option<Address>, limit: u32) -> Plan {
    let prefix = doc! { "c": chain, "f": Addr(factory) };
    let ids = match after {
        Some(after) => {
            doc! { "$gt": token_figures(chain, factory, after), "$lt": end_of(&prefix) }
        }
        None => id_prefix(&prefix),
    };
    Plan {
        collection: TOKEN_FIGURES,
        filter: doc! { "_id": ids },
        sort: doc! { "_id": 1 },
        index: ID,
        limit: Some(limit),
    }
}

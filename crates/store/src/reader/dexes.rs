//! Totals of DEXes, and of tokens within them.

use std::sync::Arc;

use alloy_primitives::Address;
use bson::{Document, doc};
use domain::{
    figures::{Factory, TokenFigures},
    fold::{Entity, Key},
};

use super::{
    Snapshot,
    plan::{ID, Plan, range},
};
use crate::{
    documents::figures::{self, FACTORIES, TOKEN_FIGURES, token_figures},
    error::StoreError,
};

impl Snapshot {
    /// The DEXes of the chain that made a pool or more, by factory (V4: manager).
    pub async fn factories(&self) -> Result<Vec<(Address, Factory)>, StoreError> {
        let mut all = Vec::new();
        for raw in &self.raw(factories(self.key()), None).await? {
            if let (Key::Factory(factory), Entity::Factory(figures)) =
                figures::decode(FACTORIES, raw)?
            {
                all.push((factory, Arc::unwrap_or_clone(figures)));
            }
        }
        Ok(all)
    }

    /// The figures of tokens within DEXes, by factory and token; those that exist.
    pub async fn token_figures(
        &self,
        keys: &[(Address, Address)],
    ) -> Result<Vec<((Address, Address), TokenFigures)>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<Document> = keys
            .iter()
            .map(|(factory, token)| token_figures(self.key(), *factory, *token))
            .collect();
        let filter = doc! { "_id": { "$in": ids } };
        let plan = Plan {
            collection: TOKEN_FIGURES,
            filter,
            sort: doc! { "_id": 1 },
            index: ID,
            limit: None,
        };
        let mut all = Vec::with_capacity(keys.len());
        for raw in &self.raw(plan, None).await? {
            if let (Key::TokenFigures(factory, token), Entity::TokenFigures(figures)) =
                figures::decode(TOKEN_FIGURES, raw)?
            {
                all.push(((factory, token), Arc::unwrap_or_clone(figures)));
            }
        }
        Ok(all)
    }
}

pub(super) fn factories(chain: i64) -> Plan {
    Plan {
        collection: FACTORIES,
        filter: doc! { "_id": range(chain, true, None) },
        sort: doc! { "_id": 1 },
        index: ID,
        limit: None,
    }
}

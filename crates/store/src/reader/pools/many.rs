//! Pools of many tokens and of many pairs of tokens at once.

use std::collections::BTreeSet;

use alloy_primitives::Address;
use bson::{Bson, Document, doc};
use domain::entity::Pool;

use super::{
    PoolCursor, PoolOrder, PoolQuery,
    plan::{TVL, above_all},
};
use crate::{
    codec::{Addr, Dec, Num},
    documents::{Stored as _, decode, end_of, pool},
    error::StoreError,
    reader::{
        Snapshot,
        lists::{By, Lists, Part},
        plan::{Plan, range},
    },
};

impl Snapshot {
    /// Pools of each token, oldest first or by locked value: one command for the tokens. What is said of protocols and DEXes is not
    /// looked at; queries without a token, or by swaps, are asked one by one.
    pub async fn pools_many(&self, queries: &[PoolQuery]) -> Result<Vec<Vec<Pool>>, StoreError> {
        if let [query] = queries {
            return Ok(vec![self.pools(query).await?]);
        }
        let limit = queries.iter().map(|query| query.limit).max().unwrap_or(0);
        let mut all: Vec<Vec<Pool>> = queries.iter().map(|_| Vec::new()).collect();
        for order in [PoolOrder::Created, PoolOrder::Tvl] {
            let by = match order {
                PoolOrder::Tvl => By::Two(TVL, "_id"),
                _ => By::Path("created", false),
            };
            let (places, parts): (Vec<usize>, Vec<Part>) = queries
                .iter()
                .enumerate()
                .filter(|(_, query)| query.order == order)
                .filter_map(|(place, query)| Some((place, part(self.key(), query)?)))
                .unzip();
            if parts.is_empty() {
                continue;
            }
            let (collection, of) = (pool::Doc::COLLECTION, Some("tokens"));
            let found = self.lists(&Lists { collection, of, by, limit }, &parts).await?;
            for (place, list) in places.into_iter().zip(found) {
                let pools = list.iter().map(|raw| decode::<pool::Doc>(raw));
                if let Some(all) = all.get_mut(place) {
                    *all = pools.collect::<Result<_, _>>()?;
                }
            }
        }
        for (query, all) in queries.iter().zip(&mut all) {
            if query.token.is_none() || query.order == PoolOrder::Swaps {
                *all = self.pools(query).await?;
            }
        }
        Ok(all)
    }

    /// All pools of these pairs of tokens, oldest first; the lower address of a pair comes first. One command.
    pub async fn pools_of_pairs(&self, pairs: &[[Address; 2]]) -> Result<Vec<Pool>, StoreError> {
        let wanted: BTreeSet<[Address; 2]> = pairs.iter().copied().collect();
        let found = self.find::<pool::Doc>(of_pairs(self.key(), &wanted)).await?;
        Ok(found.into_iter().filter(|pool| wanted.contains(&[pool.token0, pool.token1])).collect())
    }
}

fn part(chain: i64, query: &PoolQuery) -> Option<Part> {
    let of = Bson::from(Addr(query.token?));
    let floor = doc! { "c": chain };
    Some(match query.order {
        PoolOrder::Created => {
            let above = match query.after {
                Some(PoolCursor::Created { block, log_index }) => {
                    pool::created_bound(chain, block, log_index)
                }
                _ => floor.clone(),
            };
            let below = match query.up_to {
                Some(block) => end_of(&doc! { "c": chain, "b": Num(block).bound() }),
                None => end_of(&floor),
            };
            Part { of, above: above.into(), below: below.into() }
        }
        PoolOrder::Tvl => {
            let (value, id) = match query.after {
                Some(PoolCursor::Tvl { usd, id }) => (Bson::from(Dec(usd)), pool::id(chain, id)),
                _ => (above_all(), floor),
            };
            Part { of, above: Bson::Null, below: doc! { "v": value, "i": id }.into() }
        }
        PoolOrder::Swaps => return None,
    })
}

/// Pools of the first and the second tokens, of which some may be no pair.
fn of_pairs(chain: i64, pairs: &BTreeSet<[Address; 2]>) -> Plan {
    let side = |side: usize| -> Vec<Addr> {
        let tokens: BTreeSet<Address> = pairs.iter().map(|pair| pair[side]).collect();
        tokens.into_iter().map(Addr).collect()
    };
    let filter: Document = doc! {
        "tokens.0": { "$in": side(0) }, "tokens.1": { "$in": side(1) },
        "created": range(chain, true, None),
    };
    let (collection, sort) = (pool::Doc::COLLECTION, doc! {});
    Plan { collection, filter, sort, index: "pair_created", limit: None }
}

//! What pools did in the last 24 hours: a handful of reads for all pools of a request.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use alloy_primitives::Address;
use api_kit::{problem::Problem, scope::Scope};
use async_graphql::dataloader::Loader;
use domain::{
    entity::{Pool, Token},
    ids::{ChainId, PoolId},
};

use crate::{
    deps::Deps,
    feeds::day::{self, Day},
    feeds::pairs::Pair,
    view::last_day::LastDay,
};

/// By chain and pool; of the newest block. Nothing of pools without a price or without decimals of their tokens.
pub(super) struct Days(pub(super) Scope, pub(super) Arc<Deps>);

impl Loader<(ChainId, PoolId)> for Days {
    type Value = Option<LastDay>;
    type Error = Problem;

    async fn load(
        &self,
        keys: &[(ChainId, PoolId)],
    ) -> Result<HashMap<(ChainId, PoolId), Option<LastDay>>, Problem> {
        let mut found: HashMap<_, _> = keys.iter().map(|key| (*key, None)).collect();
        let mut chains = BTreeMap::<ChainId, BTreeSet<PoolId>>::new();
        for (chain, pool) in keys {
            chains.entry(*chain).or_default().insert(*pool);
        }
        for (chain, pools) in chains {
            let pools: Vec<PoolId> = pools.into_iter().collect();
            let days = self.of_chain(chain, &pools).await?;
            found.extend(days.into_iter().map(|(pool, day)| ((chain, pool), Some(day))));
        }
        Ok(found)
    }
}

impl Days {
    async fn of_chain(
        &self,
        chain: ChainId,
        pools: &[PoolId],
    ) -> Result<Vec<(PoolId, LastDay)>, Problem> {
        let snapshot = self.0.at(chain).await?;
        let hot = self.1.chains.resolve(Some(chain))?.1.book.hot();
        let pools: Vec<Arc<Pool>> = hot.pools_by_ids(&snapshot, pools).await?;
        let tokens: BTreeSet<Address> =
            pools.iter().flat_map(|pool| [pool.token0, pool.token1]).collect();
        let tokens: Vec<Address> = tokens.into_iter().collect();
        let tokens: BTreeMap<Address, Arc<Token>> = hot
            .tokens_by_addresses(&snapshot, &tokens)
            .await?
            .into_iter()
            .map(|token| (token.address, token))
            .collect();
        let pair = |pool: Arc<Pool>| {
            let (token0, token1) = (tokens.get(&pool.token0)?, tokens.get(&pool.token1)?);
            Pair::plain(Arc::unwrap_or_clone(pool), token0, token1)
        };
        let pairs: Vec<Pair> = pools.into_iter().filter_map(pair).collect();
        let traded = day::of_pairs(&snapshot, &pairs).await?;
        let told = pairs.iter().filter_map(|pair| {
            let day = Day::new(pair, traded.get(&pair.pool.id))?;
            Some((pair.pool.id, LastDay::new(pair, &day)))
        });
        Ok(told.collect())
    }
}

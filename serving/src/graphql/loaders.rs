//! What rows refer to, read for a whole page at once.

use std::collections::{BTreeMap, HashMap};

use alloy_primitives::Address;
use api_kit::{problem::Problem, scope::Scope};
use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use domain::{
    entity::{Pool, Token},
    ids::{ChainId, PoolId},
    reconciled::Reconciled,
};

/// A loader that keeps what it has loaded, for one request.
pub(super) type Cached<T> = DataLoader<T, HashMapCache>;

/// One for a request.
pub(super) fn cached<T>(loader: T) -> Cached<T> {
    DataLoader::with_cache(loader, tokio::spawn, HashMapCache::default())
}

/// Tokens by chain and address.
pub(super) struct Tokens(pub(super) Scope);

impl Loader<(ChainId, Address)> for Tokens {
    type Value = Token;
    type Error = Problem;

    async fn load(
        &self,
        keys: &[(ChainId, Address)],
    ) -> Result<HashMap<(ChainId, Address), Token>, Problem> {
        let mut found = HashMap::new();
        for (chain, addresses) in by_chain(keys) {
            let tokens = self.0.at(chain).await?.tokens_by_addresses(&addresses).await?;
            found.extend(tokens.into_iter().map(|token| ((chain, token.address), token)));
        }
        Ok(found)
    }
}

/// Pools by chain and id.
pub(super) struct Pools(pub(super) Scope);

impl Loader<(ChainId, PoolId)> for Pools {
    type Value = Pool;
    type Error = Problem;

    async fn load(
        &self,
        keys: &[(ChainId, PoolId)],
    ) -> Result<HashMap<(ChainId, PoolId), Pool>, Problem> {
        let mut found = HashMap::new();
        for (chain, ids) in by_chain(keys) {
            let pools = self.0.at(chain).await?.pools_by_ids(&ids).await?;
            found.extend(pools.into_iter().map(|pool| ((chain, pool.id), pool)));
        }
        Ok(found)
    }
}

/// What contracts said of pools' balances, by chain and id. That they said nothing is known, too, and not asked again.
pub(super) struct Balances(pub(super) Scope);

impl Loader<(ChainId, PoolId)> for Balances {
    type Value = Option<Reconciled>;
    type Error = Problem;

    async fn load(
        &self,
        keys: &[(ChainId, PoolId)],
    ) -> Result<HashMap<(ChainId, PoolId), Option<Reconciled>>, Problem> {
        let mut found: HashMap<_, _> = keys.iter().map(|key| (*key, None)).collect();
        for (chain, ids) in by_chain(keys) {
            let pools = self.0.at(chain).await?.reconciled(&ids).await?;
            found.extend(pools.into_iter().map(|pool| ((chain, pool.pool), Some(pool))));
        }
        Ok(found)
    }
}

fn by_chain<T: Copy>(keys: &[(ChainId, T)]) -> BTreeMap<ChainId, Vec<T>> {
    let mut chains = BTreeMap::<_, Vec<_>>::new();
    for (chain, key) in keys {
        chains.entry(*chain).or_default().push(*key);
    }
    chains
}

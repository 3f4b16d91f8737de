//! What rows refer to, read for a whole page at once.

use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use alloy_primitives::Address;
use api_kit::{problem::Problem, scope::Scope};
use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use domain::{
    block::BlockRef,
    entity::{Pool, Token},
    figures::{Factory, Interval, PoolInterval, TokenFigures},
    fold::{EntityType, Key},
    ids::{ChainId, PoolId},
    reconciled::Reconciled,
};
use store::{PoolOrder, PoolQuery, Snapshot};
use tokio::task::JoinSet;

use crate::{deps::Deps, hot::Hot};

#[cfg(test)]
mod tests;

/// Keys of one load. A page's are fewer: they are read by one command, whatever asks for them.
const AT_ONCE: usize = 50_000;

/// A loader that keeps what it has loaded, for one request.
pub(super) type Cached<T> = DataLoader<T, HashMapCache>;

/// One for a request.
pub(super) fn cached<T>(loader: T) -> Cached<T> {
    let reads = Mutex::new(JoinSet::new());
    // what is still being read when its request is gone, nobody waits for
    let read = move |load| {
        let mut reads = reads.lock().unwrap_or_else(PoisonError::into_inner);
        while reads.try_join_next().is_some() {}
        reads.spawn(load);
    };
    DataLoader::with_cache(loader, read, HashMapCache::default()).max_batch_size(AT_ONCE)
}

/// A chain as of a block; `None`: the newest.
pub(super) type Place = (ChainId, Option<u64>);

/// The chain of an answer as of a block.
pub(super) fn place(chain: ChainId, older: Option<BlockRef>) -> Place {
    (chain, older.map(|block| block.number))
}

/// Tokens by place and address.
pub(super) struct Tokens(pub(super) Scope, pub(super) Arc<Deps>);

impl Loader<(Place, Address)> for Tokens {
    type Value = Arc<Token>;
    type Error = Problem;

    async fn load(
        &self,
        keys: &[(Place, Address)],
    ) -> Result<HashMap<(Place, Address), Arc<Token>>, Problem> {
        let mut found = HashMap::new();
        for (place, addresses) in by_place(keys) {
            let snapshot = self.0.at(place.0).await?;
            let tokens: Vec<Arc<Token>> = match place.1 {
                Some(block) => {
                    let keys: Vec<Key> = addresses.iter().copied().map(Key::Token).collect();
                    let then = then::<Token>(&snapshot, &keys, block).await?;
                    then.into_iter().flatten().map(Arc::new).collect()
                }
                None => hot(&self.1, place.0)?.tokens_by_addresses(&snapshot, &addresses).await?,
            };
            found.extend(tokens.into_iter().map(|token| ((place, token.address), token)));
        }
        Ok(found)
    }
}

/// Pools by place and id.
pub(super) struct Pools(pub(super) Scope, pub(super) Arc<Deps>);

impl Loader<(Place, PoolId)> for Pools {
    type Value = Arc<Pool>;
    type Error = Problem;

    async fn load(
        &self,
        keys: &[(Place, PoolId)],
    ) -> Result<HashMap<(Place, PoolId), Arc<Pool>>, Problem> {
        let mut found = HashMap::new();
        for (place, ids) in by_place(keys) {
            let snapshot = self.0.at(place.0).await?;
            let pools = match place.1 {
                Some(block) => {
                    let then = snapshot.pools_by_ids_at(&ids, block).await?;
                    then.into_iter().map(Arc::new).collect()
                }
                None => hot(&self.1, place.0)?.pools_by_ids(&snapshot, &ids).await?,
            };
            found.extend(pools.into_iter().map(|pool| ((place, pool.id), pool)));
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
        for (chain, ids) in by_place(keys) {
            let pools = self.0.at(chain).await?.reconciled(&ids).await?;
            found.extend(pools.into_iter().map(|pool| ((chain, pool.pool), Some(pool))));
        }
        Ok(found)
    }
}

/// The DEXes of a chain, by factory.
pub(super) struct Factories(pub(super) Scope);

impl Loader<Place> for Factories {
    type Value = Vec<(Address, Factory)>;
    type Error = Problem;

    async fn load(&self, places: &[Place]) -> Result<HashMap<Place, Self::Value>, Problem> {
        let mut found = HashMap::new();
        for place in places {
            let snapshot = self.0.at(place.0).await?;
            let factories = crate::read::dexes::figures(&snapshot, place.1).await?;
            found.insert(*place, factories);
        }
        Ok(found)
    }
}

/// A token within a DEX: factory and token.
pub(super) type Within = (Address, Address);

/// Figures of tokens within DEXes; that there are none is known, too.
pub(super) struct OfTokens(pub(super) Scope);

impl Loader<(Place, Within)> for OfTokens {
    type Value = Option<TokenFigures>;
    type Error = Problem;

    async fn load(
        &self,
        keys: &[(Place, Within)],
    ) -> Result<HashMap<(Place, Within), Option<TokenFigures>>, Problem> {
        let mut found: HashMap<_, _> = keys.iter().map(|key| (*key, None)).collect();
        for (place, tokens) in by_place(keys) {
            let snapshot = self.0.at(place.0).await?;
            let figures = match place.1 {
                Some(block) => {
                    let keys: Vec<Key> =
                        tokens.iter().map(|(dex, token)| Key::TokenFigures(*dex, *token)).collect();
                    let then = then::<TokenFigures>(&snapshot, &keys, block).await?;
                    let known = tokens.into_iter().zip(then);
                    known.filter_map(|(key, figures)| Some((key, figures?))).collect()
                }
                None => snapshot.token_figures(&tokens).await?,
            };
            found.extend(figures.into_iter().map(|(key, figures)| ((place, key), Some(figures))));
        }
        Ok(found)
    }
}

/// The pools of a token with most locked value, by chain and token; of the newest block.
pub(super) struct Leading(pub(super) Scope);

/// Pools of a token that are looked at for one by which it has a price.
const LEADING: u32 = 5;

impl Loader<(ChainId, Address)> for Leading {
    type Value = Vec<Arc<Pool>>;
    type Error = Problem;

    async fn load(
        &self,
        keys: &[(ChainId, Address)],
    ) -> Result<HashMap<(ChainId, Address), Self::Value>, Problem> {
        let mut found = HashMap::new();
        for (chain, tokens) in by_place(keys) {
            let of = |token: &Address| PoolQuery {
                token: Some(*token),
                order: PoolOrder::Tvl,
                limit: LEADING,
                ..PoolQuery::default()
            };
            let queries: Vec<PoolQuery> = tokens.iter().map(of).collect();
            let pools = self.0.at(chain).await?.pools_many(&queries).await?;
            found.extend(tokens.into_iter().zip(pools).map(|(token, pools)| {
                ((chain, token), pools.into_iter().map(Arc::new).collect::<Vec<_>>())
            }));
        }
        Ok(found)
    }
}

/// A pool's period: pool, length and number.
pub(super) type Period = (PoolId, Interval, u32);

/// Periods of pools; that nothing happened in one is known, too.
pub(super) struct Periods(pub(super) Scope);

impl Loader<(Place, Period)> for Periods {
    type Value = Option<PoolInterval>;
    type Error = Problem;

    async fn load(
        &self,
        keys: &[(Place, Period)],
    ) -> Result<HashMap<(Place, Period), Option<PoolInterval>>, Problem> {
        let mut found: HashMap<_, _> = keys.iter().map(|key| (*key, None)).collect();
        for (place, periods) in by_place(keys) {
            let snapshot = self.0.at(place.0).await?;
            let rows = match place.1 {
                Some(block) => {
                    let key =
                        |(pool, kind, number): &Period| Key::PoolInterval(*pool, *kind, *number);
                    let keys: Vec<Key> = periods.iter().map(key).collect();
                    let then = then::<PoolInterval>(&snapshot, &keys, block).await?;
                    let known = periods.into_iter().zip(then);
                    known.filter_map(|(key, row)| Some((key, row?))).collect()
                }
                None => snapshot.pool_intervals_by_keys(&periods).await?,
            };
            found.extend(rows.into_iter().map(|(key, row)| ((place, key), Some(row))));
        }
        Ok(found)
    }
}

/// What is in memory of a chain.
fn hot(deps: &Deps, chain: ChainId) -> Result<&Hot, Problem> {
    Ok(deps.chains.resolve(Some(chain))?.1.book.hot())
}

async fn then<T: EntityType + Clone>(
    snapshot: &Snapshot,
    keys: &[Key],
    block: u64,
) -> Result<Vec<Option<T>>, Problem> {
    let found = snapshot.entities_at(keys, block).await?;
    Ok(found.iter().map(|entity| entity.as_ref().and_then(T::of).cloned()).collect())
}

fn by_place<P: Copy + Ord + Hash, T: Copy>(keys: &[(P, T)]) -> BTreeMap<P, Vec<T>> {
    let mut places = BTreeMap::<_, Vec<_>>::new();
    for (place, key) in keys {
        places.entry(*place).or_default().push(*key);
    }
    places
}

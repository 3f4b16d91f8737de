//! `asOf` of the root's fields: the block that a field reads at.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use api_kit::{problem::Problem, scope::Scope};
use async_graphql::{Context, OneofObject, Result, dataloader::Loader};
use domain::ids::ChainId;

use super::loaders::Cached;
use crate::{
    deps::Deps,
    read::as_of::{AsOf as Meant, At},
};

/// An indexed block.
#[derive(Debug, Clone, Copy, OneofObject)]
pub(super) enum AsOf {
    /// The block at this height.
    Block(u64),
    /// The newest block that is not younger than this Unix time in seconds.
    Timestamp(u64),
}

impl From<AsOf> for Meant {
    fn from(as_of: AsOf) -> Self {
        match as_of {
            AsOf::Block(number) => Self::Block(number),
            AsOf::Timestamp(timestamp) => Self::Timestamp(timestamp),
        }
    }
}

/// Blocks that one request may mean by `asOf`: of an old one the node may have to be asked a few times.
const MOST: usize = 25;

/// Chains as of blocks: fields that mean the same one look for it once.
pub(super) struct Moments {
    scope: Scope,
    deps: Arc<Deps>,
    /// What was meant so far.
    meant: Mutex<BTreeSet<(ChainId, Meant)>>,
}

impl Moments {
    /// For a request; nothing was meant yet.
    pub(super) fn new(scope: Scope, deps: Arc<Deps>) -> Self {
        Self { scope, deps, meant: Mutex::default() }
    }

    /// One more that is meant.
    fn mean(&self, key: (ChainId, Meant)) -> Result<(), Problem> {
        let mut meant = self.meant.lock().unwrap_or_else(PoisonError::into_inner);
        if meant.len() >= MOST && !meant.contains(&key) {
            let detail = format!("the query means more than {MOST} blocks by `asOf`; split it");
            return Err(Problem::unprocessable("AS_OF_TOO_MANY", detail));
        }
        meant.insert(key);
        Ok(())
    }
}

impl Loader<(ChainId, Meant)> for Moments {
    /// A block that cannot be read is the trouble of those who asked for it.
    type Value = Result<At, Problem>;
    type Error = Problem;

    async fn load(
        &self,
        keys: &[(ChainId, Meant)],
    ) -> Result<HashMap<(ChainId, Meant), Self::Value>, Problem> {
        let mut all = HashMap::new();
        for key in keys {
            let chain = self.deps.chains.resolve(Some(key.0))?;
            let at = match self.mean(*key) {
                Ok(()) => At::open(&self.scope, chain, Some(key.1)).await,
                Err(problem) => Err(problem),
            };
            all.insert(*key, at);
        }
        Ok(all)
    }
}

/// The chain that a field means, as of the block it means.
pub(super) async fn open(
    ctx: &Context<'_>,
    chain: Option<u64>,
    as_of: Option<AsOf>,
) -> Result<(ChainId, At)> {
    let chain = ctx.data::<Arc<Deps>>()?.chains.resolve(chain)?;
    let Some(as_of) = as_of else {
        return Ok((chain.0, At::open(ctx.data::<Scope>()?, chain, None).await?));
    };
    let found = ctx.data::<Cached<Moments>>()?.load_one((chain.0, as_of.into())).await?;
    Ok((chain.0, found.ok_or_else(Problem::internal)??))
}

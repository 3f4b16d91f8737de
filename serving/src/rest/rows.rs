//! What lists of rows of pools take.

use api_kit::{parse, problem::Problem};
use domain::ids::ChainId;
use serde::Deserialize;

use super::as_of;
use crate::{
    deps::Deps,
    read::{as_of::At, rows::Filter},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Params {
    chain: Option<String>,
    pool: Option<String>,
    account: Option<String>,
    pub(super) first: Option<String>,
    pub(super) after: Option<String>,
    as_of_block: Option<String>,
    as_of_timestamp: Option<String>,
}

impl Params {
    pub(super) fn filter(&self) -> Result<Filter, Problem> {
        let (pool, account) = (self.pool.as_deref(), self.account.as_deref());
        Ok(Filter {
            pool: pool.map(|pool| parse::pool_id("pool", pool)).transpose()?,
            account: account.map(|account| parse::address("account", account)).transpose()?,
        })
    }

    pub(super) async fn open(&self, deps: &Deps) -> Result<(ChainId, At), Problem> {
        let (block, timestamp) = (self.as_of_block.as_deref(), self.as_of_timestamp.as_deref());
        as_of::open(deps, self.chain.as_deref(), block, timestamp).await
    }
}

/// What lists that belong to one thing take.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct OfOne {
    chain: Option<String>,
    pub(super) first: Option<String>,
    pub(super) after: Option<String>,
    as_of_block: Option<String>,
    as_of_timestamp: Option<String>,
}

impl OfOne {
    pub(super) async fn open(&self, deps: &Deps) -> Result<(ChainId, At), Problem> {
        let (block, timestamp) = (self.as_of_block.as_deref(), self.as_of_timestamp.as_deref());
        as_of::open(deps, self.chain.as_deref(), block, timestamp).await
    }
}

//! What lists of rows of pools take.

use api_kit::{parse, problem::Problem};
use domain::ids::ChainId;
use serde::Deserialize;
use utoipa::IntoParams;

use super::as_of;
use crate::openapi::shapes::{
    AddressText, AsOfBlock, AsOfTimestamp, ChainNumber, Cursor, PageSize, PoolIdText,
};
use crate::{
    deps::Deps,
    read::{as_of::At, rows::Filter},
};

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Params {
    #[param(value_type = Option<ChainNumber>)]
    chain: Option<String>,
    /// Only of this pool.
    #[param(value_type = Option<PoolIdText>)]
    pool: Option<String>,
    /// Only of transactions that this account sent.
    #[param(value_type = Option<AddressText>)]
    account: Option<String>,
    #[param(value_type = Option<PageSize>)]
    pub(super) first: Option<String>,
    #[param(value_type = Option<Cursor>)]
    pub(super) after: Option<String>,
    #[param(value_type = Option<AsOfBlock>)]
    as_of_block: Option<String>,
    #[param(value_type = Option<AsOfTimestamp>)]
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
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OfOne {
    #[param(value_type = Option<ChainNumber>)]
    chain: Option<String>,
    #[param(value_type = Option<PageSize>)]
    pub(super) first: Option<String>,
    #[param(value_type = Option<Cursor>)]
    pub(super) after: Option<String>,
    #[param(value_type = Option<AsOfBlock>)]
    as_of_block: Option<String>,
    #[param(value_type = Option<AsOfTimestamp>)]
    as_of_timestamp: Option<String>,
}

impl OfOne {
    pub(super) async fn open(&self, deps: &Deps) -> Result<(ChainId, At), Problem> {
        let (block, timestamp) = (self.as_of_block.as_deref(), self.as_of_timestamp.as_deref());
        as_of::open(deps, self.chain.as_deref(), block, timestamp).await
    }
}

//! Market prices, read for a whole page at once.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use alloy_primitives::Address;
use api_kit::problem::Problem;
use async_graphql::dataloader::Loader;
use domain::{
    ids::ChainId,
    market::{Deviation, deviation::of_token},
};

use crate::{
    deps::Deps,
    read::prices::{Moment, prices_of},
    view::price::MarketPrice,
};

/// A token of a chain at a moment.
pub(super) type PriceKey = (ChainId, Moment, Address);

/// Prices by chain, moment and token: the commands do not grow with the keys.
pub(super) struct Prices(pub(super) Arc<Deps>);

impl Loader<PriceKey> for Prices {
    type Value = MarketPrice;
    type Error = Problem;

    async fn load(&self, keys: &[PriceKey]) -> Result<HashMap<PriceKey, MarketPrice>, Problem> {
        let mut chains: BTreeMap<ChainId, BTreeMap<Moment, BTreeSet<Address>>> = BTreeMap::new();
        for (chain, moment, token) in keys {
            chains.entry(*chain).or_default().entry(*moment).or_default().insert(*token);
        }
        let mut all = HashMap::new();
        for (chain, moments) in chains {
            let found = prices_of(&self.0, chain, &moments).await?;
            all.extend(
                found.into_iter().map(|((moment, token), price)| ((chain, moment, token), price)),
            );
        }
        Ok(all)
    }
}

/// The newest deviations of tokens from the market, where there is one: one command for each chain.
pub(super) struct Deviations(pub(super) Arc<Deps>, pub(super) super::prices::Now);

impl Loader<(ChainId, Address)> for Deviations {
    type Value = Option<Deviation>;
    type Error = Problem;

    async fn load(
        &self,
        keys: &[(ChainId, Address)],
    ) -> Result<HashMap<(ChainId, Address), Option<Deviation>>, Problem> {
        let mut chains: BTreeMap<ChainId, Vec<Address>> = BTreeMap::new();
        for (chain, token) in keys {
            chains.entry(*chain).or_default().push(*token);
        }
        let (market, now) = (self.0.reader.market(), self.1.get());
        let mut all = HashMap::new();
        for (chain, tokens) in chains {
            let subjects: Vec<_> = tokens.iter().copied().map(of_token).collect();
            let found = market.newest_deviations(chain, &subjects, now).await?;
            let known = tokens.into_iter().zip(&subjects);
            all.extend(known.map(|(token, subject)| ((chain, token), found.get(subject).copied())));
        }
        Ok(all)
    }
}

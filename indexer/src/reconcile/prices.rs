//! What tokens are worth in USD at the block of the run, by the figures of their DEX.

use std::{
    collections::{HashMap, hash_map::Entry as Slot},
    sync::Arc,
};

use alloy_primitives::Address;
use domain::{
    decimal::Decimal,
    figures::TokenFigures,
    fold::{Entity, Key},
};
use store::{Snapshot, StoreError};

/// Prices read so far.
#[derive(Debug, Default)]
pub(super) struct Prices {
    reference: HashMap<Address, Decimal>,
    tokens: HashMap<(Address, Address), TokenFigures>,
}

impl Prices {
    /// One whole token in USD; 0 where nothing tells.
    pub(super) async fn usd(
        &mut self,
        snapshot: &Snapshot,
        factory: Address,
        token: Address,
    ) -> Result<Decimal, StoreError> {
        let derived = self.figures(snapshot, factory, token).await?.derived_eth;
        if let Some(eth) = self.reference.get(&factory) {
            return Ok(derived * *eth);
        }
        let found = snapshot.entity_at(&Key::Factory(factory), snapshot.block().number).await?;
        let eth = match found {
            Some(Entity::Factory(factory)) => factory.eth_price_usd,
            _ => Decimal::ZERO,
        };
        self.reference.insert(factory, eth);
        Ok(derived * eth)
    }

    /// A token's figures within a DEX.
    pub(super) async fn figures(
        &mut self,
        snapshot: &Snapshot,
        factory: Address,
        token: Address,
    ) -> Result<&TokenFigures, StoreError> {
        let place = match self.tokens.entry((factory, token)) {
            Slot::Occupied(known) => return Ok(known.into_mut()),
            Slot::Vacant(place) => place,
        };
        let key = Key::TokenFigures(factory, token);
        let figures = match snapshot.entity_at(&key, snapshot.block().number).await? {
            Some(Entity::TokenFigures(figures)) => Arc::unwrap_or_clone(figures),
            _ => TokenFigures::default(),
        };
        Ok(place.insert(figures))
    }
}

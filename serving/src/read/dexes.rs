//! DEXes: what is configured of them, and what their events add up to.

use std::collections::BTreeMap;

use alloy_primitives::Address;
use api_kit::{parse, problem::Problem};
use domain::{
    config::Dex,
    figures::{Factory, TokenFigures},
    fold::{EntityType as _, Key},
};
use store::{Snapshot, StoreError};

use super::{as_of::At, candles::busiest};
use crate::{
    deps::ChainDeps,
    failure,
    view::dex::{self as view, TokenOnDex},
};

/// The figures of all DEXes that made a pool or more, by factory; as of a block, or of now.
pub(crate) async fn figures(
    snapshot: &Snapshot,
    block: Option<u64>,
) -> Result<Vec<(Address, Factory)>, StoreError> {
    let now = snapshot.factories().await?;
    let Some(block) = block else { return Ok(now) };
    let keys: Vec<Key> = now.iter().map(|(factory, _)| Key::Factory(*factory)).collect();
    let then = snapshot.entities_at(&keys, block).await?;
    let then = now.into_iter().zip(then).filter_map(|((factory, _), entity)| {
        Some((factory, Factory::of(entity.as_ref()?)?.clone()))
    });
    Ok(then.collect())
}

/// What is configured of the DEX of a factory.
pub(crate) fn configured(chain: &ChainDeps, factory: Address) -> Option<&Dex> {
    chain.dexes.iter().find(|dex| dex.factory == factory)
}

/// What the events of each DEX add up to for a token.
pub(crate) async fn of_token(
    at: &At,
    chain: &ChainDeps,
    token: Address,
) -> Result<Vec<TokenOnDex>, Problem> {
    let factories = figures(at.snapshot(), at.past()).await?;
    let keys: Vec<_> = factories.iter().map(|(factory, _)| (*factory, token)).collect();
    let found: Vec<Option<TokenFigures>> = match at.past() {
        Some(block) => {
            let keys: Vec<Key> =
                keys.iter().map(|(factory, token)| Key::TokenFigures(*factory, *token)).collect();
            at.then(&keys, block).await?
        }
        None => {
            let mut found: BTreeMap<_, _> =
                at.snapshot().token_figures(&keys).await?.into_iter().collect();
            keys.iter().map(|key| found.remove(key)).collect()
        }
    };
    let rows = factories.iter().zip(found).filter_map(|((factory, totals), figures)| {
        let of = (*factory, configured(chain, *factory));
        Some(TokenOnDex::new(of, &figures?, totals.eth_price_usd))
    });
    Ok(rows.collect())
}

/// The DEXes that made a pool or more, with what is configured of them.
pub(crate) async fn all(at: &At, chain: &ChainDeps) -> Result<Vec<view::Dex>, Problem> {
    let id = at.snapshot().chain();
    let figures = figures(at.snapshot(), at.past()).await?;
    let dexes = figures.iter().map(|(factory, figures)| {
        view::Dex::new((id, *factory), configured(chain, *factory), figures, at.older())
    });
    Ok(dexes.collect())
}

/// The factory of a DEX by its configured name.
pub(crate) fn factory(chain: &ChainDeps, name: &str) -> Option<Address> {
    chain.dexes.iter().find(|dex| dex.name == name).map(|dex| dex.factory)
}

/// The factory of a DEX by its configured name or the factory's own address.
pub(crate) fn named(chain: &ChainDeps, name: &str) -> Result<Address, Problem> {
    if name.starts_with("0x") {
        return parse::address("dex", name);
    }
    factory(chain, name).ok_or_else(|| failure::unknown_dex(name))
}

/// The factory of the DEX whose figures of a token are meant; that of the token's busiest pool where none is named, which is
/// known of now alone.
pub(crate) async fn of_series(
    at: &At,
    chain: &ChainDeps,
    name: Option<&str>,
    token: Address,
) -> Result<Address, Problem> {
    match name {
        Some(name) => named(chain, name),
        None => {
            at.only_now("which DEX a token was traded on most is known of now; name one")?;
            busiest(at.snapshot(), token).await
        }
    }
}

//! Which router carries out a way.
//!
//! The rule: SwapRouter02 where all legs are of V2 and V3 and it can do everything that is asked for, since its allowance is
//! the token's own; else the Universal Router.

use std::collections::BTreeSet;

use alloy_primitives::Address;
use domain::{entity::Protocol, route::Plan};

use crate::{
    book::Book,
    deps::ChainDeps,
    quote::request::{RouterKind, Trade, TradeType, Wish},
};

/// The fee that the routers reckon pairs with, in pips.
pub(super) const PAIR_FEE: u32 = 3_000;

/// A router.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::quote) struct Via {
    pub(in crate::quote) kind: RouterKind,
    pub(in crate::quote) router: Address,
}

/// A leg, as far as routers care.
struct Stop {
    dex: String,
    protocol: Protocol,
    fee_pips: u32,
}

/// The router for this way, or why there is none.
pub(super) fn choose(
    chain: &ChainDeps,
    book: &Book,
    trade: &Trade,
    wish: &Wish,
    plan: &Plan,
) -> Result<Via, String> {
    let routes: Vec<Vec<Stop>> = plan
        .routes
        .iter()
        .map(|route| route.legs.iter().filter_map(|leg| stop(book, leg.pool)).collect())
        .collect();
    if wish.portion.is_some() || plan.routes.len() > 1 {
        let taxed = plan.routes.iter().filter_map(|route| route.legs.last()).any(|leg| {
            book.market.pool(leg.pool).is_some_and(|venue| venue.takes_tax(leg.token_out))
        });
        if taxed {
            return Err("what comes out is taxed at each transfer: it can only go to the recipient at once, by one path \
                        and without a portion"
                .into());
        }
    }
    let suits = |kind| suits(chain, trade, wish, &routes, kind);
    match wish.router {
        Some(kind) => suits(kind),
        None => suits(RouterKind::SwapRouter02).or_else(|_| suits(RouterKind::Universal)),
    }
}

fn stop(book: &Book, pool: domain::route::PoolIx) -> Option<Stop> {
    let (name, venue) = (book.names.pool(pool)?, book.market.pool(pool)?);
    Some(Stop { dex: name.dex.to_string(), protocol: venue.protocol, fee_pips: name.fee_pips })
}

/// What a router of this kind cannot do for anybody.
pub(super) fn cannot(kind: RouterKind, wish: &Wish) -> Option<&'static str> {
    if kind == RouterKind::Universal {
        return None;
    }
    if wish.portion.is_some() {
        return Some("SwapRouter02 pays no portions: leave `router` out, or name universal");
    }
    let permit = "SwapRouter02 takes no permit of Permit2: leave `router` out, or name universal";
    wish.permit.is_some().then_some(permit)
}

/// The address at which a DEX's pools are reached.
pub(super) fn at(chain: &ChainDeps, dex: &str, kind: RouterKind) -> Option<Address> {
    let routers = chain.routers.get(dex)?;
    match kind {
        RouterKind::SwapRouter02 => routers.swap_router02,
        RouterKind::Universal => routers.universal_router,
    }
}

fn suits(
    chain: &ChainDeps,
    trade: &Trade,
    wish: &Wish,
    routes: &[Vec<Stop>],
    kind: RouterKind,
) -> Result<Via, String> {
    if let Some(why) = cannot(kind, wish) {
        return Err(why.into());
    }
    let mut routers = BTreeSet::new();
    for stop in routes.iter().flatten() {
        if kind == RouterKind::SwapRouter02 && stop.protocol == Protocol::V4 {
            return Err("SwapRouter02 does not know V4 pools".into());
        }
        if stop.protocol == Protocol::V2 && stop.fee_pips != PAIR_FEE {
            return Err(format!("routers reckon with other fees than pairs of dex `{}`", stop.dex));
        }
        let router = at(chain, &stop.dex, kind).ok_or_else(|| {
            let key = match kind {
                RouterKind::SwapRouter02 => "swap_router02",
                RouterKind::Universal => "universal_router",
            };
            format!("no router is configured for dex `{}` (`{key}`)", stop.dex)
        })?;
        routers.insert(router);
    }
    if trade.trade_type == TradeType::ExactOut && routes.iter().any(|stops| is_mixed(stops)) {
        let why = "no router gives an exact output along one path through several protocols";
        return Err(why.into());
    }
    let mut routers = routers.into_iter();
    match (routers.next(), routers.next()) {
        (Some(router), None) => Ok(Via { kind, router }),
        _ => Err("the pools on the way belong to several routers".into()),
    }
}

fn is_mixed(stops: &[Stop]) -> bool {
    stops.windows(2).any(|pair| pair.first().map(|s| s.protocol) != pair.last().map(|s| s.protocol))
}

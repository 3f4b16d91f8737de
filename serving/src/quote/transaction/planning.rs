//! The best way that a router can carry out.

use std::{collections::BTreeSet, sync::Arc};

use api_kit::problem::Problem;
use domain::{entity::Protocol, ids::PoolId, route::PoolIx};

use super::router::{PAIR_FEE, Via, at, cannot, choose};
use crate::{
    book::{Book, PoolKind},
    deps::ChainDeps,
    quote::{
        native,
        plan::Planned,
        request::{RouterKind, Through, Trade, TradeType, Wish},
    },
};

/// The best way; where a transaction is wanted and no router can do that one, the best of those that one router can do.
pub(in crate::quote) async fn plan(
    chain: &ChainDeps,
    book: &Arc<Book>,
    trade: &Trade,
) -> Result<(Planned, Option<Via>), Problem> {
    let planned = native::plan(chain, book, trade).await?;
    let Some(wish) = &trade.wish else { return Ok((planned, None)) };
    let why = match choose(chain, book, trade, wish, &planned.plan) {
        Ok(via) => return Ok((planned, Some(via))),
        Err(why) => why,
    };
    let mut best: Option<(Planned, Via)> = None;
    for narrow in narrowed(chain, book, trade, wish) {
        let Ok(planned) = native::plan(chain, book, &narrow).await else { continue };
        let Ok(via) = choose(chain, book, &narrow, wish, &planned.plan) else { continue };
        if best.as_ref().is_none_or(|(best, _)| native::is_better(trade, &planned, best)) {
            best = Some((planned, via));
        }
    }
    best.map(|(planned, via)| (planned, Some(via))).ok_or_else(|| {
        Problem::unprocessable(
            "TRANSACTION_UNAVAILABLE",
            format!("no transaction can be built: {why}; without `recipient` there is a quote"),
        )
    })
}

/// The same trade by the pools of one router; an exact output by those of one protocol, too.
fn narrowed(chain: &ChainDeps, book: &Book, trade: &Trade, wish: &Wish) -> Vec<Trade> {
    if matches!(trade.through, Through::Pool(..)) {
        return Vec::new();
    }
    let mut trades = Vec::new();
    for via in routers(chain, wish) {
        let mut narrow = trade.clone();
        narrow.exclude_pools.extend(out_of_reach(chain, book, via));
        if trade.trade_type == TradeType::ExactIn {
            // one path has to do for tokens that are taxed
            trades.push(Trade { splits: 1, ..narrow.clone() });
            trades.push(narrow);
            continue;
        }
        for protocol in [Protocol::V2, Protocol::V3, Protocol::V4] {
            if trade.protocols.is_empty() || trade.protocols.contains(&protocol) {
                trades.push(Trade { protocols: vec![protocol], ..narrow.clone() });
            }
        }
    }
    trades
}

fn routers(chain: &ChainDeps, wish: &Wish) -> BTreeSet<Via> {
    let kinds = [RouterKind::SwapRouter02, RouterKind::Universal].into_iter().filter(|kind| {
        wish.router.is_none_or(|wanted| wanted == *kind) && cannot(*kind, wish).is_none()
    });
    kinds
        .flat_map(|kind| {
            let of_dexes = chain.routers.keys().filter_map(move |dex| at(chain, dex, kind));
            of_dexes.map(move |router| Via { kind, router })
        })
        .collect()
}

/// The pools that a router does not trade in.
fn out_of_reach(chain: &ChainDeps, book: &Book, via: Via) -> Vec<PoolId> {
    let reaches = |kind: &PoolKind| {
        kind.pair_fee.is_none_or(|fee| fee == PAIR_FEE)
            && at(chain, &kind.dex, via.kind) == Some(via.router)
    };
    // one router for everything is the usual case: no need to look at each pool of a large market
    if book.names.kinds().iter().all(reaches) {
        return Vec::new();
    }
    let known = u32::try_from(book.market.len()).unwrap_or(u32::MAX);
    let pools = (0..known).filter_map(|number| book.names.pool(PoolIx(number)));
    pools.filter(|pool| !reaches(&PoolKind::of(pool))).map(|pool| pool.id).collect()
}

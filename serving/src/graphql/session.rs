//! What the fields of a request read by.

use std::sync::Arc;

use api_kit::scope::Scope;
use async_graphql::Request;

use super::{
    as_of, last_day,
    loaders::{self, Cached, cached},
    price_loaders,
    prices::Now,
    rows::Merged,
};
use crate::{deps::Deps, node::Heads, read};

/// A request that is answered once: one scope, one block, and nothing is read twice.
pub(super) fn once(deps: &Arc<Deps>, scope: &Scope, request: Request) -> Request {
    with_data(deps, scope, request, Keep(true))
}

/// A request that is answered again and again: each answer moves its scope to another block, so nothing that was read for
/// one is kept for the next.
pub(super) fn following(deps: &Arc<Deps>, request: Request) -> Request {
    with_data(deps, &Scope::new(deps.reader.clone()), request, Keep(false))
}

/// Whether what was read is kept.
#[derive(Clone, Copy)]
struct Keep(bool);

impl Keep {
    fn of<T>(self, loader: T) -> Cached<T> {
        let loader = cached(loader);
        loader.enable_all_cache(self.0);
        loader
    }
}

fn with_data(deps: &Arc<Deps>, scope: &Scope, mut request: Request, keep: Keep) -> Request {
    let merged = Merged::of(&mut request);
    let scope = scope.clone();
    let tokens = keep.of(loaders::Tokens(scope.clone(), Arc::clone(deps)));
    let pools = keep.of(loaders::Pools(scope.clone(), Arc::clone(deps)));
    let balances = keep.of(loaders::Balances(scope.clone()));
    let last_days = keep.of(last_day::Days(scope.clone(), Arc::clone(deps)));
    let now = Now::of(read::prices::now());
    let deps = || Arc::clone(deps);
    let prices = keep.of(price_loaders::Prices(deps()));
    let deviations = keep.of(price_loaders::Deviations(deps(), now.clone()));
    let factories = keep.of(loaders::Factories(scope.clone()));
    let leading = keep.of(loaders::Leading(scope.clone()));
    let of_tokens = keep.of(loaders::OfTokens(scope.clone()));
    let periods = keep.of(loaders::Periods(scope.clone()));
    let moments = keep.of(as_of::Moments::new(scope.clone(), deps()));
    let request = request.data(factories).data(of_tokens).data(periods).data(moments);
    let request = request.data(last_days).data(leading);
    let request = request.data(scope).data(tokens).data(pools).data(balances);
    request.data(now).data(prices).data(deviations).data(Heads::default()).data(merged)
}

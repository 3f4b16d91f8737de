//! Whom to ask: endpoints that are well and have the block first, in the order of the configuration; what may be spread
//! goes to whoever is least busy.

use std::cmp::Ordering;

use crate::client::{Client, exchange::Ask};

impl Client {
    /// The highest block that an endpoint said to have, last.
    pub(super) fn highest_head(&self) -> Option<u64> {
        self.endpoints().iter().filter_map(|endpoint| endpoint.health.head()).max()
    }

    /// Whether somebody who is well may have this height.
    pub(super) fn has_other(&self, height: Option<u64>) -> bool {
        self.endpoints().iter().any(|endpoint| {
            let health = &endpoint.health;
            !health.cools_down()
                && !health.is_of_another_chain()
                && height.is_none_or(|height| !health.is_short_of(height))
        })
    }

    /// Positions of the endpoints, best first; and how many of them are fit to be asked as well when the first is slow.
    pub(super) fn ranked(&self, ask: &Ask, failed: &[usize]) -> (Vec<usize>, usize) {
        let mut ranks = self
            .endpoints()
            .iter()
            .enumerate()
            .map(|(position, endpoint)| {
                let health = &endpoint.health;
                let unfit = [
                    health.is_of_another_chain(),
                    failed.contains(&position),
                    health.cools_down(),
                    ask.prefer.is_some_and(|height| health.is_short_of(height)),
                ];
                let load = if ask.spread { endpoint.limiter.load() } else { 0.0 };
                (unfit, load, position)
            })
            .collect::<Vec<_>>();
        ranks.sort_by(|a, b| {
            let by_load = a.1.partial_cmp(&b.1).unwrap_or(Ordering::Equal);
            a.0.cmp(&b.0).then(by_load).then(a.2.cmp(&b.2))
        });
        let fit = ranks.iter().filter(|(unfit, ..)| !unfit.contains(&true)).count();
        (ranks.into_iter().map(|(.., position)| position).collect(), fit)
    }
}

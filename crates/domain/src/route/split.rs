//! Shares of an amount over paths that have no pool in common.
//!
//! For fixed paths the best shares are found step by step, since every further share of a path gives less than the one
//! before. Which paths: sets of the candidates, grown one path at a time, the most promising ones kept.

use std::cmp::Reverse;

use alloy_primitives::{I256, U256};

use super::{
    Plan, PoolIx, Question, Route, SHARES,
    candidates::Candidates,
    gas,
    graph::{Aim, Edge, Graph},
    leg::Leg,
    path::{pools, score},
    work::{Work, fixed, other},
};

/// Sets of paths that are grown further.
const BEAM: usize = 8;
/// Swaps that shares are decided by, at least where there are so many.
const LEAST: u32 = 2_000;

/// What a share of the amount becomes on a path, and its gas.
type Value = Option<(U256, u64)>;

/// The candidates and what was computed of them.
struct Table<'a> {
    graph: &'a Graph<'a>,
    question: &'a Question,
    paths: Vec<Vec<Edge>>,
    pools: Vec<Vec<PoolIx>>,
    /// By path and share.
    values: Vec<Vec<Option<Value>>>,
    work: Work,
}

/// Paths by their numbers, ascending, with their shares.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Choice {
    paths: Vec<usize>,
    shares: Vec<u32>,
    score: I256,
}

/// The best plan over these paths; never worse than the best of them alone.
pub(super) fn best(graph: &Graph<'_>, question: &Question, candidates: Candidates) -> Option<Plan> {
    let Candidates { paths, work } = candidates;
    let work = work.again(question.effort.max(LEAST));
    let pools = paths.iter().map(|path| pools(path)).collect();
    let values = paths.iter().map(|_| vec![None; shares() + 1]).collect();
    let mut table = Table { graph, question, paths, pools, values, work };
    let choices = table.choices();
    let plans = choices.iter().filter_map(|choice| table.plan(choice));
    let aim = graph.aim;
    let worth = |plan: &Plan| {
        let amount = if aim == Aim::Most { plan.amount_out } else { plan.amount_in };
        // the transaction itself costs the same for every plan
        score(aim, amount, question.gas_price.cost(plan.gas - gas::PER_TRANSACTION))
    };
    let best = plans.max_by_key(|plan| (worth(plan), Reverse(plan.gas)))?;
    let (computed, steps, exhausted) =
        (table.work.computed, table.work.taken, !table.work.is_cut());
    Some(Plan { computed, steps, exhausted, ..best })
}

impl Table<'_> {
    /// The best choice of paths, and the best single one.
    fn choices(&mut self) -> Vec<Choice> {
        let mut singles: Vec<_> =
            (0..self.paths.len()).map(|path| (path, self.share(&[path]))).collect();
        let mut best: Option<Choice> = None;
        for choice in singles.iter().filter_map(|(_, choice)| choice.as_ref()) {
            if best.as_ref().is_none_or(|best| choice.score > best.score) {
                best = Some(choice.clone());
            }
        }
        let single = best.clone();
        // those that cannot take all of the amount come last, and may still be a part of the best
        singles.sort_by_key(|(path, choice)| {
            (Reverse(choice.as_ref().map(|choice| choice.score)), *path)
        });
        let mut beam: Vec<Vec<usize>> =
            singles.into_iter().take(2 * BEAM).map(|(path, _)| vec![path]).collect();
        for _ in 1..self.question.splits {
            let grown = self.grow(&beam);
            let Some(first) = grown.first() else { break };
            if best.as_ref().is_none_or(|best| first.score > best.score) {
                best = Some(first.clone());
            }
            beam = grown.into_iter().take(BEAM).map(|choice| choice.paths).collect();
        }
        let alone = single.filter(|single| Some(single) != best.as_ref());
        best.into_iter().chain(alone).collect()
    }

    /// Every set with one more path, best first.
    fn grow(&mut self, sets: &[Vec<usize>]) -> Vec<Choice> {
        let mut grown: Vec<Vec<usize>> = Vec::new();
        for set in sets {
            for path in 0..self.paths.len() {
                if set.contains(&path) || set.iter().any(|other| self.meet(path, *other)) {
                    continue;
                }
                let mut larger = set.clone();
                larger.push(path);
                larger.sort_unstable();
                grown.push(larger);
            }
        }
        grown.sort_unstable();
        grown.dedup();
        let mut choices: Vec<_> = grown.iter().filter_map(|set| self.share(set)).collect();
        choices.sort_by_key(|choice| Reverse(choice.score));
        choices
    }

    /// Whether two paths have a pool in common.
    fn meet(&self, one: usize, other: usize) -> bool {
        self.pools[one].iter().any(|pool| self.pools[other].contains(pool))
    }

    /// The best shares for these paths; `None` when they cannot take all of it.
    fn share(&mut self, paths: &[usize]) -> Option<Choice> {
        let aim = self.graph.aim;
        if let [path] = paths {
            // a share of a small amount may be nothing, all of it is not
            let (amount, gas) = self.value(*path, SHARES)?;
            let score = score(aim, amount, self.question.gas_price.cost(gas));
            return Some(Choice { paths: vec![*path], shares: vec![SHARES], score });
        }
        let mut shares = vec![0_u32; paths.len()];
        let mut amounts = vec![(U256::ZERO, 0_u64); paths.len()];
        let mut next: Vec<Value> = paths.iter().map(|path| self.value(*path, 1)).collect();
        for _ in 0..SHARES {
            let mut most: Option<(usize, U256)> = None;
            for (place, value) in next.iter().enumerate() {
                let Some((amount, _)) = value else { continue };
                let gain = amount.saturating_sub(amounts[place].0);
                let is_better = most.is_none_or(|(_, most)| match aim {
                    Aim::Most => gain > most,
                    Aim::Least => gain < most,
                });
                if is_better {
                    most = Some((place, gain));
                }
            }
            let (place, _) = most?;
            amounts[place] = next[place]?;
            shares[place] += 1;
            next[place] = self.value(paths[place], shares[place] + 1);
        }
        let (amount, gas) = amounts.iter().fold((U256::ZERO, 0_u64), |sum, (amount, gas)| {
            (sum.0.saturating_add(*amount), sum.1.saturating_add(*gas))
        });
        let score = score(aim, amount, self.question.gas_price.cost(gas));
        Some(Choice { paths: paths.to_vec(), shares, score })
    }

    fn value(&mut self, path: usize, share: u32) -> Value {
        let place = usize::try_from(share).ok()?;
        if let Some(known) = self.values[path].get(place)? {
            return *known;
        }
        // the best single path is known to be one; it is the answer if there is no time for others
        let known = path == 0 && share == SHARES;
        let amount = part(self.question.amount.value(), share);
        let value = self.legs(path, amount, known).map(|legs| {
            let gas = gas::PER_ROUTE + legs.iter().map(|leg| leg.gas).sum::<u64>();
            (self.result(&legs), gas)
        });
        self.values[path][place] = Some(value);
        value
    }

    /// What the legs give, or cost.
    fn result(&self, legs: &[Leg]) -> U256 {
        let (first, last) = (legs.first(), legs.last());
        match self.graph.aim {
            Aim::Most => last.map_or(U256::ZERO, |leg| leg.amount_out),
            Aim::Least => first.map_or(U256::ZERO, |leg| leg.amount_in),
        }
    }

    /// The legs for this amount, in the order of the trade. Those of a way that will be told are computed whatever it takes.
    fn legs(&mut self, path: usize, amount: U256, surely: bool) -> Option<Vec<Leg>> {
        let (graph, aim) = (self.graph, self.graph.aim);
        let mut legs = Vec::with_capacity(self.paths[path].len());
        let mut amount = amount;
        for edge in &self.paths[path] {
            if amount.is_zero() {
                return None;
            }
            let (swap, given) = ((edge.pool, edge.zero_for_one), fixed(aim, amount));
            let answer = if surely {
                self.work.surely(graph.market, swap, given)
            } else {
                self.work.answer(graph.market, swap, given)
            };
            let answer = answer.ok()?;
            let venue = graph.market.venue(edge.pool);
            let [token0, token1] = venue.tokens;
            let (token_in, token_out) =
                if edge.zero_for_one { (token0, token1) } else { (token1, token0) };
            legs.push(Leg {
                pool: edge.pool,
                token_in,
                token_out,
                amount_in: answer.amount_in,
                amount_out: answer.amount_out,
                crossed: answer.crossed,
                gas: venue.gas(&answer),
            });
            amount = other(aim, &answer);
        }
        if aim == Aim::Least {
            legs.reverse();
        }
        (!amount.is_zero()).then_some(legs)
    }

    /// A choice with its legs; what the shares leave over by rounding goes to the largest.
    fn plan(&mut self, choice: &Choice) -> Option<Plan> {
        let total = self.question.amount.value();
        let mut used: Vec<_> = choice
            .paths
            .iter()
            .zip(&choice.shares)
            .filter(|(_, share)| **share > 0)
            .map(|(path, share)| (*path, *share, part(total, *share)))
            .collect();
        used.sort_by_key(|(path, share, _)| (Reverse(*share), *path));
        let given = used.iter().fold(U256::ZERO, |sum, (_, _, amount)| sum + *amount);
        used.first_mut()?.2 += total - given;
        let mut routes = Vec::with_capacity(used.len());
        for (path, share, amount) in used {
            let legs = self.legs(path, amount, true)?;
            let (amount_in, amount_out) = (legs.first()?.amount_in, legs.last()?.amount_out);
            routes.push(Route { share, amount_in, amount_out, legs });
        }
        let sum = |amount: fn(&Route) -> U256| {
            routes.iter().try_fold(U256::ZERO, |sum, route| sum.checked_add(amount(route)))
        };
        let (amount_in, amount_out) =
            (sum(|route| route.amount_in)?, sum(|route| route.amount_out)?);
        let gas = gas::PER_TRANSACTION + routes.iter().map(Route::gas).sum::<u64>();
        Some(Plan { amount_in, amount_out, routes, gas, computed: 0, steps: 0, exhausted: true })
    }
}

/// A share of an amount, rounded down.
fn part(amount: U256, share: u32) -> U256 {
    let (shares, share) = (U256::from(SHARES), U256::from(share));
    // in two parts, so that no amount is too large
    amount / shares * share + amount % shares * share / shares
}

fn shares() -> usize {
    usize::try_from(SHARES).unwrap_or(usize::MAX)
}

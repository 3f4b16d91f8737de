//! The part of a market that a question can use: its tokens by small numbers, and what leads from one to another.
//!
//! Exact in is walked from the input to the output, exact out from the output to the input. Either way a step multiplies
//! the amount, and there is a bound on how much.

use std::collections::{BTreeSet, HashMap};

use super::{
    Allowed, Question,
    market::{Link, Market, PoolIx, TokenIx},
    rate::{Rate, Round},
};
use crate::amm::Amount;

/// Number of a token in the graph.
pub(super) type Node = usize;

/// Where the walk begins, and where it has to end.
pub(super) const START: Node = 0;
pub(super) const GOAL: Node = 1;

/// A step of the walk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) to: Node,
    pub(super) pool: PoolIx,
    /// Direction of the swap, which is not that of the walk for exact out.
    pub(super) zero_for_one: bool,
    /// What a unit becomes, at best.
    pub(super) rate: Rate,
    /// What it becomes at the goal, at best, with as many steps as may be; edges of a node are in the order of this.
    pub(super) promise: Rate,
}

/// What is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aim {
    /// As much as possible comes out.
    Most,
    /// As little as possible goes in.
    Least,
}

/// What a question can use.
#[derive(Debug)]
pub(super) struct Graph<'a> {
    pub(super) market: &'a Market,
    pub(super) aim: Aim,
    /// By node; what promises most comes first.
    pub(super) edges: Vec<Vec<Edge>>,
    /// By steps left and node: what a unit becomes at the goal, at best. The worst where the goal is not reached.
    pub(super) reach: Vec<Vec<Rate>>,
}

impl Aim {
    /// Bounds round this way.
    pub(super) const fn round(self) -> Round {
        match self {
            Self::Most => Round::Up,
            Self::Least => Round::Down,
        }
    }

    pub(super) const fn worst(self) -> Rate {
        match self {
            Self::Most => Rate::ZERO,
            Self::Least => Rate::MAX,
        }
    }

    pub(super) fn better(self, one: Rate, other: Rate) -> bool {
        match self {
            Self::Most => one > other,
            Self::Least => one < other,
        }
    }

    pub(super) fn times(self, one: Rate, other: Rate) -> Rate {
        if one == self.worst() || other == self.worst() {
            return self.worst();
        }
        one.mul(other, self.round())
    }
}

impl<'a> Graph<'a> {
    pub(super) fn new(market: &'a Market, question: &Question) -> Self {
        let (aim, start, goal) = match question.amount {
            Amount::ExactIn(_) => (Aim::Most, question.token_in, question.token_out),
            Amount::ExactOut(_) => (Aim::Least, question.token_out, question.token_in),
        };
        let links = usable(market, question, start, goal);
        let mut nodes: HashMap<TokenIx, Node> = HashMap::from([(start, START), (goal, GOAL)]);
        for (token, links) in &links {
            for token in links.iter().map(|link| link.other).chain([*token]) {
                let next = nodes.len();
                nodes.entry(token).or_insert(next);
            }
        }
        let mut edges = vec![Vec::new(); nodes.len()];
        let mut seen = BTreeSet::new();
        for (token, links) in &links {
            for link in links {
                if !seen.insert(link.pool) || !allowed(market, question, link) {
                    continue;
                }
                let ends = (*token, link.other);
                for (from, to) in [ends, (ends.1, ends.0)] {
                    let edge = edge(market, aim, from, link.pool, nodes[&to]);
                    edges[nodes[&from]].extend(edge);
                }
            }
        }
        let mut graph = Self { market, aim, edges, reach: Vec::new() };
        graph.reach = graph.reaches(question.hops);
        graph.sort(question.hops);
        graph
    }

    pub(super) fn is_connected(&self) -> bool {
        self.reach.last().is_some_and(|reach| reach[START] != self.aim.worst())
    }

    fn reaches(&self, hops: usize) -> Vec<Vec<Rate>> {
        let mut none = vec![self.aim.worst(); self.edges.len()];
        none[GOAL] = Rate::ONE;
        let mut all = vec![none];
        for step in 0..hops {
            let before = &all[step];
            let mut next = before.clone();
            for (node, edges) in self.edges.iter().enumerate() {
                for edge in edges {
                    let rate = self.aim.times(edge.rate, before[edge.to]);
                    if self.aim.better(rate, next[node]) {
                        next[node] = rate;
                    }
                }
            }
            all.push(next);
        }
        all
    }

    /// What promises most first, and nothing that cannot lead to the goal.
    fn sort(&mut self, hops: usize) {
        let aim = self.aim;
        let reach = &self.reach[hops.saturating_sub(1)];
        for edges in &mut self.edges {
            edges.retain(|edge| reach[edge.to] != aim.worst() && edge.to != START);
            for edge in edges.iter_mut() {
                edge.promise = aim.times(edge.rate, reach[edge.to]);
            }
            edges.sort_by(|one, other| {
                let order = one.promise.cmp(&other.promise);
                let order = if aim == Aim::Most { order.reverse() } else { order };
                order.then_with(|| one.pool.cmp(&other.pool))
            });
        }
    }
}

/// The pools between the hubs, between them and both ends, and from one end to the other through a token of few pools.
fn usable(
    market: &Market,
    question: &Question,
    start: TokenIx,
    goal: TokenIx,
) -> Vec<(TokenIx, Vec<Link>)> {
    let hubs = market.hubs();
    let is_hub = |token: TokenIx| hubs.tokens.contains_key(&token);
    let known = |token: TokenIx| token == start || token == goal || is_hub(token);
    let mut all: Vec<(TokenIx, Vec<Link>)> = Vec::new();
    if question.hops > 1 {
        all.extend(hubs.tokens.iter().map(|(token, links)| (*token, links.clone())));
        // the graph must not depend on the order of a hash table
        all.sort_unstable_by_key(|(token, _)| *token);
    }
    let (start_links, goal_links) = (market.links(start), market.links(goal));
    let (few, end, other_end) = if start_links.len() <= goal_links.len() {
        (start_links, start, goal)
    } else {
        (goal_links, goal, start)
    };
    let between: BTreeSet<TokenIx> = few
        .iter()
        .map(|link| link.other)
        .filter(|token| !known(*token))
        .filter(|token| market.links(*token).iter().any(|link| link.other == other_end))
        .collect();
    let mut ends = vec![end];
    if !is_hub(other_end) && question.hops > 1 {
        ends.push(other_end);
    }
    for end in ends {
        let links = market.links(end).iter().filter(|link| known(link.other)).copied();
        all.push((end, links.collect()));
    }
    if question.hops > 1 {
        for token in between {
            let to_end = |link: &&Link| link.other == start || link.other == goal;
            all.push((token, market.links(token).iter().filter(to_end).copied().collect()));
        }
    }
    all
}

pub(super) fn allowed(market: &Market, question: &Question, link: &Link) -> bool {
    let rules = &question.allowed;
    let venue = market.venue(link.pool);
    let ends = [question.token_in, question.token_out];
    // between two pairs nobody knows which tax is taken, and other pools do not bear any
    let taxes_end = venue.taxes.iter().zip(venue.tokens);
    let taxes_end =
        taxes_end.filter(|(tax, _)| tax.is_some()).all(|(_, token)| ends.contains(&token));
    venue.is_usable()
        && taxes_end
        && (rules.protocols.is_empty() || rules.protocols.contains(&venue.protocol))
        && rules.pools.as_ref().is_none_or(|pools| pools.contains(&link.pool))
        && !rules.without_pools.contains(&link.pool)
        && venue.tokens.iter().all(|token| ends.contains(token) || is_way_through(rules, token))
}

fn is_way_through(rules: &Allowed, token: &TokenIx) -> bool {
    !rules.without_tokens.contains(token)
        && rules.tokens.as_ref().is_none_or(|only| only.contains(token))
}

/// The step from a token through a pool, if anything can come of it.
fn edge(market: &Market, aim: Aim, from: TokenIx, pool: PoolIx, to: Node) -> Option<Edge> {
    let venue = market.venue(pool);
    let from_zero = venue.tokens[0] == from;
    let (zero_for_one, rate) = match aim {
        Aim::Most => (from_zero, venue.rate(from_zero)),
        Aim::Least => {
            let gives = venue.rate(!from_zero);
            (!from_zero, Rate::ONE.div(gives, Round::Down))
        }
    };
    (rate != aim.worst()).then_some(Edge { to, pool, zero_for_one, rate, promise: rate })
}

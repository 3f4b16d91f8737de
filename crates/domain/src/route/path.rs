//! The best paths for an amount, by branch and bound.
//!
//! A pool's output grows ever slower with its input, so an amount times the marginal rates of the steps that are left is
//! never beaten. What cannot come out better than what was found is not computed.

use alloy_primitives::{I256, U256};

use super::{
    GasPrice, Question, gas,
    graph::{Aim, Edge, GOAL, Graph, Node, START},
    leg::Refusal,
    rate::{Rate, Round},
    work::{Work, fixed, other},
};

/// Steps of the walks that come before the whole one.
const SHORT: usize = 2;
/// Of what is left each of them has one part of so many.
const PART: u32 = 8;

/// A complete path for some amount.
#[derive(Debug, Clone)]
pub(super) struct Path {
    /// In the order of the walk.
    pub(super) edges: Vec<Edge>,
    /// What comes out less what it costs, or the negative of what goes in and costs.
    pub(super) score: I256,
    pub(super) gas: u64,
}

/// A search.
#[derive(Debug)]
pub(super) struct Search<'a> {
    graph: &'a Graph<'a>,
    gas_price: GasPrice,
    /// How many paths are wanted.
    wanted: usize,
    /// The best ones found, best first.
    pub(super) found: Vec<Path>,
    edges: Vec<Edge>,
    nodes: Vec<Node>,
    pub(super) work: Work,
    /// Of the pools that refused, the one on the shortest way.
    pub(super) refusal: Option<(usize, Refusal)>,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        graph: &'a Graph<'a>,
        question: &Question,
        wanted: usize,
        work: Work,
    ) -> Self {
        Self {
            graph,
            gas_price: question.gas_price,
            wanted,
            found: Vec::new(),
            edges: Vec::new(),
            nodes: vec![START],
            work,
            refusal: None,
        }
    }

    /// Paths of at most so many steps. The short ones come first, with a part of the work: they bound what longer ones have
    /// to be better than, and pools that promise much and hold little cannot hide them.
    pub(super) fn run(&mut self, amount: U256, hops: usize) {
        for few in 1..hops.min(SHORT + 1) {
            let part = self.work.split(PART);
            let rest = std::mem::replace(&mut self.work, part);
            self.walk(START, amount, gas::PER_ROUTE, few);
            let part = std::mem::replace(&mut self.work, rest);
            self.work.join(part);
        }
        self.walk(START, amount, gas::PER_ROUTE, hops);
        if self.work.goes_further() {
            self.walk(START, amount, gas::PER_ROUTE, hops);
        }
    }

    fn walk(&mut self, node: Node, amount: U256, gas: u64, left: usize) {
        let graph = self.graph;
        let aim = graph.aim;
        let reach = &graph.reach[left.saturating_sub(1)];
        for edge in &graph.edges[node] {
            self.work.look();
            // what comes later promises even less
            if !self.promises(amount, gas, edge.promise) {
                return;
            }
            if self.nodes.contains(&edge.to) || reach[edge.to] == aim.worst() {
                continue;
            }
            if !self.promises(amount, gas, aim.times(edge.rate, reach[edge.to])) {
                continue;
            }
            if self.work.is_spent() {
                return;
            }
            let swap = (edge.pool, edge.zero_for_one);
            match self.work.answer(graph.market, swap, fixed(aim, amount)) {
                Ok(answer) => {
                    let gas = gas + graph.market.venue(edge.pool).gas(&answer);
                    self.step(edge, other(aim, &answer), gas, left - 1);
                }
                Err(refusal) => self.refused(refusal),
            }
        }
    }

    fn step(&mut self, edge: &Edge, amount: U256, gas: u64, left: usize) {
        if edge.to == GOAL {
            if amount.is_zero() {
                self.refused(Refusal::NOTHING);
                return;
            }
            self.edges.push(*edge);
            self.complete(amount, gas);
            self.edges.pop();
            return;
        }
        if left == 0 || amount.is_zero() {
            return;
        }
        self.edges.push(*edge);
        self.nodes.push(edge.to);
        self.walk(edge.to, amount, gas, left);
        self.nodes.pop();
        self.edges.pop();
    }

    /// Whether it can still come out better than what was found.
    fn promises(&self, amount: U256, gas: u64, rate: Rate) -> bool {
        if self.found.len() < self.wanted {
            return true;
        }
        let Some(last) = self.found.last() else { return true };
        let (aim, round) = (self.graph.aim, self.graph.aim.round());
        let promise = Rate::of(amount, round).mul(rate, round);
        let cost = signed(self.gas_price.cost(gas));
        match aim {
            Aim::Most => {
                let wanted = last.score.saturating_add(cost);
                wanted.is_negative() || promise >= Rate::of(wanted.unsigned_abs(), Round::Down)
            }
            Aim::Least => {
                // the score is negative: what may at most go in
                let allowed = last.score.saturating_neg().saturating_sub(cost);
                !allowed.is_negative() && promise <= Rate::of(allowed.unsigned_abs(), Round::Up)
            }
        }
    }

    fn complete(&mut self, amount: U256, gas: u64) {
        let score = score(self.graph.aim, amount, self.gas_price.cost(gas));
        let order = |path: &Path| (std::cmp::Reverse(path.score), path.gas, pools(&path.edges));
        let path = Path { edges: self.edges.clone(), score, gas };
        // a short path is found by longer walks, too
        if self.found.iter().any(|other| other.score == score && order(other) == order(&path)) {
            return;
        }
        let place = self.found.partition_point(|other| order(other) <= order(&path));
        self.found.insert(place, path);
        self.found.truncate(self.wanted);
    }

    fn refused(&mut self, refusal: Refusal) {
        let steps = self.edges.len();
        let is_better = |(fewest, known): &(usize, Refusal)| {
            steps < *fewest || (steps == *fewest && *known == Refusal::Effort)
        };
        if self.refusal.as_ref().is_none_or(is_better) {
            self.refusal = Some((steps, refusal));
        }
    }
}

/// Greater is better.
pub(super) fn score(aim: Aim, amount: U256, cost: U256) -> I256 {
    match aim {
        Aim::Most => signed(amount).saturating_sub(signed(cost)),
        Aim::Least => signed(amount.saturating_add(cost)).saturating_neg(),
    }
}

fn signed(value: U256) -> I256 {
    I256::try_from(value).unwrap_or(I256::MAX)
}

/// What tells paths of the same amounts apart.
pub(super) fn pools(edges: &[Edge]) -> Vec<super::PoolIx> {
    edges.iter().map(|edge| edge.pool).collect()
}

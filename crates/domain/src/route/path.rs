//! The best paths for an amount, by branch and bound.
//!
//! A pool's output grows ever slower with its input, so an amount times the marginal rates of the steps that are left is
//! never beaten. What cannot come out better than what was found is not computed.

use alloy_primitives::{I256, U256};

use super::{
    GasPrice, Question, gas,
    graph::{Aim, Edge, GOAL, Graph, Node, START},
    leg::{Answer, Refusal},
    rate::{Rate, Round},
};
use crate::amm::Amount;

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
    exact_in: bool,
    /// How many paths are wanted.
    wanted: usize,
    /// The best ones found, best first.
    pub(super) found: Vec<Path>,
    edges: Vec<Edge>,
    nodes: Vec<Node>,
    /// Swaps that may still be computed.
    pub(super) effort: u32,
    pub(super) computed: u32,
    pub(super) exhausted: bool,
    /// Of the pools that refused, the one on the shortest way.
    pub(super) refusal: Option<(usize, Refusal)>,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        graph: &'a Graph<'a>,
        question: &Question,
        wanted: usize,
        effort: u32,
    ) -> Self {
        Self {
            graph,
            gas_price: question.gas_price,
            exact_in: graph.aim == Aim::Most,
            wanted,
            found: Vec::new(),
            edges: Vec::new(),
            nodes: vec![START],
            effort,
            computed: 0,
            exhausted: true,
            refusal: None,
        }
    }

    /// Paths of at most so many steps.
    pub(super) fn run(&mut self, amount: U256, hops: usize) {
        self.walk(START, amount, gas::PER_ROUTE, hops);
    }

    fn walk(&mut self, node: Node, amount: U256, gas: u64, left: usize) {
        let graph = self.graph;
        let reach = &graph.reach[left.saturating_sub(1)];
        for edge in &graph.edges[node] {
            if self.nodes.contains(&edge.to) || reach[edge.to] == graph.aim.worst() {
                continue;
            }
            if !self.promises(amount, gas, edge, reach[edge.to]) {
                continue;
            }
            if self.effort == 0 {
                self.exhausted = false;
                return;
            }
            self.effort -= 1;
            self.computed += 1;
            let venue = graph.market.venue(edge.pool);
            match venue.answer(edge.zero_for_one, self.amount(amount)) {
                Ok(answer) => {
                    let gas = gas + venue.gas(&answer);
                    self.step(edge, self.other(&answer), gas, left - 1);
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
    fn promises(&self, amount: U256, gas: u64, edge: &Edge, reach: Rate) -> bool {
        if self.found.len() < self.wanted {
            return true;
        }
        let Some(last) = self.found.last() else { return true };
        let (aim, round) = (self.graph.aim, self.graph.aim.round());
        let promise = Rate::of(amount, round).mul(aim.times(edge.rate, reach), round);
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
        let place = self.found.partition_point(|other| order(other) <= order(&path));
        self.found.insert(place, path);
        self.found.truncate(self.wanted);
    }

    fn refused(&mut self, refusal: Refusal) {
        let steps = self.edges.len();
        if self.refusal.as_ref().is_none_or(|(fewest, _)| steps < *fewest) {
            self.refusal = Some((steps, refusal));
        }
    }

    const fn amount(&self, amount: U256) -> Amount {
        if self.exact_in { Amount::ExactIn(amount) } else { Amount::ExactOut(amount) }
    }

    const fn other(&self, answer: &Answer) -> U256 {
        if self.exact_in { answer.amount_out } else { answer.amount_in }
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

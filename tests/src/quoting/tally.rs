//! What was compared.

use std::collections::BTreeSet;

use domain::{amm::Amount, entity::Protocol, ids::PoolId};

use super::{
    ask::Ask,
    known::{Known, Outcome},
};

/// Counts of quotes that were equal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// All.
    pub quotes: usize,
    /// Of them refused, by us and by the contract alike.
    pub refused: usize,
    /// Of them across a tick in use.
    pub crossed: usize,
    /// Of V2, V3, V4.
    pub protocols: [usize; 3],
    /// Of exact outputs.
    pub exact_out: usize,
    /// Of those with a price limit.
    pub limits: usize,
    /// With a protocol's fee that comes on top.
    pub protocol_fees: usize,
    /// The pools, by direction.
    pub asked: BTreeSet<(PoolId, bool)>,
    /// Ticks that were compared with the contract's.
    pub ticks: usize,
}

impl Tally {
    /// Counts one.
    pub fn count(&mut self, known: &Known, ask: &Ask, (answer, crossed): &Outcome) {
        self.quotes += 1;
        self.refused += usize::from(answer.is_err());
        self.crossed += usize::from(answer.is_ok() && *crossed > 0);
        let place = match known.pool.protocol {
            Protocol::V2 => 0,
            Protocol::V3 => 1,
            Protocol::V4 => 2,
        };
        self.protocols[place] += 1;
        self.exact_out += usize::from(matches!(ask.amount, Amount::ExactOut(_)));
        self.limits += usize::from(ask.limit.is_some());
        self.protocol_fees += usize::from(place == 2 && known.pool.figures.fee_protocol > 0);
        self.asked.insert((known.pool.id, ask.zero_for_one));
    }
}

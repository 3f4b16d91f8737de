//! Contracts that take longer than anybody waits: they go apart, so that others do not wait for them.

use std::{collections::BTreeMap, time::Duration};

use alloy_primitives::Address;
use tokio::time::Instant;

use super::Ask;

#[cfg(test)]
mod tests;

/// So often a contract was not heard before it goes apart: a node has its moments, too.
const TIMES: u32 = 2;
/// For so long that is remembered, from the last time on.
const REMEMBERED: Duration = Duration::from_secs(30);
/// Contracts that are remembered at most.
const MOST: usize = 1_000;

/// How a question travels: each way has trips and room of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Way {
    /// Code that is known to answer.
    Tame,
    /// A contract of a client's choice.
    Wild,
    /// One that was not heard lately.
    Slow,
}

/// Who was not heard, how often, and when last.
#[derive(Debug, Default)]
pub(super) struct Silent(BTreeMap<Address, (u32, Instant)>);

impl Silent {
    /// How a question travels now.
    pub(super) fn way(&self, ask: &Ask, now: Instant) -> Way {
        match ask {
            Ask::Pool(..) | Ask::Native(_) => Way::Tame,
            Ask::Call(contract, _) => match self.0.get(contract) {
                Some((times, last)) if *times >= TIMES && now < *last + REMEMBERED => Way::Slow,
                _ => Way::Wild,
            },
        }
    }

    /// A contract was not heard.
    pub(super) fn note(&mut self, contract: Address, now: Instant) {
        let (times, last) = self.0.entry(contract).or_insert((0, now));
        let before = if now < *last + REMEMBERED { *times } else { 0 };
        (*times, *last) = (before.saturating_add(1), now);
        if self.0.len() > MOST {
            self.0.retain(|_, (_, last)| now < *last + REMEMBERED);
        }
        while self.0.len() > MOST {
            let oldest = self.0.iter().min_by_key(|(_, (_, last))| *last);
            let Some(oldest) = oldest.map(|(contract, _)| *contract) else { return };
            self.0.remove(&oldest);
        }
    }
}

//! Price feeds with rounds: the calls that read them, what the answers say, and the logs of their aggregators.
//!
//! Readers keep the address of a proxy. Each aggregator that ever stood behind it is a phase, counted from 1; a round's
//! id at the proxy is `phase << 64 | round`, and an aggregator's own rounds count from 1. Answers are read word by word.

use alloy_primitives::{Address, B256, Bytes, I256, LogData, U256, aliases::U80};
use alloy_sol_types::{SolCall, SolEvent};

use crate::{
    periphery::{AggregatorProxy, AggregatorV3},
    state::Call,
};

#[cfg(test)]
mod tests;

/// Bits of the aggregator's own round in a round's id.
const PHASE_SHIFT: usize = 64;

/// The first topic of the log by which an aggregator tells an answer.
pub const ANSWER_UPDATED: B256 = AggregatorV3::AnswerUpdated::SIGNATURE_HASH;

/// Which round of which aggregator. The order is that of time as far as phases follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoundId {
    /// The aggregator's place among those of the proxy, from 1; 0 for one that is asked without a proxy.
    pub phase: u16,
    /// The aggregator's own count, from 1.
    pub round: u64,
}

impl RoundId {
    /// As the proxy counts.
    #[must_use]
    pub fn packed(self) -> U80 {
        (U80::from(self.phase) << PHASE_SHIFT) | U80::from(self.round)
    }

    /// Out of a word of an answer; `None` when it has more than 80 bits.
    #[must_use]
    pub fn unpacked(word: U256) -> Option<Self> {
        let phase = u16::try_from(word >> PHASE_SHIFT).ok()?;
        Some(Self { phase, round: (word & U256::from(u64::MAX)).to() })
    }
}

/// What a feed says of a round. Times are in Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Round {
    /// Which.
    pub id: RoundId,
    /// The answer in units of 10^-decimals.
    pub answer: I256,
    /// When the round began; of a sequencer's feed when its state last changed.
    pub started_at: U256,
    /// When the answer came; 0 when there is none.
    pub updated_at: U256,
}

/// An answer as its aggregator told it in a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The answer in units of 10^-decimals.
    pub answer: I256,
    /// The aggregator's own round.
    pub round: U256,
    /// When it came, in Unix seconds.
    pub updated_at: U256,
}

/// The call that reads the newest round; [`round`] reads its answer.
#[must_use]
pub fn latest_call(feed: Address) -> Call {
    (feed, AggregatorV3::latestRoundDataCall {}.abi_encode().into())
}

/// The call that reads a round; [`round`] reads its answer.
#[must_use]
pub fn round_call(feed: Address, id: RoundId) -> Call {
    (feed, AggregatorV3::getRoundDataCall { roundId: id.packed() }.abi_encode().into())
}

/// The answer of [`latest_call`] or [`round_call`]; `None` when it is none.
#[must_use]
pub fn round(answer: &[u8]) -> Option<Round> {
    Some(Round {
        id: RoundId::unpacked(word(answer, 0)?)?,
        answer: I256::from_raw(word(answer, 1)?),
        started_at: word(answer, 2)?,
        updated_at: word(answer, 3)?,
    })
}

/// The call that reads the decimals of answers; [`decimals`] reads its answer.
#[must_use]
pub fn decimals_call(feed: Address) -> Call {
    (feed, AggregatorV3::decimalsCall {}.abi_encode().into())
}

/// The answer of [`decimals_call`].
#[must_use]
pub fn decimals(answer: &[u8]) -> Option<u8> {
    word(answer, 0).and_then(|word| u8::try_from(word).ok())
}

/// The call that asks a feed what it is about, such as `ETH / USD`; [`description`] reads its answer.
#[must_use]
pub fn description_call(feed: Address) -> Call {
    (feed, AggregatorV3::descriptionCall {}.abi_encode().into())
}

/// The answer of [`description_call`].
#[must_use]
pub fn description(answer: &[u8]) -> Option<String> {
    AggregatorV3::descriptionCall::abi_decode_returns(answer).ok()
}

/// The call that asks a proxy which aggregator it reads; [`address`] reads its answer. It reverts for a feed that is no
/// proxy.
#[must_use]
pub fn aggregator_call(proxy: Address) -> Call {
    (proxy, AggregatorProxy::aggregatorCall {}.abi_encode().into())
}

/// The call that asks a proxy for the aggregator of a phase; [`address`] reads its answer.
#[must_use]
pub fn phase_call(proxy: Address, phase: u16) -> Call {
    (proxy, AggregatorProxy::phaseAggregatorsCall { phase }.abi_encode().into())
}

/// The answer of [`aggregator_call`] or [`phase_call`]; `None` for nobody's address, too.
#[must_use]
pub fn address(answer: &[u8]) -> Option<Address> {
    let address = Address::from_word(B256::from(word(answer, 0)?));
    (!address.is_zero()).then_some(address)
}

/// Reads a log of an aggregator; `None` for any other than [`ANSWER_UPDATED`].
#[must_use]
pub fn answer_updated(log: &LogData) -> Option<Answer> {
    let event = AggregatorV3::AnswerUpdated::decode_log_data(log).ok()?;
    Some(Answer { answer: event.current, round: event.roundId, updated_at: event.updatedAt })
}

/// The answer of a round as one hash, for observations that came by a log.
#[must_use]
pub fn log_bytes(log: &LogData) -> Bytes {
    let topics = log.topics().iter().flat_map(|topic| topic.0);
    topics.chain(log.data.iter().copied()).collect::<Vec<u8>>().into()
}

/// A word of an answer.
fn word(answer: &[u8], index: usize) -> Option<U256> {
    answer.get(index * 32..index * 32 + 32).map(U256::from_be_slice)
}

//! What several sources say together.

use super::{Policy, Voice};
use crate::decimal::Decimal;

/// Fewer than these have no outliers: of two nobody knows which one is wrong.
const CROWD: usize = 3;

/// The outcome.
#[derive(Debug)]
pub(super) struct Consensus<'a, 'b> {
    pub(super) value: Decimal,
    /// Whose word it is, by rank.
    pub(super) used: Vec<&'b Voice<'a>>,
    pub(super) disputed: bool,
    /// What a reader should know of it.
    pub(super) notes: Vec<String>,
}

impl<'a, 'b> Consensus<'a, 'b> {
    /// Of voices by rank, of which there is one at least.
    pub(super) fn of(voices: &[&'b Voice<'a>], policy: &Policy) -> Self {
        let mut notes = Vec::new();
        let mut used = voices.to_vec();
        if voices.len() >= CROWD {
            let limit = limit(voices, policy.outlier);
            used.retain(|voice| limit.contains(voice.of.value));
            let out = voices.iter().filter(|voice| !limit.contains(voice.of.value));
            let names: Vec<&str> = out.map(|voice| voice.of.feed.source.name()).collect();
            if !names.is_empty() {
                notes.push(format!("too far from the others: {}", names.join(", ")));
            }
        }
        let mut disputed = false;
        if let [first, second] = used[..]
            && differ(first.of.value, second.of.value, policy.dispute)
        {
            disputed = true;
            let (first_name, second_name) = (first.of.feed.source, second.of.feed.source);
            notes.push(format!("{first_name} and {second_name} differ"));
            used.truncate(1);
        } else if voices.len() < policy.min_sources {
            notes.push(format!("{} of at least {} sources", voices.len(), policy.min_sources));
            used.truncate(1);
        }
        let mut values: Vec<Decimal> = used.iter().map(|voice| voice.of.value).collect();
        Self { value: median(&mut values), used, disputed, notes }
    }
}

/// What is near enough to the others.
#[derive(Debug, Clone, Copy)]
struct Limit {
    middle: Decimal,
    /// From the middle.
    distance: Decimal,
}

impl Limit {
    fn contains(&self, value: Decimal) -> bool {
        (value - self.middle).abs() <= self.distance
    }
}

fn limit(voices: &[&Voice<'_>], factor: Decimal) -> Limit {
    let mut values: Vec<Decimal> = voices.iter().map(|voice| voice.of.value).collect();
    let middle = median(&mut values);
    let mut distances: Vec<Decimal> = values.iter().map(|value| (*value - middle).abs()).collect();
    Limit { middle, distance: median(&mut distances) * factor }
}

/// Whether two values differ by more than this part of the lower.
fn differ(one: Decimal, other: Decimal, share: Decimal) -> bool {
    let (low, high) = (one.min(other), one.max(other));
    high - low > low * share
}

/// The one in the middle; of an even number the mean of the two in the middle. 0 of none.
pub(super) fn median(values: &mut [Decimal]) -> Decimal {
    values.sort_unstable();
    let half = values.len() / 2;
    let upper = values.get(half).copied().unwrap_or_default();
    if values.len() % 2 == 1 {
        return upper;
    }
    let lower = half.checked_sub(1).and_then(|index| values.get(index)).copied();
    (lower.unwrap_or_default() + upper) * Decimal::from_parts(5, -1)
}

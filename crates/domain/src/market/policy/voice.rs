//! What each source has to say at a time, and whether that is fresh.

use std::collections::BTreeMap;

use super::Policy;
use crate::market::{Feed, InUsd, Millis, Source, Status};

/// The word of one source.
#[derive(Debug)]
pub(super) struct Voice<'a> {
    /// What it said last.
    pub(super) of: &'a InUsd,
    /// How long that is fresh, in milliseconds.
    pub(super) heartbeat: Millis,
    /// When it was last good: of a stuck feed when its value last changed, of a value in a currency whose own price is
    /// stale no later than that price.
    pub(super) good: Millis,
    /// Until when it is fresh; `None` when it is not.
    pub(super) fresh_until: Option<Millis>,
    /// Since when it has repeated itself, when that is too long.
    pub(super) stuck_since: Option<Millis>,
}

impl<'a> Voice<'a> {
    pub(super) const fn is_fresh(&self) -> bool {
        self.fresh_until.is_some()
    }

    fn new(at: Millis, of: &'a InUsd, since: Millis, stable: bool, policy: &Policy) -> Self {
        let heartbeat = policy.heartbeat(&of.feed);
        // a deep pool has one price until somebody trades, and says so with each block
        let deep = of.feed.source == Source::Pools
            && of.liquidity.is_some_and(|dollars| dollars >= policy.liquidity_floor);
        let repeats = of.time.saturating_sub(since) >= policy.stuck_after(&of.feed, stable);
        let stuck = repeats && !deep;
        let stuck_since = stuck.then_some(since);
        let mut good = stuck_since.unwrap_or(of.time);
        let mut until = of.time.saturating_add(heartbeat);
        if let Some(rate) = &of.rate {
            let fresh =
                rate.fresh_until.filter(|until| *until >= at && rate.status != Status::Stale);
            match fresh {
                Some(rate) => until = until.min(rate),
                None => (until, good) = (0, good.min(rate.as_of)),
            }
        }
        let fresh_until = (!stuck && until >= at).then_some(until);
        Self { of, heartbeat, good, fresh_until, stuck_since }
    }
}

/// The voices by rank, one of each source: of several feeds a fresh one before others, then the newest.
pub(super) fn all<'a>(
    at: Millis,
    said: &'a [InUsd],
    stable: bool,
    policy: &Policy,
) -> Vec<Voice<'a>> {
    let mut feeds: BTreeMap<&Feed, Vec<&InUsd>> = BTreeMap::new();
    for one in said.iter().filter(|one| one.time <= at.saturating_add(policy.ahead)) {
        feeds.entry(&one.feed).or_default().push(one);
    }
    let mut voices: Vec<Voice<'a>> = Vec::new();
    for mut words in feeds.into_values() {
        // of two at one time the order must not depend on that of the input
        words.sort_by_key(|one| std::cmp::Reverse((one.time, one.value)));
        let Some(newest) = words.first().copied() else { continue };
        let run = words.iter().take_while(|one| one.value == newest.value);
        let since = run.map(|one| one.unchanged_since.min(one.time)).min().unwrap_or(newest.time);
        let voice = Voice::new(at, newest, since, stable, policy);
        match voices.last_mut().filter(|last| last.of.feed.source == voice.of.feed.source) {
            Some(last) if (voice.is_fresh(), voice.good) > (last.is_fresh(), last.good) => {
                *last = voice;
            }
            Some(_) => {}
            None => voices.push(voice),
        }
    }
    voices
}

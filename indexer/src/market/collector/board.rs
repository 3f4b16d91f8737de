//! What is known of every feed now.

use std::collections::BTreeMap;

use domain::market::{Asset, Feed, FeedState, Millis, Observation};
use futures::{StreamExt as _, TryStreamExt as _};
use store::{StoreError, market::MarketReader};

use crate::market::book::Book;

/// Observations read at once.
const TOGETHER: usize = 16;

pub(super) type Key = (Asset, Feed);

/// The feeds of all tokens.
#[derive(Debug, Default)]
pub(super) struct Board {
    /// What is remembered of each.
    pub(super) states: BTreeMap<Key, FeedState>,
    /// The newest that was let in.
    pub(super) newest: BTreeMap<Key, Observation>,
    /// When a token's deviation was stored last.
    pub(super) deviated: BTreeMap<Asset, Millis>,
    /// When the last sheet was made.
    pub(super) sheet: Millis,
}

impl Board {
    /// Takes in what is newer in the store.
    pub(super) async fn refresh(
        &mut self,
        book: &Book,
        reader: &MarketReader,
    ) -> Result<(), StoreError> {
        for chain in book.chains() {
            for state in reader.feed_states(chain).await? {
                let key = (state.asset, state.feed.clone());
                let known = self.states.get(&key).and_then(|known| known.last);
                let newer = state.last.map(|last| last.time) > known.map(|last| last.time);
                if newer || !self.states.contains_key(&key) {
                    self.states.insert(key, state);
                }
            }
        }
        Ok(())
    }

    /// Notes which feeds the book names no more, and which it names again; the states that this changes.
    pub(super) fn turned(&mut self, book: &Book, now: Millis) -> Vec<FeedState> {
        let mut turned = Vec::new();
        for ((asset, feed), state) in &mut self.states {
            let is_named = book.hearing(feed).any(|(token, _)| token.asset == *asset);
            if is_named == state.retired.is_some() {
                state.retired = (!is_named).then_some(now);
                turned.push(state.clone());
            }
        }
        turned
    }

    /// Reads the observations that the states speak of, where others stored them.
    pub(super) async fn complete(
        &mut self,
        book: &Book,
        reader: &MarketReader,
    ) -> Result<(), StoreError> {
        let mut missing = Vec::new();
        for token in book.tokens() {
            for of in &token.feeds {
                let key = (token.asset, of.feed.clone());
                let time = self.states.get(&key).and_then(|state| state.last).map(|last| last.time);
                let known = self.newest.get(&key).map(|newest| newest.source_time);
                if let Some(time) = time.filter(|time| Some(*time) != known) {
                    missing.push((key, time));
                }
            }
        }
        let asked = missing.into_iter().map(|((asset, feed), time)| async move {
            let found =
                reader.observations(&asset, &feed, (time, time.saturating_add(1)), 1).await?;
            Ok::<_, StoreError>(found.into_iter().next())
        });
        let mut found = futures::stream::iter(asked).buffer_unordered(TOGETHER);
        while let Some(observation) = found.try_next().await? {
            let Some(observation) = observation else { continue };
            self.newest.insert((observation.asset, observation.feed.clone()), observation);
        }
        Ok(())
    }
}

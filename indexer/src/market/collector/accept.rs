//! The door: what a source said, judged and stored.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    decimal::Decimal,
    market::{
        Feed, FeedState, Observation, Quote, Source,
        door::{self, Entry, Other, Rejected},
    },
};
use market::Said;
use store::StoreError;

use super::{Board, Collector, Parts, board::Key};
use crate::market::book::Token;

/// For how long a jump of one source may be confirmed by another, in milliseconds.
const CONFIRM: u64 = 600_000;

/// What became of what a source said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// Feeds that said something.
    pub heard: BTreeSet<std::sync::Arc<str>>,
    /// Values that were new.
    pub new: u64,
    /// Values that were known.
    pub repeated: u64,
    /// Values that were refused, by reason.
    pub rejected: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// All that were refused.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.rejected.values().sum()
    }
}

impl Collector {
    /// Judges what a source said and stores what is good. What no token is priced by is not looked at.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers; then what was said is lost, and the source is asked again at its
    /// next turn.
    pub async fn accept(&self, source: Source, said: &[Said]) -> Result<Tally, StoreError> {
        let Parts { book, market, .. } = &self.0.parts;
        let mut board = self.0.board.lock().await;
        board.refresh(book, market.reader()).await?;
        let (mut tally, mut new, mut changed) = (Tally::default(), Vec::new(), BTreeSet::new());
        // oldest first: a feed may say several things at once
        let mut said: Vec<&Said> = said.iter().collect();
        said.sort_by_key(|one| one.time);
        for one in said {
            let feed = Feed { source, id: one.id.clone() };
            for (token, quote) in book.hearing(&feed) {
                tally.heard.insert(one.id.clone());
                let key = (token.asset, feed.clone());
                match self.judge(&board, &key, token, quote, one) {
                    Ok((Entry::Repeat, _)) => tally.repeated += 1,
                    Ok((Entry::New, observation)) => {
                        board.take(&key, &observation);
                        tally.new += 1;
                        changed.insert(key);
                        new.push(observation);
                    }
                    Err(reason) => {
                        board.refuse(&key, one, reason);
                        self.tell(token, &feed, one, reason);
                        *tally.rejected.entry(reason.name()).or_default() += 1;
                        changed.insert(key);
                    }
                }
            }
        }
        let states: Vec<FeedState> =
            changed.iter().filter_map(|key| board.states.get(key).cloned()).collect();
        // an observation before what speaks of it
        let stored = async {
            market.put_observations(&new).await?;
            market.put_feed_states(&states).await
        };
        if let Err(error) = stored.await {
            // what is believed here may not be what is stored
            *board = Board::default();
            return Err(error);
        }
        self.0.parts.metrics.observations.with_label_values(&[source.name()]).inc_by(tally.new);
        Ok(tally)
    }

    fn judge(
        &self,
        board: &Board,
        key: &Key,
        token: &Token,
        quote: Quote,
        said: &Said,
    ) -> Result<(Entry, Observation), Rejected> {
        let Parts { rules, clock, .. } = &self.0.parts;
        door::identity(
            (said.symbol.as_deref(), said.decimals),
            (Some(&token.symbol), token.decimals),
        )?;
        let now = clock.now();
        let observation = Observation {
            asset: key.0,
            quote,
            value: said.value,
            feed: key.1.clone(),
            source_time: said.time,
            fetched_at: now,
            confidence: said.confidence,
            liquidity: said.liquidity,
            raw: said.raw,
        };
        let last = board.states.get(key).and_then(|state| state.last);
        let others = self.others(board, token, key, quote, said.time);
        let entry = door::check(&observation, last.as_ref(), &others, now, rules)?;
        Ok((entry, observation))
    }

    /// What other feeds say of the token in a comparable currency: their last accepted values, and values that were refused
    /// as jumps a moment ago. Two sources that jump to one place agree.
    fn others(
        &self,
        board: &Board,
        token: &Token,
        key: &Key,
        quote: Quote,
        time: u64,
    ) -> Vec<Other> {
        let book = &self.0.parts.book;
        let comparable =
            |other: Quote| other == quote || (book.is_dollar(other) && book.is_dollar(quote));
        let mut others = Vec::new();
        let feeds = token.feeds.iter().filter(|of| of.feed != key.1 && comparable(of.quote));
        for of in feeds {
            let other = (token.asset, of.feed.clone());
            let mut add = |value: Decimal| others.push(Other { feed: of.feed.clone(), value });
            let Some(state) = board.states.get(&other) else { continue };
            if let Some(last) = state.last {
                add(last.value);
            }
            if let Some((value, at)) = state.jumped
                && at.abs_diff(time) <= CONFIRM
            {
                add(value);
            }
        }
        others
    }

    pub(super) fn tell(&self, token: &Token, feed: &Feed, said: &Said, reason: Rejected) {
        self.0.parts.metrics.refused(feed.source, reason.name());
        tracing::debug!(
            source = %feed.source, feed = &*feed.id, token = token.symbol, value = %said.value,
            time = said.time, %reason, "a price is refused"
        );
    }
}

impl Board {
    fn state(&mut self, key: &Key) -> &mut FeedState {
        let new = || FeedState::new(key.0, key.1.clone());
        self.states.entry(key.clone()).or_insert_with(new)
    }

    fn take(&mut self, key: &Key, observation: &Observation) {
        self.state(key).accept(observation.value, observation.source_time);
        self.newest.insert(key.clone(), observation.clone());
    }

    fn refuse(&mut self, key: &Key, said: &Said, reason: Rejected) {
        let state = self.state(key);
        state.reject(reason.name());
        if reason == Rejected::Jump {
            state.jumped = Some((said.value, said.time));
        }
    }
}

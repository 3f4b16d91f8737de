//! What the feeds say now.

use std::{collections::BTreeMap, sync::Arc};

use abis::feeds;
use alloy_primitives::{Address, Bytes};
use domain::block::BlockRef;
use market::{MarketError, Said};

use super::{
    Chainlink, ChainlinkFeed, FeedFault,
    ask::{round, said},
    fault::fresh,
};

/// What one feed was asked at the block.
struct Asked<'a> {
    id: Arc<str>,
    feed: &'a ChainlinkFeed,
    latest: Result<Bytes, FeedFault>,
    /// `None`: it is no proxy, and says so by reverting.
    aggregator: Option<Address>,
    /// Asked where the aggregator was not known beforehand.
    decimals: Option<u8>,
}

impl Chainlink {
    /// What each feed says at the newest block, or why it says nothing. Names that are no feeds here are left out.
    ///
    /// # Errors
    /// [`MarketError`] when the endpoints do not answer, or the chain's sequencer is not to be trusted.
    pub async fn ask_now(
        &self,
        ids: &[Arc<str>],
    ) -> Result<Vec<(Arc<str>, Result<Said, FeedFault>)>, MarketError> {
        let known = self.known(ids);
        if known.is_empty() {
            return Ok(Vec::new());
        }
        let block = self.head().await?;
        let mut asked = self.ask_all(known, &block).await?;
        self.ask_changed(&mut asked, &block).await?;
        let (mut found, mut learned) = (Vec::with_capacity(asked.len()), BTreeMap::new());
        for one in asked {
            if let (Some(aggregator), Some(decimals)) = (one.aggregator, one.decimals) {
                learned.insert(one.feed.proxy, (aggregator, decimals));
            }
            let answer = one.judge(block.timestamp, self.oldest(one.feed));
            found.push((one.id, answer));
        }
        if let Ok(mut decimals) = self.decimals.lock() {
            decimals.append(&mut learned);
        }
        Ok(found)
    }

    /// Everything in one batch: the sequencer, and of each feed its newest round and its aggregator; the decimals where
    /// they are not known.
    async fn ask_all<'a>(
        &self,
        known: Vec<(Arc<str>, &'a ChainlinkFeed)>,
        block: &BlockRef,
    ) -> Result<Vec<Asked<'a>>, MarketError> {
        // looked up once: it says which calls are made, and so which answers come
        let cached = |proxy| self.decimals.lock().ok()?.get(&proxy).copied();
        let known: Vec<_> =
            known.into_iter().map(|(id, feed)| (id, feed, cached(feed.proxy))).collect();
        let mut calls: Vec<_> =
            self.sequencer.iter().map(|sequencer| feeds::latest_call(sequencer.feed)).collect();
        for (_, feed, cached) in &known {
            calls.extend([feeds::latest_call(feed.proxy), feeds::aggregator_call(feed.proxy)]);
            calls.extend(cached.is_none().then(|| feeds::decimals_call(feed.proxy)));
        }
        let mut answers = self.calls(&calls, block).await?.into_iter();
        if let Some(sequencer) = &self.sequencer {
            let answer = answers.next().unwrap_or(Err(FeedFault::Unreadable));
            sequencer.is_up(round(&answer), block.timestamp)?;
        }
        let mut next = || answers.next().unwrap_or(Err(FeedFault::Unreadable));
        let asked = known.into_iter().map(|(id, feed, cached)| {
            let (latest, aggregator) = (next(), next());
            let aggregator = aggregator.ok().and_then(|answer| feeds::address(&answer));
            let decimals = match cached {
                None => next().ok().and_then(|answer| feeds::decimals(&answer)),
                Some((of, decimals)) => (aggregator == Some(of)).then_some(decimals),
            };
            Asked { id, feed, latest, aggregator, decimals }
        });
        Ok(asked.collect())
    }

    /// The decimals of those whose aggregator is another than before, at the same block.
    async fn ask_changed(
        &self,
        asked: &mut [Asked<'_>],
        block: &BlockRef,
    ) -> Result<(), MarketError> {
        let mut missing: Vec<_> =
            asked.iter_mut().filter(|one| one.decimals.is_none() && one.latest.is_ok()).collect();
        let calls: Vec<_> =
            missing.iter().map(|one| feeds::decimals_call(one.feed.proxy)).collect();
        let answers = self.calls(&calls, block).await?;
        for (one, answer) in missing.iter_mut().zip(answers) {
            one.decimals = answer.ok().and_then(|answer| feeds::decimals(&answer));
        }
        Ok(())
    }
}

impl Asked<'_> {
    fn judge(&self, now: u64, oldest: u64) -> Result<Said, FeedFault> {
        let found = round(&self.latest)?;
        let updated = fresh(&found, now, oldest)?;
        let decimals = self.decimals.ok_or(FeedFault::Unreadable)?;
        let raw = self.latest.as_ref().map(|bytes| &bytes[..]).unwrap_or_default();
        Ok(said(&self.id, found.answer, decimals, updated, raw))
    }
}

//! From moment to moment through a span: what stands there, what candles say, and what of it is new.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::Address;
use domain::{
    candle::Resolution,
    ids::ChainId,
    market::{Asset, InUsd, Millis, Policy, Price, Span, policy, usd},
};
use store::{StoreError, market::SheetMoment};

use super::{
    DAY,
    closes::Closes,
    inputs,
    known::{Known, Stored},
};
use crate::market::{book::Token, collector::Collector};

/// Moments of a run after which another one may begin.
const RUN: usize = 240;
/// Prices that are stored at once.
const TOGETHER: usize = 40_000;

/// One chain's way through a span.
pub(super) struct Walk<'a> {
    collector: &'a Collector,
    chain: ChainId,
    span: Span,
    /// Whose prices may change.
    targets: BTreeSet<Asset>,
    inputs: Vec<&'a Token>,
    closes: Closes,
    known: Known,
    /// Up to where the candles are loaded.
    loaded: Millis,
    /// What stands stored at the moment.
    base: Vec<(Address, Price)>,
    open: Vec<SheetMoment>,
    /// Up to when the open run is the next version of a stored document.
    version_of: Option<Millis>,
    changed: bool,
    runs: Vec<Vec<SheetMoment>>,
    /// Prices in them.
    waiting: usize,
    known_at: Millis,
    /// Moments that were found to have better prices.
    made: u64,
}

impl<'a> Walk<'a> {
    pub(super) async fn new(
        collector: &'a Collector,
        chain: ChainId,
        targets: &BTreeSet<Asset>,
        resolution: Resolution,
        span: Span,
    ) -> Result<Self, StoreError> {
        let targets = targets.iter().copied().filter(|asset| asset.chain == chain).collect();
        let reader = collector.market().reader();
        let inputs = inputs(collector.book(), &targets);
        let mut closes = Closes::new(resolution);
        // what was said before the span, as far as it can be a price in it
        let before = Span { from: span.from.saturating_sub(collector.policy().max_age), ..span };
        closes.load(reader, &inputs, Span { to: span.from, ..before }).await?;
        closes.advance(span.from);
        let stored = Span { to: span.to.saturating_add(1), ..span };
        Ok(Self {
            collector,
            chain,
            span,
            targets,
            inputs,
            closes,
            known: Known::new(reader.sheet_runs(chain, stored).await?),
            loaded: span.from,
            base: Vec::new(),
            open: Vec::new(),
            version_of: None,
            changed: false,
            runs: Vec::new(),
            waiting: 0,
            known_at: collector.now(),
            made: 0,
        })
    }

    /// Moments that have better prices now.
    pub(super) const fn made(&self) -> u64 {
        self.made
    }

    /// Goes on by a day; `false` after the last.
    pub(super) async fn day(&mut self) -> Result<bool, StoreError> {
        let from = self.loaded;
        let to = self.span.to.min(from - from % DAY + DAY);
        let is_last = to >= self.span.to;
        if from < to {
            let reader = self.collector.market().reader();
            self.closes.load(reader, &self.inputs, Span { from, to }).await?;
            self.loaded = to;
        }
        let mut ends = self.closes.ends(&self.targets);
        loop {
            let stored = self.known.peek().await?;
            let ended = ends.first().copied().filter(|end| *end <= to);
            // a document that goes on behind the span is read to its end
            let next = stored.filter(|time| is_last || *time <= to);
            let Some(time) = ended.into_iter().chain(next).min() else { break };
            ends.remove(&time);
            self.closes.advance(time);
            let stored = if stored == Some(time) { self.known.take() } else { None };
            self.moment(time, stored);
            if self.waiting >= TOGETHER {
                self.store().await?;
            }
        }
        if is_last {
            self.close();
        }
        self.store().await?;
        Ok(!is_last)
    }

    fn moment(&mut self, time: Millis, stored: Option<Stored>) {
        let is_stored = stored.is_some();
        let mut alone = false;
        if let Some(stored) = stored {
            if let Some(until) = stored.until {
                self.close();
                self.version_of = Some(until);
                alone = until == time;
            }
            self.base = stored.prices;
        }
        let within = self.span.from <= time && time <= self.span.to;
        let better = if within { self.better(time) } else { None };
        match better {
            Some(prices) => {
                let behind = self.version_of.is_none_or(|until| until < time);
                if behind && !is_stored && (!self.changed || self.open.len() >= RUN) {
                    self.close();
                }
                self.changed = true;
                self.made += 1;
                self.open.push((time, prices));
            }
            // of an unchanged document that stands alone there is no version
            None if alone => self.version_of = None,
            None if is_stored => self.open.push((time, self.base.clone())),
            None => {}
        }
    }

    /// Ends the open run; nothing becomes of it when nothing in it is new.
    fn close(&mut self) {
        let open = std::mem::take(&mut self.open);
        if self.changed && !open.is_empty() {
            self.waiting += open.iter().map(|(_, prices)| prices.len()).sum::<usize>();
            self.runs.push(open);
        }
        (self.version_of, self.changed) = (None, false);
    }

    async fn store(&mut self) -> Result<(), StoreError> {
        let runs = std::mem::take(&mut self.runs);
        self.waiting = 0;
        if runs.is_empty() {
            return Ok(());
        }
        let market = self.collector.market();
        market.put_sheet_runs(self.chain, self.known_at, &runs).await?;
        Ok(())
    }

    /// The prices at a time, when candles know any better than what stands stored.
    fn better(&self, at: Millis) -> Option<Vec<(Address, Price)>> {
        let policy = self.collector.policy();
        let mut prices: BTreeMap<Asset, Price> = BTreeMap::new();
        let mut new: BTreeMap<Address, Price> = BTreeMap::new();
        for token in &self.inputs {
            let before = self.standing(token.asset, at);
            if let Some(fresh) = before.as_ref().filter(|price| is_fresh(price, at)) {
                prices.insert(token.asset, fresh.clone());
                continue;
            }
            let price = self.price(token, at, policy, &prices);
            if is_better(before.as_ref(), &price, at) {
                if self.targets.contains(&token.asset) {
                    new.insert(token.asset.address, price.clone());
                }
                prices.insert(token.asset, price);
            } else {
                prices.insert(token.asset, before.unwrap_or(price));
            }
        }
        if new.is_empty() {
            return None;
        }
        let others = self.base.iter().filter(|(token, _)| !new.contains_key(token));
        let others = others.map(|(token, price)| {
            let price = price.clone().seen_at(at, policy.max_age);
            (*token, price)
        });
        let mut all: Vec<(Address, Price)> = others.collect();
        all.extend(new);
        all.sort_by_key(|(token, _)| *token);
        Some(all)
    }

    /// What stands stored, as it is at a time.
    fn standing(&self, asset: Asset, at: Millis) -> Option<Price> {
        let index = self.base.binary_search_by_key(&asset.address, |(token, _)| *token).ok()?;
        let (_, price) = self.base.get(index).filter(|_| asset.chain == self.chain)?;
        Some(price.clone().seen_at(at, self.collector.policy().max_age))
    }

    /// What candles say.
    fn price(
        &self,
        token: &Token,
        at: Millis,
        policy: &Policy,
        prices: &BTreeMap<Asset, Price>,
    ) -> Price {
        let said = token.feeds.iter().filter_map(|of| self.closes.said(token, of));
        let said: Vec<InUsd> = said
            .filter_map(|(said, last)| {
                usd::to_usd(&said, Some(&last), |asset| prices.get(&asset)).ok()
            })
            .collect();
        policy::price(at, &said, token.stable, policy)
    }
}

fn is_fresh(price: &Price, at: Millis) -> bool {
    price.fresh_until.is_some_and(|until| at <= until)
}

/// Whether a price says more than what stands there, which is not fresh.
fn is_better(before: Option<&Price>, price: &Price, at: Millis) -> bool {
    let Some(as_of) = price.as_of else { return false };
    let before = before.and_then(|before| before.as_of);
    is_fresh(price, at) || before.is_none_or(|before| as_of > before)
}

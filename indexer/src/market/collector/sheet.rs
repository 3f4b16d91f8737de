//! The sheet: the price of every token, of what all feeds said last.

use std::{collections::BTreeMap, sync::PoisonError};

use alloy_primitives::Address;
use domain::{
    decimal::Decimal,
    ids::ChainId,
    market::{
        Asset, Deviation, InUsd, Millis, Policy, Price, Source, deviation::of_token, policy, usd,
    },
};
use store::StoreError;

use super::{Board, Collector, Parts};
use crate::market::book::{Book, Token};

/// Least time between two points of a token's deviation, in milliseconds.
const BETWEEN_POINTS: Millis = 60_000;

/// What a sheet says of one token.
struct Entry<'a> {
    token: &'a Token,
    price: Price,
    /// What our pools say it costs, and what all others do.
    beside: Option<(Decimal, Decimal)>,
    stuck: Vec<Source>,
}

impl Collector {
    /// Makes the prices of all tokens as they are now, and stores what changed. The number of chains whose sheet did.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn sheet(&self) -> Result<usize, StoreError> {
        Ok(self.sheet_unless(0).await?.unwrap_or_default())
    }

    /// The same, unless the last one was made less than so many milliseconds ago: then `None`.
    ///
    /// # Errors
    /// Like [`Collector::sheet`].
    pub async fn sheet_unless(&self, within: Millis) -> Result<Option<usize>, StoreError> {
        let Parts { book, market, policy, metrics, clock, .. } = &self.0.parts;
        let mut board = self.0.board.lock().await;
        let now = clock.now();
        if within > 0 && now.saturating_sub(board.sheet) < within {
            return Ok(None);
        }
        board.refresh(book, market.reader()).await?;
        let turned = board.turned(book, now);
        if !turned.is_empty()
            && let Err(error) = market.put_feed_states(&turned).await
        {
            // what is believed here may not be what is stored
            *board = Board::default();
            return Err(error);
        }
        board.complete(book, market.reader()).await?;
        board.sheet = now;
        let entries = entries(book, &board, policy, now);
        let mut chains: BTreeMap<ChainId, Vec<(Address, Price)>> = BTreeMap::new();
        for Entry { token, price, stuck, .. } in &entries {
            let Asset { chain, address } = token.asset;
            chains.entry(chain).or_default().push((address, price.clone()));
            for of in &token.feeds {
                let source = of.feed.source;
                let count = stuck.iter().filter(|stuck| **stuck == source).count();
                let labels = [token.chain.as_str(), token.symbol.as_str(), source.name()];
                let count = i64::try_from(count).unwrap_or(i64::MAX);
                metrics.stuck.with_label_values(&labels).set(count);
            }
        }
        let mut changed = 0;
        for (chain, prices) in chains {
            if market.put_sheet(chain, now, now, &prices).await? {
                changed += 1;
                metrics.sheets.with_label_values(&[book.chain_name(chain)]).inc();
            }
        }
        self.deviations(&mut board, &entries, now).await?;
        let prices = entries.into_iter().map(|entry| (entry.token.asset, entry.price));
        *self.0.prices.write().unwrap_or_else(PoisonError::into_inner) = prices.collect();
        Ok(Some(changed))
    }

    /// How far the pools are from the market: a point per token and minute at most.
    async fn deviations(
        &self,
        board: &mut Board,
        entries: &[Entry<'_>],
        now: Millis,
    ) -> Result<(), StoreError> {
        for Entry { token, beside, .. } in entries {
            let labels = [token.chain.as_str(), token.symbol.as_str()];
            let Some((pool, market)) = *beside else {
                // an old deviation is none; there may have been no point yet
                drop(self.metrics().deviation.remove_label_values(&labels));
                continue;
            };
            let point = Deviation { time: now, pool, market };
            if let Some(ratio) = point.ratio() {
                // for a chart: near enough
                let bps = (ratio * Decimal::from(10_000)).to_string().parse().unwrap_or(f64::NAN);
                self.metrics().deviation.with_label_values(&labels).set(bps);
            }
            let last = board.deviated.get(&token.asset).copied().unwrap_or_default();
            if now.saturating_sub(last) < BETWEEN_POINTS {
                continue;
            }
            let Asset { chain, address } = token.asset;
            let market = self.market();
            market.put_deviations(chain, &of_token(address), &[point]).await?;
            board.deviated.insert(token.asset, now);
        }
        Ok(())
    }
}

/// The price of each token by the feeds' newest words. Quote currencies come first, so each finds its rate.
fn entries<'a>(book: &'a Book, board: &Board, policy: &Policy, now: Millis) -> Vec<Entry<'a>> {
    let mut prices: BTreeMap<Asset, Price> = BTreeMap::new();
    let mut entries = Vec::with_capacity(book.tokens().len());
    for token in book.tokens() {
        let (mut said, mut unpriced) = (Vec::<InUsd>::new(), None);
        for of in &token.feeds {
            let key = (token.asset, of.feed.clone());
            let Some(newest) = board.newest.get(&key) else { continue };
            let last = board.states.get(&key).and_then(|state| state.last);
            match usd::to_usd(newest, last.as_ref(), |asset| prices.get(&asset)) {
                Ok(dollars) => said.push(dollars),
                Err(error) => unpriced = Some(error.to_string()),
            }
        }
        let mut price = policy::price(now, &said, token.stable, policy);
        if price.value.is_none()
            && let Some(why) = unpriced
        {
            price.reason = Some(why);
        }
        let repeats =
            policy.stuck(now, &said, token.stable).into_iter().map(|(feed, _)| feed.source);
        let mut stuck: Vec<Source> = repeats.collect();
        stuck.extend(
            silent(token, board, policy, now)
                .filter(|source| !stuck.contains(source))
                .collect::<Vec<_>>(),
        );
        let beside = beside(&said, token.stable, policy, now);
        prices.insert(token.asset, price.clone());
        entries.push(Entry { token, price, beside, stuck });
    }
    entries
}

/// Sources that answer, it may be, and have had no word of a later time for too long. Pools are right to be silent while
/// nobody trades.
fn silent<'a>(
    token: &'a Token,
    board: &'a Board,
    policy: &'a Policy,
    now: Millis,
) -> impl Iterator<Item = Source> + 'a {
    token.feeds.iter().map(|of| &of.feed).filter_map(move |feed| {
        let newest = board.newest.get(&(token.asset, feed.clone()))?;
        let most = policy.heartbeat(feed).max(policy.stuck_after(feed, false));
        let is_silent = now.saturating_sub(newest.source_time) >= most;
        (is_silent && feed.source != Source::Pools).then_some(feed.source)
    })
}

/// What our pools say, and what all others say, where both are fresh.
fn beside(
    said: &[InUsd],
    stable: bool,
    policy: &Policy,
    now: Millis,
) -> Option<(Decimal, Decimal)> {
    let is_pools = |one: &&InUsd| one.feed.source == Source::Pools;
    let (pools, others): (Vec<InUsd>, Vec<InUsd>) = (
        said.iter().filter(is_pools).cloned().collect(),
        said.iter().filter(|one| !is_pools(one)).cloned().collect(),
    );
    if pools.is_empty() {
        return None;
    }
    let fresh = |said: &[InUsd]| {
        let price = policy::price(now, said, stable, policy);
        price.value.filter(|_| price.fresh_until.is_some())
    };
    Some((fresh(&pools)?, fresh(&others)?))
}

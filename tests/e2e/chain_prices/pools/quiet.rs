//! Pools that nobody trades in, and a chain that stands still.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use alloy_primitives::{B256, U256};
use anyhow::{Context, Result, ensure};
use domain::{
    decimal::Decimal,
    market::{Asset, Feed, Policy, Price, Quote, Source, Status, door::Rules},
};
use futures::{FutureExt as _, future::BoxFuture};
use indexer::market::{
    Book, Collector, Parts, PriceMetrics, Token, TokenFeed,
    jobs::{Part, Report, SourceWork, Work as _},
    pools::{Pools, PoolsConfig},
};
use market::{Clock, PriceSource as _, Said};
use observe::Registry;
use store::market::{Known, Outcome};

use super::{Setup, TICKET, config, is_close, mean};

const SECOND: u64 = 1_000;
const HEARTBEAT: u64 = 300;

/// Stands where it is put, in Unix milliseconds.
#[derive(Debug, Default)]
struct Hand(AtomicU64);

impl Clock for Hand {
    fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    fn uptime(&self) -> Duration {
        Duration::from_millis(self.now())
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        tokio::time::sleep(duration).boxed()
    }
}

/// A collector for tickets, which only pools price, and for the dollars that they are traded for.
struct Desk {
    collector: Collector,
    clock: Arc<Hand>,
    ticket: Asset,
    dollar: Feed,
}

impl Desk {
    fn new(setup: &Setup) -> Result<Self> {
        let (chain, tokens) = (setup.world.deployment.chain_id, &setup.world.deployment.tokens);
        let asset = |index: usize| Asset { chain, address: tokens[index] };
        let (ticket, dollar) = (asset(TICKET), asset(0));
        let token = |asset, symbol: &str, stable, feed: &Feed| Token {
            asset,
            chain: "local".into(),
            symbol: symbol.into(),
            decimals: None,
            stable,
            feeds: vec![TokenFeed { feed: feed.clone(), quote: Quote::Usd }],
        };
        let of_dollar = Feed { source: Source::Coinbase, id: "USD".into() };
        let of_pools = Feed { source: Source::Pools, id: Pools::id(ticket) };
        let book = vec![
            token(ticket, "TICKET", false, &of_pools),
            token(dollar, "DOLLAR", true, &of_dollar),
        ];
        let clock = Arc::new(Hand::default());
        let collector = Collector::new(Parts {
            book: Book::new(book)?,
            rules: Rules::default(),
            policy: Policy::default(),
            market: setup.store.market(),
            metrics: PriceMetrics::new(&Registry::new())?,
            clock: Arc::clone(&clock) as _,
        });
        Ok(Self { collector, clock, ticket, dollar: of_dollar })
    }

    /// A dollar is worth one, and the pools are asked. The stored price of a ticket, and what the run said.
    async fn ask(&self, setup: &Setup, now: u64, config: PoolsConfig) -> Result<(Price, String)> {
        let (price, report) = self.run(setup, now, config).await?;
        Ok((price, report.detail))
    }

    async fn run(&self, setup: &Setup, now: u64, config: PoolsConfig) -> Result<(Price, Report)> {
        self.clock.0.store(now, Ordering::SeqCst);
        let dollar = Said {
            id: Arc::clone(&self.dollar.id),
            value: Decimal::ONE,
            time: now,
            confidence: None,
            liquidity: None,
            symbol: None,
            decimals: None,
            raw: B256::ZERO,
        };
        self.collector.accept(Source::Coinbase, &[dollar]).await?;
        self.collector.sheet().await?;
        let reader = setup.store.reader();
        let pools = Pools::new(reader, self.ticket.chain, config, self.collector.usd());
        let part = Part { asked: Arc::new(pools), ids: vec![Pools::id(self.ticket)] };
        let report = SourceWork::new(Source::Pools, vec![part], self.collector.clone()).run().await;
        let (market, tokens) = (self.collector.market().reader(), [self.ticket.address]);
        let sheet = market.prices(self.ticket.chain, now, Known::Newest, &tokens).await?;
        let price = sheet.and_then(|sheet| sheet.price(self.ticket.address).cloned());
        let price = price.context("no price was stored")?;
        Ok((price.seen_at(now, self.collector.policy().max_age), report))
    }
}

/// The mean goes on without a trade, as long as blocks come; and no word is new while none come.
#[tokio::test]
async fn a_quiet_pool_is_heard_with_each_block_and_a_chain_that_stands_still_is_not() -> Result<()>
{
    let mut setup = Setup::new(60).await?;
    let tokens = setup.world.deployment.tokens.clone();
    let (ticket, dollar) = (tokens[TICKET], tokens[0]);
    setup.mine(1_200).await?;
    let mut to = setup.follow().await?;
    let desk = Desk::new(&setup)?;
    let deep = PoolsConfig { deep_usd: Decimal::ONE, ..config(1_800) };
    let (before, _) = desk.ask(&setup, to * SECOND + 1, deep).await?;
    ensure!(before.status == Status::Fresh && before.as_of == Some(to * SECOND), "{before:?}");

    // one trade, and never again: a third of the price more
    setup.trade(U256::from(20_000_000_000_u64), vec![dollar, ticket], 12).await?;
    let traded = setup.time(setup.truth.head().await?).await?;
    let id = super::ticket(&setup).await?.pools.into_iter().next().context("a pool")?;
    let chain = setup.world.deployment.chain_id;
    let snapshot = setup.store.reader().snapshot(chain).await?.context("nothing is indexed")?;
    let pool = snapshot.pool(id).await?.context("a pool that is not stored")?;
    let side = usize::from(pool.token1 == ticket);
    drop(snapshot);
    let mut values = Vec::new();
    for (after, is_new) in [(600, true), (600, true), (700, true), (7_200, true)] {
        setup.mine(after).await?;
        to = setup.follow().await?;
        let (price, detail) = desk.ask(&setup, to * SECOND + 1, deep).await?;
        ensure!(detail.contains("1 new") == is_new, "{after}: {detail}");
        let steps = setup.steps(&pool, setup.truth.head().await?).await?;
        let expected = mean(&steps, side, (to - 1_800, to)).context("it has a price")?;
        let value = price.value.context("it has a price")?;
        ensure!(is_close(value, expected), "{after}: {price:?}, {expected}");
        let fresh = (price.status, price.as_of) == (Status::Fresh, Some(to * SECOND));
        ensure!(fresh, "as of the newest block: {price:?}");
        values.push(value);
    }
    ensure!(values[0] != values[1] && values[1] != values[2], "the window moves: {values:?}");
    ensure!(is_close(values[2], values[3]), "one price for the whole window: {values:?}");

    // no block comes: nothing is new, and what was said grows old
    let (still, detail) = desk.ask(&setup, (to + HEARTBEAT) * SECOND, deep).await?;
    ensure!(
        detail.contains("0 new, 1 known") && still.status == Status::Fresh,
        "{detail}: {still:?}"
    );
    let (stalled, detail) = desk.ask(&setup, (to + HEARTBEAT + 1) * SECOND, deep).await?;
    ensure!(
        detail.contains("0 new, 1 known") && stalled.status == Status::Stale,
        "{detail}: {stalled:?}"
    );
    ensure!(stalled.value == still.value && stalled.as_of == Some(to * SECOND), "{stalled:?}");
    // it goes on
    setup.mine(HEARTBEAT + 30).await?;
    to = setup.follow().await?;
    let (again, _) = desk.ask(&setup, to * SECOND + 1, deep).await?;
    ensure!(again.status == Status::Fresh && again.as_of == Some(to * SECOND), "{again:?}");

    // who is not deep has a price for so long after a trade, to the second, and not for ever
    let asked = |quiet_seconds| {
        let shallow = PoolsConfig { deep_usd: Decimal::from(1_000_000_000), quiet_seconds, ..deep };
        let pools = Pools::new(setup.store.reader(), chain, shallow, desk.collector.usd());
        async move { Ok::<_, anyhow::Error>(pools.now(&[Pools::id(desk.ticket)]).await?.len()) }
    };
    ensure!((asked(to - traded).await?, asked(to - traded - 1).await?) == (1, 0));
    // that all are quiet is no failure
    let quiet_seconds = to - traded - 1;
    let shallow = PoolsConfig { deep_usd: Decimal::from(1_000_000_000), quiet_seconds, ..deep };
    let (_, report) = desk.run(&setup, to * SECOND + 2, shallow).await?;
    ensure!(report.outcome == Outcome::Done, "{report:?}");
    ensure!(report.detail.contains("0 of 1 feeds answered") && report.detail.contains("quiet"));
    setup.world.stop().await
}

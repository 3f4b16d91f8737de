//! A mainnet pool's day and an exchange's candles of the same day tell the same price: candles from an HTTP server through
//! adapter, backfill, database and API on one side, the pool's logs through the fold on the other.

use std::{collections::BTreeMap, sync::Arc};

use alloy_primitives::{Address, address};
use anyhow::{Context, Result, ensure};
use domain::{
    candle::{Resolution, Subject, roll_up},
    decimal::Decimal,
    ids::PoolId,
    market::{Asset, Feed, Policy, Quote, Source, Span, door::Rules},
};
use indexer::market::{
    Book, Collector, Parts, PriceMetrics, Token, TokenFeed,
    backfill::{Seller, Wanted},
};
use market::{Binance, Metrics, SourceConfig, SystemClock};
use market_fixture::{Api, PriceServer};
use observe::Registry;
use serde_json::Value;
use sooho::config::{ChainConfig, Config};
use store::{Embedded, EmbeddedOptions, Store};
use tests::{
    process::{free_address, get, write_config},
    recorded::{
        self, binance,
        day::{LOW_FEE, MIDNIGHT, SET},
        folded::Folded,
    },
    single::Single,
    world::mongod,
};

const WETH: Asset = on_mainnet(address!("c02aaa39b223fe8d0a0e5c4f27ead9083c756cc2"));
const USDT: Asset = on_mainnet(address!("dac17f958d2ee523a2206206994597c13d831ec7"));
const DATABASE: &str = "agreement";
const MINUTE: u64 = 60;
const MINUTES: u64 = 24 * 60;

const fn on_mainnet(address: Address) -> Asset {
    Asset { chain: 1, address }
}

/// The pool's price at the end of each minute from its first trade on: dollars for an ether.
fn pool_closes() -> Result<Option<BTreeMap<u64, Decimal>>> {
    let Some(folder) = recorded::set(SET)? else { return Ok(None) };
    let (mut folded, events) = Folded::start(&folder, LOW_FEE)?;
    let pool = Subject::Pool(PoolId::Contract(LOW_FEE.address));
    let mut steps = Vec::new();
    for event in &events {
        let candles = folded.event(event)?.rows.candles;
        steps.extend(candles.into_iter().filter(|step| step.subject == pool));
    }
    let minutes = roll_up(steps.into_iter().map(|step| step.candle), Resolution::M1);
    // of token0 in token1: an ether is token1
    let closes = minutes.iter().map(|candle| (candle.start, candle.inverse().close));
    let closes: BTreeMap<u64, Decimal> = closes.collect();
    let (mut all, mut standing) = (BTreeMap::new(), None);
    for start in (0..MINUTES).map(|minute| MIDNIGHT + minute * MINUTE) {
        standing = closes.get(&start).copied().or(standing);
        all.extend(standing.map(|price| (start, price)));
    }
    Ok(Some(all))
}

/// Collects the recorded month.
async fn collect(store: &Store, source: &PriceServer, count: u64, span: Span) -> Result<()> {
    let config =
        SourceConfig { base_url: Some(source.base(Api::Binance)), ..SourceConfig::default() };
    let (registry, clock) = (Registry::new(), Arc::new(SystemClock::new()));
    let asked = Binance::new(&config, None, &Metrics::new(&registry)?, Arc::clone(&clock) as _)?;
    let feed = Feed { source: Source::Binance, id: "ETHUSDT".into() };
    let token = |asset, symbol: &str, feeds| Token {
        asset,
        chain: "mainnet".into(),
        symbol: symbol.into(),
        decimals: None,
        stable: asset == USDT,
        feeds,
    };
    let in_tether = TokenFeed { feed: feed.clone(), quote: Quote::Asset(USDT) };
    let tokens = vec![token(WETH, "WETH", vec![in_tether]), token(USDT, "USDT", Vec::new())];
    let collector = Collector::new(Parts {
        book: Book::new(tokens)?,
        rules: Rules::default(),
        policy: Policy::default(),
        market: store.market(),
        metrics: PriceMetrics::new(&registry)?,
        clock,
    });
    let sellers = vec![Seller { asked: Arc::new(asked), feed }];
    let wanted = Wanted { asset: WETH, resolution: Resolution::M1, span, sellers };
    let filled = collector.backfill(&wanted, &|_| {}).await?;
    ensure!((filled.new, filled.refused) == (count, 0), "{filled:?} of {count}");
    // once more asks for nothing
    let again = collector.backfill(&wanted, &|_| {}).await?;
    ensure!((again.new, again.pages) == (0, 0), "{again:?}");
    Ok(())
}

/// The closes of the day as the API tells them.
async fn market_closes(base: &str) -> Result<BTreeMap<u64, Decimal>> {
    let (mut from, to) = (MIDNIGHT * 1_000, (MIDNIGHT + MINUTES * MINUTE) * 1_000);
    let mut closes = BTreeMap::new();
    loop {
        let url = format!(
            "{base}/v1/prices/{}/candles?resolution=1m&from={from}&to={to}&limit=1000",
            WETH.address
        );
        let page = get(&url).await?;
        for item in page["items"].as_array().with_context(|| page.to_string())? {
            let whose = (&item["source"], &item["feed"], item["quote"].as_str());
            let tether = format!("{:#x}", USDT.address);
            ensure!(
                whose == (&"binance".into(), &"ETHUSDT".into(), Some(tether.as_str())),
                "{item}"
            );
            let start = item["start"].as_u64().context("start")? / 1_000;
            closes.insert(start, item["close"].as_str().context("close")?.parse()?);
        }
        match &page["next"] {
            Value::Null => return Ok(closes),
            next => from = next.as_u64().context("next")?,
        }
    }
}

/// How far apart, in hundredths of a percent of the second.
fn basis_points(one: Decimal, other: Decimal) -> Decimal {
    (one - other).abs().safe_div(other) * Decimal::from(10_000)
}

#[tokio::test]
#[expect(clippy::print_stdout, reason = "how near they are is the result")]
async fn a_pool_and_an_exchange_agree() -> Result<()> {
    let (Some(folder), Some(pool)) = (recorded::set(binance::SET)?, pool_closes()?) else {
        return Ok(());
    };
    drop(rustls::crypto::ring::default_provider().install_default());
    let candles = binance::candles(&folder, "ETHUSDT")?;
    let (first, last) = (candles.first().context("none")?, candles.last().context("none")?);
    let span = Span { from: first.start * 1_000, to: (last.start + MINUTE) * 1_000 };
    let count = candles.len() as u64;
    let source = PriceServer::start().await?;
    source.candles(Api::Binance, "ETHUSDT", MINUTE, candles);

    let work = tempfile::tempdir()?;
    let options =
        EmbeddedOptions { binary: mongod(), data_dir: work.path().join("mongo"), cache_mb: 256 };
    let mongo = Embedded::start(options).await?;
    let store = Store::connect(&mongo.uri(), DATABASE).await?;
    store.migrate().await?;
    collect(&store, &source, count, span).await?;

    let mut config = Config::default();
    config.serving.listen = free_address()?;
    config.store.uri = mongo.uri();
    config.store.database = DATABASE.into();
    let chain = ChainConfig { name: "mainnet".into(), id: 1, ..ChainConfig::default() };
    // nobody asks the chain
    config.chain = vec![ChainConfig { rpc: vec!["http://127.0.0.1:9".into()], ..chain }];
    let path = write_config(&config, work.path())?;
    let service = Single::start(&path, "serving", config.serving.listen, work.path()).await?;
    let market = market_closes(&service.base).await?;
    drop(service);
    mongo.stop().await;

    ensure!(market.len() as u64 == MINUTES, "{} minutes of the market", market.len());
    let mut apart = Vec::new();
    for (start, price) in &pool {
        let market = market.get(start).with_context(|| format!("no candle at {start}"))?;
        apart.push(basis_points(*price, *market));
    }
    apart.sort_unstable();
    let at = |percent: usize| apart[(apart.len() * percent).div_ceil(100).saturating_sub(1)];
    println!(
        "{} minutes: median {:.5} bps, 95 of 100 within {:.5} bps, all within {:.5} bps",
        apart.len(),
        at(50).to_string(),
        at(95).to_string(),
        at(100).to_string()
    );
    ensure!(apart.len() > 1_430, "{} minutes compared", apart.len());
    ensure!(at(95) <= Decimal::from(16), "95 of 100 minutes are within {} bps", at(95));
    Ok(())
}

//! `sooho prices gaps`.

use domain::{
    iso,
    market::{Feed, Span},
};
use indexer::market::book::Token;
use observe::Shutdown;
use serde_json::{Value, json};
use store::market::BarSeries;

use super::{
    GapsArgs,
    backfill::{self, Asked},
};
use crate::{
    commands::table::table,
    error::Error,
    prices::{Market, span},
};

/// A missing span of a feed.
struct Gap<'a> {
    token: &'a Token,
    feed: Feed,
    span: Span,
}

#[expect(clippy::print_stdout, reason = "the answer of a command")]
pub(super) async fn run(
    market: &Market<'_>,
    args: &GapsArgs,
    shutdown: &Shutdown,
) -> Result<(), Error> {
    let tokens = match &args.token {
        Some(name) => vec![market.token(name, args.chain.as_deref())?],
        None => market.book().tokens().iter().collect(),
    };
    let mut gaps = find(market, args, &tokens).await?;
    if args.fill {
        let mut filled: Vec<(&Token, Feed)> = Vec::new();
        for Gap { token, feed, .. } in &gaps {
            if filled.iter().any(|(known, of)| known.asset == token.asset && of == feed) {
                continue;
            }
            filled.push((token, feed.clone()));
            let of_feed =
                gaps.iter().filter(|gap| gap.feed == *feed && gap.token.asset == token.asset);
            let (from, to) = of_feed.fold((u64::MAX, 0), |(from, to), gap| {
                (from.min(gap.span.from), to.max(gap.span.to))
            });
            let whole = Span { from, to };
            let asked =
                Asked { source: Some(feed.source), resolution: args.resolution, sheets: false };
            let done = backfill::fill(market, token, asked, whole, shutdown).await?;
            if !args.json {
                println!("{}", backfill::sentence(token, args.resolution, &done));
            }
        }
        gaps = find(market, args, &tokens).await?;
    }
    if args.json {
        let gaps: Vec<Value> = gaps.iter().map(json_of).collect();
        println!("{:#}", json!({ "resolution": args.resolution.name(), "gaps": gaps }));
    } else if gaps.is_empty() {
        println!("no candle of {} is missing", args.resolution);
    } else {
        let rows: Vec<_> = gaps.iter().map(|gap| row(gap, args.resolution.seconds())).collect();
        print!(
            "{}",
            table(["token", "chain", "source", "feed", "from", "before", "candles"], &rows)
        );
    }
    Ok(())
}

/// What is missing of each feed with candles of this length.
async fn find<'a>(
    market: &Market<'_>,
    args: &GapsArgs,
    tokens: &[&'a Token],
) -> Result<Vec<Gap<'a>>, Error> {
    let (collector, resolution) = (&market.collector, args.resolution);
    let to = args.to.unwrap_or_else(|| collector.now());
    let mut gaps = Vec::new();
    for token in tokens {
        let mut sellers = market.sellers(token);
        sellers.retain(|seller| args.source.is_none_or(|source| seller.feed.source == source));
        for seller in indexer::market::backfill::asked(&sellers, resolution) {
            let feed = seller.feed.clone();
            let from = match args.from {
                Some(from) => from,
                None => {
                    let asset = token.asset;
                    let series = BarSeries { asset, feed: feed.clone(), resolution };
                    let answered = collector.market().reader().answered(&series).await?;
                    match answered.first() {
                        Some(first) => first.from,
                        // nobody ever asked for its past: nothing is missing of it
                        None => continue,
                    }
                }
            };
            let span = span(from, to)?;
            let found = collector.gaps(token.asset, &feed, resolution, span).await?;
            gaps.extend(found.into_iter().map(|span| Gap { token, feed: feed.clone(), span }));
        }
    }
    Ok(gaps)
}

fn row(gap: &Gap<'_>, seconds: u64) -> [String; 7] {
    let Gap { token, feed, span: Span { from, to } } = gap;
    [
        token.symbol.clone(),
        token.chain.clone(),
        feed.source.to_string(),
        feed.id.to_string(),
        iso::format(*from),
        iso::format(*to),
        ((to - from) / 1_000 / seconds.max(1)).to_string(),
    ]
}

fn json_of(gap: &Gap<'_>) -> Value {
    let Gap { token, feed, span: Span { from, to } } = gap;
    json!({
        "token": format!("{:#x}", token.asset.address),
        "symbol": token.symbol,
        "chain": token.chain,
        "source": feed.source.name(),
        "feed": &*feed.id,
        "from": iso::format(*from),
        "to": iso::format(*to),
    })
}

//! What feeds say now: fresh, stale, and wrong in every way that is known.

use alloy_primitives::{Address, I256};
use anyhow::{Result, ensure};
use indexer::market::chainlink::Chainlink;
use market::{MarketError, PriceSource as _};

use super::bench::{Bench, MARGIN, cents, ids, price, short};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

async fn now(
    reader: &Chainlink,
    proxies: &[Address],
) -> Result<Vec<Result<(domain::decimal::Decimal, u64), &'static str>>> {
    let found = reader.ask_now(&ids(proxies)).await?;
    Ok(found.iter().map(|(_, answer)| short(answer)).collect())
}

#[tokio::test]
async fn a_feed_updates_and_is_stale_by_its_own_heartbeat() -> Result<()> {
    let bench = Bench::start().await?;
    let (ether, ether_aggregator) = bench.feed(8).await?;
    let (dollar, dollar_aggregator) = bench.feed(8).await?;
    let both = [ether, dollar];
    let reader = bench.reader(&[(ether, HOUR), (dollar, DAY)], None)?;
    let dollar_at = bench.feeds.answer(dollar_aggregator, cents(100, 8)?).await?;
    let first_at = bench.feeds.answer(ether_aggregator, cents(200_050, 8)?).await?;
    let expected = vec![Ok((price(200_050), first_at)), Ok((price(100), dollar_at))];
    ensure!(now(&reader, &both).await? == expected);
    let second_at = bench.feeds.answer(ether_aggregator, cents(199_912, 8)?).await?;
    let expected = vec![Ok((price(199_912), second_at)), Ok((price(100), dollar_at))];
    ensure!(now(&reader, &both).await? == expected);
    let said = reader.now(&ids(&both)).await?;
    ensure!(said.iter().all(|said| !said.raw.is_zero()) && said.len() == 2, "{said:?}");

    // to the second
    bench.feeds.wait(HOUR + MARGIN).await?;
    ensure!(now(&reader, &both).await? == expected, "as old as it may be");
    bench.feeds.wait(1).await?;
    ensure!(now(&reader, &both).await? == vec![Err("stale"), expected[1]]);
    let said = reader.now(&ids(&both)).await?;
    ensure!(said.len() == 1 && said[0].id == ids(&[dollar])[0], "only the other one: {said:?}");
    bench.feeds.wait(DAY).await?;
    let error = reader.now(&ids(&both)).await.unwrap_err();
    ensure!(matches!(error, MarketError::Unavailable { .. }), "{error}");
    ensure!(error.to_string().contains("heartbeat"), "the reason is told: {error}");

    let again = bench.feeds.answer(ether_aggregator, cents(1, 8)?).await?;
    ensure!(now(&reader, &both).await? == vec![Ok((price(1), again)), Err("stale")]);
    bench.chain.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_bad_feed_loses_only_itself_and_all_are_asked_in_one_batch() -> Result<()> {
    let bench = Bench::start().await?;
    let mut proxies = Vec::new();
    let mut aggregators = Vec::new();
    for decimals in [8, 18, 8, 8, 8, 8, 8, 8] {
        let (proxy, aggregator) = bench.feed(decimals).await?;
        proxies.push(proxy);
        aggregators.push(aggregator);
    }
    let feeds = &bench.feeds;
    let eight = feeds.answer(aggregators[0], cents(12_345, 8)?).await?;
    let eighteen = feeds.answer(aggregators[1], cents(6, 18)?).await?;
    feeds.answer(aggregators[2], cents(500, 8)?).await?;
    feeds.set_broken(aggregators[2], true).await?;
    feeds.answer(aggregators[3], I256::ZERO).await?;
    feeds.answer(aggregators[4], I256::MINUS_ONE).await?;
    feeds.skip(aggregators[5]).await?;
    let ahead = feeds.now().await? + HOUR;
    feeds.answer_at(aggregators[6], cents(500, 8)?, ahead, ahead).await?;
    // the eighth has no round at all; a ninth is an account without code, a tenth an aggregator without a proxy
    proxies.extend([Address::repeat_byte(7), aggregators[0]]);
    let configured: Vec<_> = proxies.iter().map(|proxy| (*proxy, HOUR)).collect();
    let reader = bench.reader(&configured, None)?;
    let expected = vec![
        Ok((price(12_345), eight)),
        Ok((price(6), eighteen)),
        Err("reverted"),
        Err("not_positive"),
        Err("not_positive"),
        Err("no_answer"),
        Err("future"),
        Err("no_answer"),
        Err("unreadable"),
        Ok((price(12_345), eight)),
    ];
    let mut asked = proxies.clone();
    asked.push(Address::repeat_byte(9)); // no feed here
    let found = now(&reader, &asked).await?;
    ensure!(found == expected, "{found:?}");
    ensure!(now(&reader, &proxies).await? == expected, "and with known decimals");

    let metrics = indexer::market::PriceMetrics::new(&observe::Registry::new())?;
    let reader = reader.counting(metrics.clone());
    let said = reader.now(&ids(&asked)).await?;
    ensure!(said.len() == 3, "{said:?}");
    // each refusal is counted, by its reason
    let counted = |reason| metrics.rejected.with_label_values(&["chainlink", reason]).get();
    let reasons = ["reverted", "not_positive", "no_answer", "future", "unreadable", "stale"];
    ensure!(reasons.map(counted) == [1, 2, 2, 1, 1, 0], "{:?}", reasons.map(counted));
    ensure!(reader.now(&ids(&[Address::repeat_byte(9)])).await?.is_empty(), "nothing was asked");
    bench.chain.stop().await?;
    Ok(())
}

#[tokio::test]
async fn any_number_of_feeds_is_one_batch_of_calls_at_one_block() -> Result<()> {
    let bench = Bench::start().await?;
    let mut feeds = Vec::new();
    for _ in 0..12 {
        let (proxy, aggregator) = bench.feed(8).await?;
        bench.feeds.answer(aggregator, cents(100, 8)?).await?;
        feeds.push((proxy, DAY));
    }
    let proxies: Vec<_> = feeds.iter().map(|(proxy, _)| *proxy).collect();
    let client = bench.client()?;
    let config = indexer::market::chainlink::ChainlinkConfig {
        feeds: bench.reader(&feeds, None)?.feeds().map(|(_, feed)| feed.clone()).collect(),
        margin_seconds: MARGIN,
        sequencer: None,
    };
    let reader = Chainlink::new(client.clone(), config);
    let calls = || -> (u64, u64) {
        let stats = client.stats();
        let found = stats.iter().flat_map(|endpoint| &endpoint.counts);
        let found = found.filter(|((method, _), _)| *method == "eth_call");
        found.fold((0, 0), |sum, (_, count)| (sum.0 + count.requests, sum.1 + count.calls))
    };
    ensure!(reader.now(&ids(&proxies)).await?.len() == 12);
    ensure!(calls() == (1, 36), "round, aggregator and decimals of each: {:?}", calls());
    ensure!(reader.now(&ids(&proxies)).await?.len() == 12);
    ensure!(calls() == (2, 36 + 24), "decimals are remembered: {:?}", calls());
    bench.chain.stop().await?;
    Ok(())
}

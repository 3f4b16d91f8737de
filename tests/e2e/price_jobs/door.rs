//! What cannot be a price comes from one source, while the others carry the price.

use anyhow::Result;
use domain::market::{Feed, Source, Status};
use market_fixture::{Api, Fault, Print};
use observe::Registry;

use super::bed::{Bed, USDT, WETH, ask, market, now, price};

const ALL: [&str; 4] = ["coinbase", "binance", "pyth", "defillama"];

async fn refusals(store: &store::Store, token: &str, reason: &str) -> Result<u64> {
    let asset = domain::market::Asset { chain: 1, address: token.parse()? };
    let feed = Feed { source: Source::Coinbase, id: "ETH-USD".into() };
    let states = store.market().reader().feed_states_of(&asset).await?;
    let state = states.iter().find(|state| state.feed == feed);
    Ok(state.and_then(|state| state.rejected.get(reason).copied()).unwrap_or_default())
}

#[tokio::test]
async fn odd_values_are_refused_and_counted_while_others_carry_the_price() -> Result<()> {
    let bed = Bed::start().await?;
    let (config, store) = (bed.config("door", "")?, bed.store("door").await?);
    let registry = Registry::new();
    let market = market(&config, &store, &registry)?;
    let begin = now() - 20;
    bed.good_prices(begin);
    for source in ALL {
        let report = ask(&market, source).await?;
        assert_eq!(report.outcome, store::market::Outcome::Done, "{source}: {}", report.detail);
    }
    let good = price(&store, WETH).await?;
    assert_eq!((good.status, good.sources.len()), (Status::Fresh, 4), "{good:?}");
    // Binance: 2450.10 Tether at 1.0001 dollars; the mean of the two in the middle of four
    assert_eq!(good.value.map(|value| value.to_string()).as_deref(), Some("2450.322505"));
    let tether = price(&store, USDT).await?;
    assert_eq!(tether.value.map(|value| value.to_string()).as_deref(), Some("1.0001"));

    // a decimal point in another place, nothing, far too much, a clock that is ahead
    for (step, (value, ahead, reason)) in (1_u64..).zip([
        ("24.5050", 0, "jump"),
        ("245050.0", 0, "jump"),
        ("9999999999999999999999999999999999", 0, "too_large"),
        ("2450.9", 3_600, "ahead"),
    ]) {
        let before = refusals(&store, WETH, reason).await?;
        let time = begin + step + ahead;
        bed.server.say(Api::Coinbase, "ETH-USD", Print::new(value, time));
        let report = ask(&market, "coinbase").await?;
        assert_eq!(refusals(&store, WETH, reason).await?, before + 1, "{value}: {report:?}");
        let carried = price(&store, WETH).await?;
        assert_eq!((carried.status, carried.value), (Status::Fresh, good.value), "{value}");
    }
    // what is no number, nothing or negative does not even get there
    for (step, value) in (10_u64..).zip(["NaN", "0", "-2450.5"]) {
        bed.server.say(Api::Coinbase, "ETH-USD", Print::new(value, begin + step));
        let report = ask(&market, "coinbase").await?;
        assert_ne!(report.outcome, store::market::Outcome::Done, "{value}: {report:?}");
        let carried = price(&store, WETH).await?;
        assert_eq!((carried.status, carried.value), (Status::Fresh, good.value), "{value}");
    }
    let counted: f64 = registry
        .gather()
        .iter()
        .filter(|family| family.name() == "sooho_prices_rejected_total")
        .flat_map(|family| family.get_metric())
        .map(|metric| metric.get_counter().get_value())
        .sum();
    assert!(counted >= 4.0, "{counted}");

    // a true jump is believed when a second source says so
    let later = begin + 15;
    bed.server.say(Api::Coinbase, "ETH-USD", Print::new("31000", later));
    bed.server.say(Api::DefiLlama, &format!("ethereum:{WETH}"), Print::new("31001", later));
    ask(&market, "coinbase").await?;
    let report = ask(&market, "defillama").await?;
    assert!(report.detail.contains("1 new"), "{report:?}");
    let report = ask(&market, "coinbase").await?;
    assert!(report.detail.contains("1 new"), "{report:?}");

    // a source that fails as a whole is left out
    bed.server.always(Api::Coinbase, [Fault::Html]);
    let report = ask(&market, "coinbase").await?;
    assert_eq!(report.outcome, store::market::Outcome::Failed, "{report:?}");
    bed.stop().await;
    Ok(())
}

/// The value of a gauge with these labels.
fn gauge(registry: &Registry, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    let families = registry.gather();
    let family = families.iter().find(|family| family.name() == name)?;
    let is = |metric: &&prometheus::proto::Metric| {
        let pairs = metric.get_label();
        let has = |(name, value): &(&str, &str)| {
            pairs.iter().any(|pair| pair.name() == *name && pair.value() == *value)
        };
        labels.iter().all(has)
    };
    family.get_metric().iter().find(is).map(|metric| metric.get_gauge().get_value())
}

/// A source whose answers are good and whose time stands still: an hour later it is shown as stuck, not only as old.
#[tokio::test]
async fn a_feed_whose_time_stands_still_is_shown_as_stuck() -> Result<()> {
    let bed = Bed::start().await?;
    let (config, store, registry) =
        (bed.config("still", "")?, bed.store("still").await?, Registry::new());
    let market = market(&config, &store, &registry)?;
    let stuck = |source| {
        let labels = [("token", "WETH"), ("source", source)];
        gauge(&registry, "sooho_price_stuck_feeds", &labels)
    };
    bed.good_prices(now() - 3_700);
    // twice: the second time nothing is new, and no run fails
    for source in ALL.into_iter().chain(ALL) {
        let report = ask(&market, source).await?;
        assert_eq!(report.outcome, store::market::Outcome::Done, "{source}: {}", report.detail);
    }
    assert_eq!((stuck("coinbase"), stuck("pyth")), (Some(1.0), Some(1.0)));
    // Binance does not say when: it is of the moment of the answer
    assert_eq!(stuck("binance"), Some(0.0));
    bed.stop().await;
    Ok(())
}

/// What a configuration names no more is noted, and so is that it names it again.
#[tokio::test]
async fn a_feed_that_is_named_no_more_is_retired_and_comes_back() -> Result<()> {
    let bed = Bed::start().await?;
    let store = bed.store("retired").await?;
    let asset = domain::market::Asset { chain: 1, address: WETH.parse()? };
    let retired = async || {
        let states = store.market().reader().feed_states_of(&asset).await?;
        let of = |state: &&domain::market::FeedState| state.feed.source == Source::Coinbase;
        Ok::<_, anyhow::Error>(states.iter().find(of).and_then(|state| state.retired))
    };
    bed.good_prices(now() - 20);
    let config = bed.config("retired", "")?;
    ask(&market(&config, &store, &Registry::new())?, "coinbase").await?;
    assert_eq!(retired().await?, None);
    let mut without = config.clone();
    without.prices.tokens[0].feeds.coinbase.clear();
    ask(&market(&without, &store, &Registry::new())?, "pyth").await?;
    assert!(retired().await?.is_some());
    ask(&market(&config, &store, &Registry::new())?, "pyth").await?;
    assert_eq!(retired().await?, None);
    bed.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_feed_that_repeats_itself_for_too_long_is_not_heard() -> Result<()> {
    let bed = Bed::start().await?;
    let settings = "[prices.policy]\nstuck_after_s = 10\n";
    let (config, store) = (bed.config("stuck", settings)?, bed.store("stuck").await?);
    let registry = Registry::new();
    let market = market(&config, &store, &registry)?;
    let begin = now() - 20;
    bed.good_prices(begin);
    for source in ALL {
        ask(&market, source).await?;
    }
    // all but one move
    bed.server.say(Api::Coinbase, "ETH-USD", Print::new("2450.50", begin + 15));
    bed.server.say(Api::Binance, "ETHUSDT", Print::new("2460.10", begin + 15));
    bed.server.say(Api::DefiLlama, &format!("ethereum:{WETH}"), Print::new("2460.3", begin + 15));
    for source in ALL {
        ask(&market, source).await?;
    }
    let price = price(&store, WETH).await?;
    let reason = price.reason.clone().unwrap_or_default();
    assert!(reason.contains("coinbase is stuck"), "{price:?}");
    assert!(!price.sources.contains(&Source::Coinbase), "{price:?}");
    let stuck = registry.gather().iter().any(|family| {
        family.name() == "sooho_price_stuck_feeds"
            && family.get_metric().iter().any(|metric| metric.get_gauge().get_value() > 0.0)
    });
    assert!(stuck, "no metric says so");

    // another process goes on with what this one knew: what was said is known, and nothing is new
    let again = super::bed::market(&config, &store, &Registry::new())?;
    let report = ask(&again, "coinbase").await?;
    assert!(report.detail.contains("0 new, 2 known"), "{report:?}");
    bed.stop().await;
    Ok(())
}

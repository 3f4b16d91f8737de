//! The rules one by one, and what holds whatever is said.

use super::{FeedRules, Policy, price};
use crate::{
    decimal::Decimal,
    market::{Feed, InUsd, Price, Source, Status},
};

mod laws;

const NOW: u64 = 1_704_067_200_000;
const SECOND: u64 = 1_000;
const HOUR: u64 = 3_600 * SECOND;

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn feed(source: Source) -> Feed {
    Feed { source, id: source.name().into() }
}

/// What a source said some seconds ago.
fn said(source: Source, value: &str, seconds_ago: u64) -> InUsd {
    let time = NOW - seconds_ago * SECOND;
    InUsd {
        feed: feed(source),
        value: dec(value),
        time,
        unchanged_since: time,
        confidence: None,
        liquidity: None,
        rate: None,
    }
}

fn of(said: &[InUsd]) -> Price {
    price(NOW, said, false, &Policy::default())
}

fn seen(price: &Price) -> (Option<Decimal>, Status, &[Source]) {
    (price.value, price.status, &price.sources)
}

#[test]
fn the_median_of_the_fresh_ones() {
    use Source::{Binance, Chainlink, CoinGecko, Coinbase, DefiLlama};
    let three = [said(Coinbase, "103", 9), said(Chainlink, "101", 800), said(Binance, "102", 3)];
    let found = of(&three);
    assert_eq!(
        seen(&found),
        (Some(dec("102")), Status::Fresh, &[Chainlink, Binance, Coinbase][..])
    );
    assert_eq!(found.as_of, Some(NOW - 800 * SECOND), "as old as the oldest of them");
    assert_eq!(found.fresh_until, Some(NOW - 9 * SECOND + 60 * SECOND), "the first to go silent");
    assert_eq!((found.age_seconds(NOW), found.reason), (Some(800), None));
    // of an even number the mean of the two in the middle
    let four = [&three[..], &[said(DefiLlama, "103", 600)]].concat();
    assert_eq!(of(&four).value, Some(dec("102.5")));
    // who is past its heartbeat has no word
    let old = [&three[..], &[said(CoinGecko, "500", 301), said(DefiLlama, "9", 901)]].concat();
    assert_eq!(of(&old).value, Some(dec("102")));
    let two = [said(Binance, "100.00000000000000000000000001", 1), said(Coinbase, "100", 1)];
    assert_eq!(of(&two).value, Some(dec("100.000000000000000000000000005")), "exactly");
}

#[test]
fn the_newest_word_of_each_and_none_from_the_future() {
    use Source::{Binance, Coinbase};
    let all = [
        said(Binance, "1", 50),
        said(Binance, "100", 2),
        said(Coinbase, "100", 1),
        InUsd { time: NOW + 5_001, ..said(Binance, "9999", 0) },
    ];
    assert_eq!(of(&all).value, Some(dec("100")));
    // a clock that is a little ahead is heard
    let ahead = InUsd { time: NOW + 5_000, ..said(Binance, "102", 0) };
    assert_eq!(of(&[ahead, said(Coinbase, "102", 1)]).value, Some(dec("102")));
    // two feeds of one source are one word: the newer one
    let other = Feed { source: Binance, id: "ETHUSDC".into() };
    let feeds = [InUsd { feed: other, ..said(Binance, "101", 1) }, all[1].clone(), all[2].clone()];
    assert_eq!(of(&feeds).value, Some(dec("100.5")));
}

#[test]
fn far_ones_go_when_there_are_three() {
    use Source::{Binance, Chainlink, Coinbase, DefiLlama, Pyth};
    // the decimal point in the wrong place, and a source that says 1e30
    for wild in ["10.01", "1001.5", "1e30", "0.000001"] {
        let all = [
            said(Chainlink, "100.0", 5),
            said(Binance, "100.1", 5),
            said(Coinbase, "100.2", 5),
            said(Pyth, wild, 5),
        ];
        let found = of(&all);
        assert_eq!(
            seen(&found),
            (Some(dec("100.1")), Status::Fresh, &[Chainlink, Binance, Coinbase][..])
        );
        assert_eq!(found.reason.as_deref(), Some("too far from the others: pyth"), "{wild}");
    }
    // five deviations are the limit: median 100, deviation 1
    let at = |far: &str| {
        let all = [
            said(Chainlink, "99", 1),
            said(Binance, "100", 1),
            said(Coinbase, "101", 1),
            said(Pyth, "99", 1),
            said(DefiLlama, far, 1),
        ];
        of(&all).sources.len()
    };
    assert_eq!((at("104"), at("106")), (5, 4));
}

#[test]
fn two_that_differ_are_disputed() {
    use Source::{Binance, CoinGecko, Coinbase};
    let found = of(&[said(CoinGecko, "100", 1), said(Binance, "102.1", 1)]);
    assert_eq!(seen(&found), (Some(dec("102.1")), Status::Disputed, &[Binance][..]));
    assert_eq!(found.reason.as_deref(), Some("binance and coingecko differ"));
    let found = of(&[said(Coinbase, "100", 1), said(Binance, "102", 1)]);
    assert_eq!((found.value, found.status), (Some(dec("101")), Status::Fresh));
}

#[test]
fn with_too_few_the_highest_ranked_speaks_alone() {
    use Source::{CoinGecko, DefiLlama, Pools};
    let alone = of(&[said(CoinGecko, "5", 200), said(DefiLlama, "7", 901)]);
    assert_eq!(seen(&alone), (Some(dec("5")), Status::Fresh, &[CoinGecko][..]));
    assert_eq!(alone.reason.as_deref(), Some("1 of at least 2 sources"));
    let three = Policy { min_sources: 3, ..Policy::default() };
    let two = [said(Pools, "1.01", 5), said(DefiLlama, "1", 5)];
    let found = price(NOW, &two, false, &three);
    assert_eq!(seen(&found), (Some(dec("1")), Status::Fresh, &[DefiLlama][..]));
}

#[test]
fn the_last_good_one_says_its_age_and_then_there_is_none() {
    use Source::{Binance, CoinGecko, Coinbase};
    let hours = |hours: u64| hours * 3_600;
    let all = [
        said(Binance, "100", hours(3)),
        said(Coinbase, "102", hours(3) + 5),
        // another wild one, a moment later: together they knew better then, and do now
        said(CoinGecko, "7000", hours(3) - 1),
        said(Source::Pyth, "101", hours(3) + 1),
    ];
    let found = of(&all);
    assert_eq!((found.value, found.status), (Some(dec("101")), Status::Stale));
    assert_eq!((found.age_seconds(NOW), found.fresh_until), (Some(hours(3) + 5), None));
    assert!(found.reason.unwrap().starts_with("no source is fresh; too far"));
    let day = hours(24);
    assert_eq!(of(&[said(Binance, "100", day)]).status, Status::Stale);
    let gone = of(&[said(Binance, "100", day + 1)]);
    assert_eq!((gone.value, gone.status, gone.as_of), (None, Status::None, None));
    assert_eq!(gone.reason.as_deref(), Some("the last price is 86401 s old, more than 86400 s"));
    assert_eq!(of(&[]).reason.as_deref(), Some("no source has said anything of it"));
}

#[test]
fn each_feed_has_a_heartbeat_of_its_own() {
    let chainlink = |seconds| [said(Source::Chainlink, "1", seconds)];
    let with = |heartbeat| {
        let rules = FeedRules { heartbeat: Some(heartbeat), ..FeedRules::default() };
        Policy { feeds: [(feed(Source::Chainlink), rules)].into(), ..Policy::default() }
    };
    // ETH/USD on Base speaks every 1,200 seconds, USDC/USD on mainnet once a day
    let base = with(1_200 * SECOND);
    assert_eq!(price(NOW, &chainlink(1_200), false, &base).status, Status::Fresh);
    assert_eq!(price(NOW, &chainlink(1_201), false, &base).status, Status::Stale);
    let mainnet = with(25 * HOUR);
    assert_eq!(price(NOW, &chainlink(24 * 3_600), false, &mainnet).status, Status::Fresh);
    // fresh by its own heartbeat, however old: there is a price
    assert_eq!(price(NOW, &chainlink(90_000), false, &mainnet).status, Status::Fresh);
}

#[test]
fn a_source_that_repeats_itself_for_an_hour_is_stuck() {
    use Source::{Binance, Coinbase};
    let frozen = InUsd { unchanged_since: NOW - HOUR - SECOND, ..said(Coinbase, "90", 1) };
    let found = of(&[frozen.clone(), said(Binance, "100", 1)]);
    assert_eq!(seen(&found), (Some(dec("100")), Status::Fresh, &[Binance][..]));
    assert!(found.reason.unwrap().contains("coinbase is stuck"));
    let alone = of(std::slice::from_ref(&frozen));
    assert_eq!((alone.status, alone.age_seconds(NOW)), (Status::Stale, Some(3_601)));
    let policy = Policy::default();
    assert_eq!(policy.stuck(NOW, &[frozen], false), [(feed(Coinbase), NOW - HOUR - SECOND)]);
    // a stable coin may be worth the same for hours
    let coin = InUsd { unchanged_since: NOW - 20 * HOUR, ..said(Coinbase, "1", 1) };
    assert_eq!(price(NOW, &[coin], true, &policy).status, Status::Fresh);
    // who says nothing new at later times is not stuck, but old
    let silent = said(Source::Chainlink, "100", 3_599);
    assert_eq!(of(&[silent]).status, Status::Fresh);
}

#[test]
fn deep_pools_need_no_trade_but_blocks() {
    let pool = |liquidity: &str, seconds, unchanged_hours: u64| {
        let said = said(Source::Pools, "3", seconds);
        let unchanged_since = said.time - unchanged_hours * HOUR;
        of(&[InUsd { liquidity: Some(dec(liquidity)), unchanged_since, ..said }])
    };
    // the time of their word is that of the newest block
    for liquidity in ["1", "100000"] {
        assert_eq!(pool(liquidity, 300, 0).status, Status::Fresh);
        assert_eq!(pool(liquidity, 300, 0).fresh_until, Some(NOW));
        assert_eq!(pool(liquidity, 301, 0).status, Status::Stale, "the chain stands still");
    }
    // one value for hours: nobody trades
    assert_eq!(pool("100000", 12, 20).status, Status::Fresh);
    assert_eq!(pool("99999", 12, 20).status, Status::Stale);
    // others have no such right
    let liquidity = Some(dec("1e9"));
    let other =
        InUsd { liquidity, unchanged_since: NOW - HOUR - SECOND, ..said(Source::Pyth, "3", 1) };
    assert_eq!(of(&[other]).status, Status::Stale);
}

#[test]
fn stable_coins() {
    let policy = Policy::default();
    let at = |value: &str| {
        let found = price(NOW, &[said(Source::Binance, value, 1)], true, &policy);
        (found.status, policy.display(&found, true))
    };
    assert_eq!(at("1"), (Status::Fresh, Some(dec("1"))));
    assert_eq!(at("0.995"), (Status::Fresh, Some(dec("1"))));
    assert_eq!(at("1.00501"), (Status::Fresh, Some(dec("1.00501"))));
    assert_eq!(at("0.98"), (Status::Fresh, Some(dec("0.98"))));
    assert_eq!(at("0.9799"), (Status::Depegged, Some(dec("0.9799"))));
    assert_eq!(at("1.03"), (Status::Depegged, Some(dec("1.03"))));
    // a token that need not be worth a dollar is none
    let other = price(NOW, &[said(Source::Binance, "0.9", 1)], false, &policy);
    assert_eq!(other.status, Status::Fresh);
}

#[test]
fn confidence_is_that_of_the_least_sure() {
    let sure = |source, confidence: &str| InUsd {
        confidence: Some(dec(confidence)),
        ..said(source, "5", 1)
    };
    let found = of(&[
        sure(Source::Pyth, "0.99"),
        sure(Source::DefiLlama, "0.7"),
        said(Source::Binance, "5", 1),
    ]);
    assert_eq!(found.confidence, Some(dec("0.7")));
}

#[test]
fn what_was_fresh_is_not_so_for_ever() {
    let found = of(&[said(Source::Binance, "100", 10), said(Source::Coinbase, "100", 5)]);
    let day = 24 * HOUR;
    let later = |seconds| found.clone().seen_at(NOW + seconds * SECOND, day);
    assert_eq!(later(50), found, "within the heartbeat of both");
    let stale = later(51);
    assert_eq!((stale.value, stale.status), (found.value, Status::Stale));
    assert_eq!(stale.reason.as_deref(), Some("nothing newer is known"));
    assert_eq!(stale.clone().seen_at(NOW + 60 * SECOND, day), stale, "said once");
    assert_eq!(later(86_390).status, Status::Stale);
    assert_eq!(later(86_391).value, None);
    assert_eq!(stale.seen_at(NOW + 86_391 * SECOND, day).status, Status::None);
    // what is disputed or depegged stays that, since waiting settles nothing; and both end, too
    let disputed = of(&[said(Source::Binance, "100", 1), said(Source::Coinbase, "200", 1)]);
    let old = disputed.seen_at(NOW + HOUR, day);
    assert_eq!(old.status, Status::Disputed);
    assert!(old.reason.as_deref().unwrap().ends_with("nothing newer is known"));
    assert_eq!(old.seen_at(NOW + 2 * day, day).status, Status::None);
    let depegged = price(NOW, &[said(Source::Binance, "0.9", 1)], true, &Policy::default());
    let old = depegged.seen_at(NOW + HOUR, day);
    assert_eq!(old.status, Status::Depegged);
    assert!(old.reason.as_deref().unwrap().ends_with("nothing newer is known"));
    assert_eq!(old.seen_at(NOW + 2 * day, day).status, Status::None);
}

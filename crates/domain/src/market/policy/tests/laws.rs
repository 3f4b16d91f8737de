//! What holds whatever is said.

use proptest::{prelude::*, sample::subsequence};

use super::{HOUR, NOW, SECOND, feed};
use crate::{
    decimal::Decimal,
    market::{
        InUsd, Policy, Source, Status,
        policy::{consensus::median, price},
    },
};

fn word(source: Source) -> impl Strategy<Value = InUsd> {
    let value = (1..10_i128.pow(20), -24..4_i32);
    (value, 0..2 * HOUR, 0..2 * HOUR).prop_map(move |((digits, exponent), age, repeated)| InUsd {
        feed: feed(source),
        value: Decimal::from_parts(digits, exponent),
        time: NOW - age,
        unchanged_since: NOW - age - repeated,
        confidence: None,
        liquidity: None,
        rate: None,
    })
}

fn words() -> impl Strategy<Value = Vec<InUsd>> {
    prop::collection::vec(prop::sample::select(&Source::ALL[..]).prop_flat_map(word), 0..16)
}

/// Fresh words of some sources that are near to each other: within `spread` parts of a million.
fn near(spread: u64) -> impl Strategy<Value = Vec<InUsd>> {
    let sources = subsequence(Source::ALL[..6].to_vec(), 3..=6);
    (sources, prop::collection::vec(0..spread, 6), 1..1_000_000_u64).prop_map(
        |(sources, parts, unit)| {
            let one = |(source, part): (Source, u64)| InUsd {
                feed: feed(source),
                value: Decimal::from(unit) * Decimal::from(1_000_000 + part),
                time: NOW - SECOND,
                unchanged_since: NOW - SECOND,
                confidence: None,
                liquidity: None,
                rate: None,
            };
            sources.into_iter().zip(parts).map(one).collect()
        },
    )
}

proptest! {
    #[test]
    fn the_order_of_the_input_does_not_matter(words in words(), seed in any::<u64>(), stable in any::<bool>()) {
        let policy = Policy::default();
        let found = price(NOW, &words, stable, &policy);
        let mut keyed: Vec<(u64, InUsd)> =
            words.iter().zip(0_u64..).map(|(word, n)| ((n ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15), word.clone())).collect();
        keyed.sort_by_key(|(key, _)| *key);
        let shuffled: Vec<InUsd> = keyed.into_iter().map(|(_, word)| word).collect();
        prop_assert_eq!(price(NOW, &shuffled, stable, &policy), found);
    }

    #[test]
    fn a_price_is_whole_and_within_what_was_said(words in words(), stable in any::<bool>()) {
        let found = price(NOW, &words, stable, &Policy::default());
        match found.value {
            None => {
                prop_assert_eq!(found.status, Status::None);
                prop_assert!(found.reason.is_some() && found.sources.is_empty() && found.as_of.is_none());
                prop_assert!(words.is_empty());
            }
            Some(value) => {
                let all = || words.iter().map(|word| word.value);
                prop_assert!(all().min().unwrap() <= value && value <= all().max().unwrap());
                prop_assert!(!found.sources.is_empty() && found.sources.is_sorted());
                prop_assert!(found.as_of.unwrap() <= NOW);
                prop_assert_eq!(found.status == Status::Fresh || found.reason.is_some(), true);
            }
        }
    }

    /// Twice the unit, twice the price: and everything else the same. (A stable coin has a scale.)
    #[test]
    fn scale_does_not_matter(words in words(), power in -3..3_i32) {
        let policy = Policy::default();
        let found = price(NOW, &words, false, &policy);
        let scaled: Vec<InUsd> = words
            .iter()
            .map(|word| InUsd { value: word.value.scaled(power), ..word.clone() })
            .collect();
        let mut other = price(NOW, &scaled, false, &policy);
        other.value = other.value.map(|value| value.scaled(-power));
        prop_assert_eq!(other, found);
    }

    /// One that is far from three or more that agree changes nothing, however far it is and whoever says it.
    #[test]
    fn an_outlier_changes_nothing(words in near(1), factor in prop::sample::select(vec!["0.001", "0.1", "0.9", "1.2", "10", "1000000"])) {
        let policy = Policy::default();
        let found = price(NOW, &words, false, &policy);
        let free = Source::ALL.into_iter().find(|source| words.iter().all(|word| word.feed.source != *source));
        let free = free.unwrap();
        let value = found.value.unwrap() * factor.parse::<Decimal>().unwrap();
        let wild = InUsd { feed: feed(free), value, ..words[0].clone() };
        let with = [&words[..], &[wild]].concat();
        let other = price(NOW, &with, false, &policy);
        prop_assert_eq!(other.value, found.value);
        prop_assert_eq!(other.sources, found.sources);
        prop_assert!(other.reason.unwrap().contains(free.name()));
    }

    /// Also where they agree only nearly it is out, and the price stays among what they say.
    #[test]
    fn an_outlier_never_gets_through(words in near(500), up in any::<bool>()) {
        let all = || words.iter().map(|word| word.value);
        let (low, high) = (all().min().unwrap(), all().max().unwrap());
        let free = Source::ALL.into_iter().find(|source| words.iter().all(|word| word.feed.source != *source));
        let value = if up { high * Decimal::from(10) } else { low.scaled(-1) };
        let wild = InUsd { feed: feed(free.unwrap()), value, ..words[0].clone() };
        let found = price(NOW, &[&words[..], &[wild]].concat(), false, &Policy::default());
        let value = found.value.unwrap();
        prop_assert!(low <= value && value <= high);
        prop_assert!(!found.sources.contains(&free.unwrap()));
    }

    /// Whatever others say: a feed that has repeated itself for an hour or more has no part in a fresh price.
    #[test]
    fn a_frozen_feed_is_stuck(words in words(), repeated in HOUR..9 * HOUR) {
        let frozen = InUsd {
            feed: feed(Source::Chainlink),
            value: Decimal::from(7),
            time: NOW,
            unchanged_since: NOW - repeated,
            confidence: None,
            liquidity: None,
            rate: None,
        };
        let others = words.into_iter().filter(|word| word.feed.source != Source::Chainlink);
        let all: Vec<InUsd> = others.chain([frozen]).collect();
        let policy = Policy::default();
        let found = price(NOW, &all, false, &policy);
        let part = found.sources.contains(&Source::Chainlink);
        // nor does it settle what others dispute
        prop_assert!(!part || matches!(found.status, Status::Stale | Status::Disputed));
        prop_assert!(policy.stuck(NOW, &all, false).contains(&(feed(Source::Chainlink), NOW - repeated)));
    }

    /// It is stuck by what it said, too, when nobody remembers its state.
    #[test]
    fn a_run_of_equal_words_is_one(steps in prop::collection::vec(1..600 * SECOND, 1..20)) {
        let mut time = NOW;
        let mut all = Vec::new();
        let mut span = 0;
        for step in steps {
            all.push(InUsd {
                feed: feed(Source::Binance),
                value: Decimal::from(9),
                time,
                unchanged_since: time,
                confidence: None,
                liquidity: None,
                rate: None,
            });
            span = NOW - time;
            time -= step;
        }
        let found = price(NOW, &all, false, &Policy::default());
        prop_assert_eq!(found.status == Status::Stale, span >= HOUR);
    }

    /// Waiting never makes a price better, and what is none stays none.
    #[test]
    fn time_only_takes_away(words in words(), wait in 0..48 * HOUR, more in 0..48 * HOUR) {
        let policy = Policy::default();
        let found = price(NOW, &words, false, &policy);
        let one = found.clone().seen_at(NOW + wait, policy.max_age);
        prop_assert!(one.status >= found.status);
        let two = one.clone().seen_at(NOW + wait + more, policy.max_age);
        prop_assert!(two.status >= one.status);
        prop_assert_eq!(two.value, found.seen_at(NOW + wait + more, policy.max_age).value);
    }

    #[test]
    fn half_lies_below_the_median_and_half_above(values in prop::collection::vec(1..1_000_u64, 1..20)) {
        let mut values: Vec<Decimal> = values.into_iter().map(Decimal::from).collect();
        let count = values.len();
        let found = median(&mut values);
        prop_assert!(values.iter().filter(|value| **value < found).count() <= count / 2);
        prop_assert!(values.iter().filter(|value| **value > found).count() <= count / 2);
    }
}

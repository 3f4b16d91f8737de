//! Prices that cannot be meant.

use domain::{decimal::Decimal, market::Source};
use indexer::schedule;

use super::{PricesConfig, SourceSection, TokenConfig};
use crate::config::ChainConfig;

/// Who waits longer than that is not waiting.
const DAY_S: u64 = 86_400;
/// Characters of a symbol.
const LONGEST_SYMBOL: usize = 32;

impl PricesConfig {
    /// The first thing that nobody can mean, as a sentence that names the key.
    pub(in crate::config) fn check(&self, chains: &[ChainConfig]) -> Result<(), String> {
        within("prices.sheet_ms", self.sheet_ms, 100, 3_600_000)?;
        within("prices.repair_hours", self.repair_hours, 1, 24 * 366)?;
        let cron = |key: &str, text: &str| {
            schedule::check(text).map_err(|error| format!("{key}: {error}"))
        };
        cron("prices.repair", &self.repair)?;
        for (source, section) in self.sources() {
            let at = format!("prices.{}", source.name());
            cron(&format!("{at}.cron"), &section.cron)?;
            section.check(&at, source)?;
        }
        cron("prices.chainlink.cron", &self.chainlink.cron)?;
        within("prices.chainlink.margin_s", self.chainlink.margin_s, 0, DAY_S)?;
        within("prices.chainlink.jitter_ms", self.chainlink.jitter_ms, 0, 60_000)?;
        cron("prices.pools.cron", &self.pools.cron)?;
        within("prices.pools.window_s", self.pools.window_s, 60, 7 * DAY_S)?;
        within("prices.pools.jitter_ms", self.pools.jitter_ms, 0, 60_000)?;
        within("prices.pools.heartbeat_s", self.pools.heartbeat_s, 1, 366 * DAY_S)?;
        within("prices.pools.quiet_s", self.pools.quiet_s, 1, 366 * DAY_S)?;
        if self.pools.most_pools == 0 {
            return Err(
                "prices.pools.most_pools: 0 pools price nothing; set enabled = false".into()
            );
        }
        let sequencers = self.chainlink.sequencers.keys();
        if let Some(name) = sequencers.into_iter().find(|name| !has(chains, name)) {
            return Err(format!(
                "prices.chainlink.sequencers: `{}` is no chain",
                name.escape_debug()
            ));
        }
        self.check_sequencers()?;
        self.check_policy()?;
        for (index, token) in self.tokens.iter().enumerate() {
            token.check(&format!("prices.tokens.{index}"))?;
        }
        self.book(chains).map(drop)
    }

    /// The sources that are asked by HTTP.
    pub(crate) fn sources(&self) -> [(Source, &SourceSection); 5] {
        [
            (Source::Binance, &self.binance),
            (Source::Coinbase, &self.coinbase),
            (Source::Pyth, &self.pyth),
            (Source::DefiLlama, &self.defillama),
            (Source::CoinGecko, &self.coingecko),
        ]
    }

    /// A feed of a sequencer without a feed that it guards would never be asked.
    fn check_sequencers(&self) -> Result<(), String> {
        within("prices.chainlink.sequencer_grace_s", self.chainlink.sequencer_grace_s, 0, DAY_S)?;
        let guards = |name: &str| {
            let mut tokens = self.tokens.iter();
            tokens.any(|token| token.chain == name && token.feeds.chainlink.is_some())
        };
        let mut names = self.chainlink.sequencers.keys();
        match names.find(|name| !self.tokens.is_empty() && !guards(name)) {
            Some(name) => Err(format!(
                "prices.chainlink.sequencers: no token of `{}` has a Chainlink feed, so nothing asks its sequencer's: \
                 name a feed (feeds.chainlink), or remove this",
                name.escape_debug()
            )),
            None => Ok(()),
        }
    }

    fn check_policy(&self) -> Result<(), String> {
        let policy = &self.policy;
        if policy.min_sources == 0 {
            return Err("prices.policy.min_sources: at least 1".into());
        }
        within("prices.policy.max_age_s", policy.max_age_s, 1, 366 * DAY_S)?;
        within("prices.policy.stuck_after_s", policy.stuck_after_s, 1, 366 * DAY_S)?;
        within("prices.policy.stuck_after_stable_s", policy.stuck_after_stable_s, 1, 366 * DAY_S)?;
        within("prices.policy.ahead_s", policy.ahead_s, 0, 3_600)?;
        let one = Decimal::ONE;
        for (key, value, from, to) in [
            ("outlier", policy.outlier, one, Decimal::from(1_000)),
            ("dispute", policy.dispute, Decimal::ZERO, one),
            ("depeg", policy.depeg, Decimal::ZERO, one),
            ("peg", policy.peg, Decimal::ZERO, one),
            ("jump", policy.jump, Decimal::from(2), Decimal::from(1_000_000)),
            ("confidence", policy.confidence, Decimal::ZERO, one),
            ("liquidity_floor_usd", policy.liquidity_floor_usd, Decimal::ZERO, one.scaled(30)),
        ] {
            if value < from || value > to {
                return Err(format!("prices.policy.{key}: {value} is not from {from} to {to}"));
            }
        }
        Ok(())
    }
}

impl SourceSection {
    fn check(&self, at: &str, source: Source) -> Result<(), String> {
        within(&format!("{at}.heartbeat_s"), self.heartbeat_s, 1, 366 * DAY_S)?;
        within(&format!("{at}.deadline_s"), self.deadline_s, 1, 600)?;
        within(&format!("{at}.jitter_ms"), self.jitter_ms, 0, 60_000)?;
        let is = |sources: &[Source]| sources.contains(&source);
        let none = |key: &str, why: &str| Err(format!("{at}.{key}: {source} {why}"));
        if self.stream && !is(&[Source::Binance, Source::Pyth]) {
            return none(
                "stream",
                "pushes nothing that is read here; only binance and pyth do: remove this",
            );
        }
        if !self.stream_url.is_empty() && !is(&[Source::Binance]) {
            return none(
                "stream_url",
                "has no other base for what it pushes; only binance has: remove this",
            );
        }
        let silence = format!("{at}.stream_silence_s");
        if is(&[Source::Binance, Source::Pyth]) {
            within(&silence, self.stream_silence_s, 1, 3_600)?;
        } else if self.stream_silence_s != 0 {
            return none("stream_silence_s", "pushes nothing that is read here: remove this");
        }
        if !self.quote.is_empty() && !is(&[Source::Binance]) {
            return none(
                "quote",
                "gives dollars; only pairs of binance are counted in a token: remove this",
            );
        }
        if self.quote.is_empty() && is(&[Source::Binance]) {
            return none(
                "quote",
                "needs the symbol of the token that its pairs are counted in, or \"usd\"",
            );
        }
        if self.key.is_some() && !is(&[Source::DefiLlama, Source::CoinGecko]) {
            return none(
                "key",
                "takes no key here, and it would be ignored: remove it from the configuration and the environment",
            );
        }
        if self.paid && !is(&[Source::DefiLlama, Source::CoinGecko]) {
            return none("paid", "has no plans here: remove this");
        }
        if self.paid != self.key.is_some() && is(&[Source::DefiLlama]) {
            return none("paid", "has keys for paid plans only: set `key` and `paid`, or neither");
        }
        if self.paid && self.key.is_none() {
            return none("paid", "needs the `key` of the paid plan");
        }
        Ok(())
    }
}

impl TokenConfig {
    fn check(&self, at: &str) -> Result<(), String> {
        let good = (1..=LONGEST_SYMBOL).contains(&self.symbol.chars().count());
        if !good || self.symbol.chars().any(|letter| letter.is_control() || letter.is_whitespace())
        {
            return Err(format!(
                "{at}.symbol: give 1 to {LONGEST_SYMBOL} characters, without blanks"
            ));
        }
        let feeds = &self.feeds;
        if let Some(feed) = &feeds.chainlink {
            if feed.proxy.is_zero() {
                return Err(format!(
                    "{at}.feeds.chainlink.proxy is the zero address: name the feed's proxy"
                ));
            }
            within(&format!("{at}.feeds.chainlink.heartbeat_s"), feed.heartbeat_s, 1, 30 * DAY_S)?;
        }
        let digits = feeds.pyth.strip_prefix("0x").unwrap_or(&feeds.pyth);
        let is_id = digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        if !feeds.pyth.is_empty() && !is_id {
            return Err(format!("{at}.feeds.pyth: give a feed's id, 32 bytes in hex"));
        }
        if !feeds.binance_quote.is_empty() && feeds.binance.is_empty() {
            return Err(format!(
                "{at}.feeds.binance_quote says what no pair is counted in: name binance, too"
            ));
        }
        Ok(())
    }
}

fn has(chains: &[ChainConfig], name: &str) -> bool {
    chains.iter().any(|chain| chain.name == name)
}

fn within(key: &str, value: u64, least: u64, most: u64) -> Result<(), String> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(format!("{key}: {value} is not from {least} to {most}"))
}

//! `[feeds]` as it is written.

use super::super::Config;
use super::*;

const CHAIN: &str = "\n[[chain]]\nname = 'a'\nid = 1\nrpc = ['http://x']\n";
const POOL: &str = "0x00000000000000000000000000000000000000a1";
const TOKEN: &str = "0x00000000000000000000000000000000000000d1";

fn parse(feeds: &str) -> Result<Config, String> {
    Config::parse(&format!("{feeds}{CHAIN}")).map_err(|error| error.to_string())
}

fn settings(feeds: &str) -> FeedSettings {
    let config = parse(feeds).unwrap();
    config.feeds.settings(&config.chain[0])
}

#[test]
fn left_out_it_is_what_the_service_would_do() {
    let found = settings("");
    let defaults = FeedSettings { confirmations: None, ..FeedSettings::default() };
    assert_eq!(found, defaults);
}

#[test]
fn everything_arrives() {
    let found = settings(&format!(
        "[feeds]\nconfirmations = '12 blocks'\nhistory_cap = 9\nnext_time = 'milliseconds'\n\
         bar_open = 'first_trade'\nmost_pools = 8\nanswers_mb = 0\n\
         [[feeds.exclude]]\nchain = 'a'\npools = ['{POOL}']\ntokens = ['{TOKEN}']\n"
    ));
    let wanted = FeedSettings {
        confirmations: Some(12),
        history_cap: 9,
        next_time: TimeUnit::Milliseconds,
        open: BarOpen::FirstTrade,
        most_pools: 8,
        cache_bytes: 0,
        excluded_pools: [POOL.parse().unwrap()].into(),
        excluded_tokens: [TOKEN.parse().unwrap()].into(),
        ..FeedSettings::default()
    };
    assert_eq!(found, wanted);
}

#[test]
fn prices_are_told_in_what_the_dexes_reckon_in() {
    let config = Config::parse(include_str!("../../../../sooho.example.toml")).unwrap();
    let found = config.feeds.settings(&config.chain[0]);
    assert!(found.stablecoins.len() > 1 && found.natives.len() > 1, "{found:?}");
    let token: Address = TOKEN.parse().unwrap();
    assert!(found.stablecoins.contains(&token));
}

#[test]
fn nonsense_is_named() {
    let twice = "[[feeds.exclude]]\nchain = 'a'\n[[feeds.exclude]]\nchain = 'a'";
    for (feeds, key) in [
        ("[feeds]\nconfirmations = '12'", "feeds.confirmations"),
        ("[feeds]\nhistory_cap = 0", "feeds.history_cap"),
        ("[feeds]\nhistory_cap = 50001", "feeds.history_cap"),
        ("[feeds]\nnext_time = 'minutes'", "feeds.next_time"),
        ("[feeds]\nbar_open = 'last'", "feeds.bar_open"),
        ("[feeds]\nmost_pools = 0", "feeds.most_pools"),
        ("[feeds]\nanswers_mb = 16385", "feeds.answers_mb"),
        ("[feeds]\nhistory = 1", "did you mean `feeds.history_cap`"),
        ("[[feeds.exclude]]\nchain = 'b'", "feeds.exclude.0.chain"),
        ("[[feeds.exclude]]\nchain = 'a'\npools = ['0x12']", "feeds.exclude.0.pools"),
        ("[[feeds.exclude]]\npools = []", "chain"),
        (twice, "feeds.exclude.1.chain"),
    ] {
        let error = parse(feeds).unwrap_err();
        assert!(error.contains(key), "{feeds}: {error}");
    }
}

//! What is configured of prices, and what is refused.

use domain::market::{Feed, Quote, Source, door::Rules};

use crate::config::{Config, PricesConfig};

const CHAIN: &str = "[[chain]]\nname = 'local'\nid = 1\nrpc = ['http://127.0.0.1:8545']\n";
const A: &str = "0x00000000000000000000000000000000000000aa";
const B: &str = "0x00000000000000000000000000000000000000bb";

fn token(symbol: &str, address: &str, feeds: &str) -> String {
    format!(
        "[[prices.tokens]]\nchain = 'local'\nsymbol = '{symbol}'\naddress = '{address}'\nfeeds = {{ {feeds} }}\n"
    )
}

#[track_caller]
fn refused(text: &str, words: &str) {
    let said = Config::parse(text).unwrap_err().to_string();
    assert!(said.contains(words), "{said}");
}

#[test]
fn pairs_are_counted_in_the_token_of_that_name() {
    let text = [
        CHAIN.to_owned(),
        token("WETH", A, "binance = 'ethusdt', defillama = ''"),
        token("USDT", B, "coinbase = 'USDT-USD'"),
    ]
    .concat();
    let config = Config::parse(&text).unwrap();
    let book = config.prices.book(&config.chain).unwrap();
    let weth = &book.named("weth")[0];
    assert_eq!(weth.feeds.len(), 1);
    assert_eq!(weth.feeds[0].feed, Feed { source: Source::Binance, id: "ETHUSDT".into() });
    let usdt = book.named(B)[0];
    assert_eq!(weth.feeds[0].quote, Quote::Asset(usdt.asset));
    // by chain and address unless said otherwise
    assert_eq!(&*usdt.feeds[1].feed.id, &format!("ethereum:{B}"));
    assert_eq!(config.prices.rules(), Rules::default());
    let policy = config.prices.policy(&book, &config.chain);
    assert_eq!(policy.heartbeat(&weth.feeds[0].feed), 60_000);
}

#[test]
fn what_is_switched_off_is_not_heard() {
    let text = [
        CHAIN.to_owned(),
        "[prices.coinbase]\nenabled = false\n".to_owned(),
        token("USDT", B, "coinbase = 'USDT-USD', defillama = ''"),
    ]
    .concat();
    let config = Config::parse(&text).unwrap();
    assert!(config.prices.book(&config.chain).unwrap().named("USDT")[0].feeds.is_empty());
}

#[test]
fn senseless_prices_are_refused_by_their_key() {
    let with = |section: &str| format!("{section}\n{CHAIN}");
    for (text, words) in [
        ("[prices]\nsheet_ms = 1", "prices.sheet_ms"),
        ("[prices]\nrepair = 'often'", "prices.repair"),
        ("[prices.binance]\ncron = '* * * * *'", "prices.binance.cron"),
        ("[prices.binance]\nquote = ''", "prices.binance.quote"),
        ("[prices.coinbase]\nstream = true", "prices.coinbase.stream"),
        ("[prices.coinbase]\nkey = 'hush'", "prices.coinbase.key: coinbase takes no key here"),
        ("[prices.binance]\nkey = 'hush'", "prices.binance.key: binance takes no key here"),
        ("[prices.pyth]\nkey = 'hush'", "remove it from the configuration and the environment"),
        ("[prices.pyth]\npaid = true", "prices.pyth.paid: pyth has no plans here: remove this"),
        ("[prices.pyth]\nquote = 'USDT'", "prices.pyth.quote"),
        ("[prices.pyth]\nstream_url = 'wss://x.example'", "prices.pyth.stream_url"),
        ("[prices.pyth]\nstream_silence_s = 0", "prices.pyth.stream_silence_s: 0 is not from 1 to"),
        ("[prices.coinbase]\nstream_silence_s = 9", "prices.coinbase.stream_silence_s"),
        ("[prices.coingecko]\npaid = true", "prices.coingecko.paid"),
        ("[prices.pyth]\ndeadline_s = 0", "prices.pyth.deadline_s"),
        ("[prices.pools]\nmost_pools = 0", "prices.pools.most_pools"),
        ("[prices.policy]\ndispute = '2'", "prices.policy.dispute"),
        ("[prices.policy]\njump = '1'", "prices.policy.jump"),
        ("[prices.policy]\nmin_sources = 0", "prices.policy.min_sources"),
        ("[prices.policy]\nmax_age = 5", "did you mean `prices.policy.max_age_s`?"),
        (
            "[prices.chainlink]\nsequencers = { moon = '0x00000000000000000000000000000000000000aa' }",
            "`moon` is no chain",
        ),
    ] {
        refused(&with(text), words);
    }
    let tokens = |text: String| format!("{CHAIN}{text}");
    refused(&tokens(token("WETH", A, "binance = 'ETHUSDT'")), "none of prices.tokens");
    refused(&tokens(token("WETH", A, "binance = 'ETHBTC'")), "does not end with USDT");
    refused(&tokens(token("WETH", A, "pyth = '0x12'")), "prices.tokens.0.feeds.pyth");
    refused(&tokens(token("W ETH", A, "")), "prices.tokens.0.symbol");
    refused(&tokens(token("WETH", A, "uniswap = 'x'")), "uniswap");
    let guard = format!("[prices.chainlink]\nsequencers = {{ local = '{B}' }}\n{CHAIN}");
    refused(
        &format!("{guard}{}", token("WETH", A, "")),
        "no token of `local` has a Chainlink feed",
    );
    let moon = token("WETH", A, "").replace("'local'", "'moon'");
    refused(&tokens(moon), "prices.tokens.0.chain: `moon` is no chain");
    let twice = [token("WETH", A, ""), token("WETH", B, "")].concat();
    refused(&tokens(twice), "WETH is there twice");
}

#[test]
fn the_example_shows_the_defaults() {
    let example = include_str!("../../../../sooho.example.toml");
    let mut shown = Config::parse(example).unwrap().prices;
    assert_eq!(shown.tokens.len(), 2);
    shown.tokens.clear();
    shown.chainlink.sequencers.clear();
    assert_eq!(shown, PricesConfig::default());
}

#[test]
fn a_key_is_not_in_what_is_shown() {
    let text = format!("[prices.coingecko]\nkey = 'hush-hush'\n{CHAIN}");
    let config = Config::parse(&text).unwrap();
    assert!(!format!("{config:?}").contains("hush-hush"));
    assert!(!serde_json::to_string(&config).unwrap().contains("hush-hush"));
}

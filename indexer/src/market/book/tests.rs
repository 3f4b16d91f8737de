//! Order and mistakes.

use alloy_primitives::Address;
use domain::market::{Asset, Feed, Quote, Source};

use super::{Book, BookError, Token, TokenFeed};

fn token(byte: u8, symbol: &str, feeds: &[(&str, Option<u8>)]) -> Token {
    let asset = |byte| Asset { chain: 1, address: Address::repeat_byte(byte) };
    let feeds = feeds.iter().map(|(id, quote)| TokenFeed {
        feed: Feed { source: Source::Binance, id: (*id).into() },
        quote: quote.map_or(Quote::Usd, |quote| Quote::Asset(asset(quote))),
    });
    Token {
        asset: asset(byte),
        chain: "mainnet".into(),
        symbol: symbol.into(),
        decimals: None,
        stable: symbol == "USDT",
        feeds: feeds.collect(),
    }
}

#[test]
fn what_others_are_counted_in_comes_first() {
    let book = Book::new(vec![
        token(3, "LINK", &[("LINKETH", Some(2))]),
        token(2, "ETH", &[("ETHUSDT", Some(1))]),
        token(1, "USDT", &[("USDTUSD", None)]),
    ])
    .unwrap();
    let order: Vec<&str> = book.tokens().iter().map(|token| token.symbol.as_str()).collect();
    assert_eq!(order, ["USDT", "ETH", "LINK"]);
    let feed = Feed { source: Source::Binance, id: "ETHUSDT".into() };
    let heard: Vec<&str> = book.hearing(&feed).map(|(token, _)| token.symbol.as_str()).collect();
    assert_eq!(heard, ["ETH"]);
    assert_eq!(book.ids(Source::Binance).len(), 3);
    assert!(book.ids(Source::Pyth).is_empty());
    assert_eq!(book.named("eth").len(), 1);
    assert_eq!(book.named(&format!("{:#x}", Address::repeat_byte(2))).len(), 1);
    let quote = |byte| Quote::Asset(Asset { chain: 1, address: Address::repeat_byte(byte) });
    assert!(book.is_dollar(quote(1)) && book.is_dollar(Quote::Usd) && !book.is_dollar(quote(2)));
}

#[test]
fn circles_strangers_and_doubles_are_refused() {
    let circle =
        Book::new(vec![token(1, "A", &[("AB", Some(2))]), token(2, "B", &[("BA", Some(1))])]);
    assert_eq!(circle.unwrap_err(), BookError::Circle("A".into()));
    let stranger = Book::new(vec![token(1, "A", &[("AX", Some(9))])]);
    assert!(matches!(stranger.unwrap_err(), BookError::NoQuote { .. }));
    let double = Book::new(vec![token(1, "A", &[]), token(2, "a", &[])]);
    assert_eq!(double.unwrap_err(), BookError::Twice("a".into()));
}

//! Whose prices change, and parts of a span.

use alloy_primitives::Address;
use domain::{
    candle::Resolution,
    market::{Asset, Feed, Quote, Source, Span},
};

use super::{DAY, PORTION, inputs, portions, targets};
use crate::market::book::{Book, Token, TokenFeed};

const fn asset(byte: u8) -> Asset {
    Asset { chain: 1, address: Address::repeat_byte(byte) }
}

fn token(byte: u8, quote: Option<u8>) -> Token {
    let feed = Feed { source: Source::Binance, id: format!("feed {byte}").into() };
    let quote = quote.map_or(Quote::Usd, |byte| Quote::Asset(asset(byte)));
    Token {
        asset: asset(byte),
        chain: "mainnet".into(),
        symbol: format!("T{byte}"),
        decimals: None,
        stable: false,
        feeds: vec![TokenFeed { feed, quote }],
    }
}

#[test]
fn what_is_counted_in_a_token_changes_with_it() {
    let all = [token(3, Some(2)), token(2, Some(1)), token(1, None), token(9, None)];
    let book = Book::new(all.into()).unwrap();
    let of = |byte| targets(&book, &[asset(byte)].into());
    assert_eq!(of(1), [1, 2, 3].map(asset).into());
    assert_eq!(of(3), [asset(3)].into());
    assert_eq!(of(9), [asset(9)].into());
    let needed = |byte| -> Vec<Asset> {
        inputs(&book, &[asset(byte)].into()).iter().map(|token| token.asset).collect()
    };
    assert_eq!(needed(3), [1, 2, 3].map(asset));
    assert_eq!(needed(1), [asset(1)]);
}

#[test]
fn parts_follow_each_other_and_end_with_the_span() {
    let span = Span { from: 5 * 60_000, to: 100 * DAY };
    for resolution in [Resolution::M1, Resolution::H4, Resolution::W1] {
        let parts = portions(span, resolution);
        assert_eq!(parts.first().map(|part| part.from), Some(span.from));
        assert_eq!(parts.last().map(|part| part.to), Some(span.to));
        assert!(parts.windows(2).all(|two| two[0].to == two[1].from));
        assert!(parts.iter().all(|part| part.to - part.from <= PORTION + 14 * DAY));
    }
    assert_eq!(portions(Span { from: 7, to: 7 }, Resolution::M1), []);
}

//! What can be said of quotes without any pools.

use alloy_primitives::U256;
use alloy_sol_types::{Panic, PanicKind, Revert, SolError as _};
use domain::entity::Protocol;

use super::{
    request::{Request, Through, TradeType},
    revert,
};

const TOKEN: &str = "0xa0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0";
const OTHER: &str = "0xa1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1";

fn asked() -> Request<'static> {
    Request {
        token_in: Some(TOKEN),
        token_out: Some(OTHER),
        amount: Some("100"),
        ..Request::default()
    }
}

fn code(request: Request<'_>) -> &'static str {
    request.check().unwrap_err().code()
}

#[test]
fn defaults_are_said_in_the_documentation() {
    let trade = asked().check().unwrap();
    assert_eq!((trade.hops, trade.splits), (3, 3));
    assert_eq!((trade.trade_type, trade.amount), (TradeType::ExactIn, U256::from(100)));
    assert!(matches!(trade.through, Through::Pair(_, None)) && !trade.verify);
}

#[test]
fn lists_are_separated_by_commas() {
    let trade = Request { protocols: Some("v3, v2"), ..asked() }.check().unwrap();
    assert_eq!(trade.protocols, [Protocol::V3, Protocol::V2]);
    let both = format!("{TOKEN},{OTHER}");
    let trade = Request { exclude_tokens: Some(&both), exclude_pools: Some(""), ..asked() };
    let trade = trade.check().unwrap();
    assert_eq!((trade.exclude_tokens.len(), trade.exclude_pools.len()), (2, 0));
    let long = vec![TOKEN; 101].join(",");
    assert_eq!(code(Request { exclude_pools: Some(&long), ..asked() }), "QUERY_INVALID");
    assert_eq!(code(Request { protocols: Some("v2,,v3"), ..asked() }), "QUERY_INVALID");
    assert_eq!(code(Request { exclude_tokens: Some("WETH"), ..asked() }), "QUERY_INVALID");
}

#[test]
fn numbers_are_bounded() {
    for (request, wanted) in [
        (Request { max_hops: Some(0), ..asked() }, "QUERY_INVALID"),
        (Request { max_hops: Some(5), ..asked() }, "QUERY_INVALID"),
        (Request { max_splits: Some(8), ..asked() }, "QUERY_INVALID"),
        (Request { slippage_bps: Some(5_001), ..asked() }, "SLIPPAGE_INVALID"),
        (Request { gas_price_wei: Some("-1"), ..asked() }, "QUERY_INVALID"),
        (Request { amount: Some("0"), ..asked() }, "AMOUNT_INVALID"),
        (Request { amount: Some("1e18"), ..asked() }, "AMOUNT_INVALID"),
        (Request { amount: None, ..asked() }, "AMOUNT_INVALID"),
        (Request { token_out: Some(TOKEN), ..asked() }, "TOKEN_IN_OUT_SAME"),
        (Request { token_out: None, ..asked() }, "TOKEN_OUT_INVALID"),
        (Request { pool: Some(TOKEN), fee: Some(500), ..asked() }, "QUERY_INVALID"),
    ] {
        assert_eq!(code(request), wanted, "{request:?}");
    }
    assert!(Request { max_hops: Some(4), max_splits: Some(7), ..asked() }.check().is_ok());
}

#[test]
fn reverts_are_told_in_words() {
    let said = |reason: &str| Revert::from(reason).abi_encode();
    for (data, text) in [
        (said("LOK"), "LOK (the pool is locked or has no price yet)"),
        (said("K"), "K"),
        (said("a\u{7}b"), "ab"),
        (vec![1, 2, 3, 4], "error 0x01020304"),
        (vec![], "execution reverted"),
    ] {
        assert_eq!(revert::words(&data, "execution reverted"), text);
    }
    let panic = Panic::from(PanicKind::UnderOverflow).abi_encode();
    assert!(revert::words(&panic, "").contains("panic"), "{}", revert::words(&panic, ""));
    assert!(revert::words(&said(&"x".repeat(5_000)), "").len() <= 200);
}

//! What can be said of quotes without any pools.

use alloy_primitives::U256;
use alloy_sol_types::{Panic, PanicKind, Revert, SolError as _};
use api_kit::problem::Problem;
use domain::entity::Protocol;

use super::{
    limits,
    request::{Request, SendRequest, Through, TradeType},
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

impl Request<'_> {
    fn check_with(self, send: SendRequest<'_>) -> Result<super::request::Trade, Problem> {
        Request { send, ..self }.check()
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

#[test]
fn what_only_a_transaction_has_wants_a_recipient() {
    let send = |send| asked().check_with(send);
    assert!(asked().check().unwrap().wish.is_none());
    for lonely in [
        SendRequest { sender: Some(TOKEN), ..SendRequest::default() },
        SendRequest { deadline: Some(1), ..SendRequest::default() },
        SendRequest { simulate: true, ..SendRequest::default() },
        SendRequest { portion_bips: Some(1), ..SendRequest::default() },
    ] {
        assert_eq!(send(lonely).unwrap_err().code(), "RECIPIENT_INVALID", "{lonely:?}");
    }
    let to = SendRequest { recipient: Some(TOKEN), ..SendRequest::default() };
    let trade = send(to).unwrap();
    assert_eq!(trade.slippage_bps, Some(50));
    let wish = trade.wish.unwrap();
    assert_eq!(wish.sender, wish.recipient);
    assert!(wish.simulate.is_none() && wish.portion.is_none() && wish.router.is_none());
    let nothing = SendRequest { portion_bips: Some(0), portion_recipient: Some(OTHER), ..to };
    assert!(send(nothing).unwrap().wish.unwrap().portion.is_none());
}

#[test]
fn a_permit_is_whole_or_refused() {
    let to = SendRequest { recipient: Some(TOKEN), ..SendRequest::default() };
    let whole = SendRequest {
        permit_signature: Some("0x0102"),
        permit_amount: Some("1461501637330902918203684832716283019655932542975"),
        permit_expiration: Some((1 << 48) - 1),
        permit_nonce: Some(0),
        permit_sig_deadline: Some(u64::MAX),
        ..to
    };
    assert!(asked().check_with(whole).unwrap().wish.unwrap().permit.is_some());
    for broken in [
        SendRequest { permit_signature: Some("0x"), ..whole },
        SendRequest { permit_signature: Some("0x1"), ..whole },
        SendRequest { permit_nonce: None, ..whole },
        SendRequest { permit_expiration: Some(1 << 48), ..whole },
        SendRequest {
            permit_amount: Some("1461501637330902918203684832716283019655932542976"),
            ..whole
        },
    ] {
        assert_eq!(asked().check_with(broken).unwrap_err().code(), "PERMIT_INVALID", "{broken:?}");
    }
}

#[test]
fn limits_are_rounded_against_the_trader() {
    let of = |amount: u64| U256::from(amount);
    assert_eq!((limits::least(of(999), 50), limits::most(of(999), 50)), (of(994), of(1_004)));
    assert_eq!((limits::most_of_part(of(999), 50), limits::share(of(999), 50)), (of(1_003), of(4)));
    assert_eq!(limits::most(U256::MAX, 5_000), U256::MAX);
    assert_eq!(limits::least(U256::MAX, 0), U256::MAX);
    // parts never make more than the whole
    for amount in 1..200_u64 {
        let (one, other) = (of(amount * 7 / 10), of(amount - amount * 7 / 10));
        let parts = limits::most_of_part(one, 33) + limits::most_of_part(other, 33);
        assert!(parts <= limits::most(of(amount), 33));
    }
}

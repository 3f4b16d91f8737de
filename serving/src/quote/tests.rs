//! What quoters answer, and what becomes of it.

use abis::periphery::V4Quoter;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{Revert, SolError as _, SolValue as _};
use domain::{
    entity::{Created, Pool, PoolState, Protocol},
    figures::PoolFigures,
    ids::PoolId,
};

use super::{
    Best, better,
    call::{Call, Outcome},
    no_route,
    request::{Through, Trade, TradeType},
    revert,
};

fn pool(protocol: Protocol, n: u8) -> Pool {
    let id = match protocol {
        Protocol::V4 => PoolId::Key(B256::repeat_byte(n)),
        _ => PoolId::Contract(Address::repeat_byte(n)),
    };
    Pool {
        id,
        dex: "dex".into(),
        protocol,
        factory: Address::ZERO,
        token0: Address::repeat_byte(0xa0),
        token1: Address::repeat_byte(0xa1),
        fee_pips: 3_000,
        tick_spacing: 60,
        hooks: Address::ZERO,
        created: Created { block: 1, timestamp: 1, tx_hash: B256::ZERO, log_index: 0 },
        state: PoolState::Concentrated {
            sqrt_price_x96: U256::from(1) << 96,
            tick: 0,
            liquidity: 1,
        },
        swap_count: 0,
        liquidity_event_count: 0,
        updated_block: 1,
        figures: PoolFigures::default(),
    }
}

fn trade(trade_type: TradeType) -> Trade {
    let token_in = Address::repeat_byte(0xa0);
    let through = Through::Pair(Address::repeat_byte(0xa1), None);
    Trade { token_in, through, amount: U256::from(100), trade_type }
}

const fn call() -> Call {
    Call { to: Address::ZERO, data: alloy_primitives::Bytes::new() }
}

#[test]
fn a_partial_fill_is_refused() {
    let (pool, trade) = (pool(Protocol::V3, 1), trade(TradeType::ExactIn));
    let answer = |price: &str| {
        (U256::from(7), price.parse::<U256>().unwrap(), U256::from(1), U256::from(9)).abi_encode()
    };
    let outcome = call().read(&pool, &trade, &answer("79228162514264337593543950336")).unwrap();
    assert_eq!(outcome, Outcome { amount: U256::from(7), gas: Some(U256::from(9)) });
    for limit in ["4295128740", "1461446703485210103287273052203988822378723970341"] {
        assert_eq!(
            call().read(&pool, &trade, &answer(limit)).unwrap_err().code(),
            "AMOUNT_TOO_LARGE"
        );
    }
    assert_eq!(call().read(&pool, &trade, &[]).unwrap_err().code(), "POOL_UNSUPPORTED");
}

#[test]
fn reverts_are_told_in_words() {
    let said = |reason: &str| Revert::from(reason).abi_encode();
    let short_of_liquidity =
        V4Quoter::NotEnoughLiquidity { poolId: B256::repeat_byte(1) }.abi_encode();
    let overflow = V4Quoter::SafeCastOverflow {}.abi_encode();
    let wrapped = V4Quoter::UnexpectedRevertBytes { revertData: overflow.into() }.abi_encode();
    let (exact_in, exact_out) = (trade(TradeType::ExactIn), trade(TradeType::ExactOut));
    for (protocol, trade, data, code, text) in [
        (Protocol::V2, exact_in, said("ds-math-mul-overflow"), "AMOUNT_TOO_LARGE", "ds-math"),
        (
            Protocol::V2,
            exact_out,
            said("UniswapV2Library: INSUFFICIENT_LIQUIDITY"),
            "AMOUNT_TOO_LARGE",
            "LIQUIDITY",
        ),
        (Protocol::V3, exact_out, said("Unexpected error"), "AMOUNT_TOO_LARGE", "does not reach"),
        (Protocol::V3, exact_in, said("Unexpected error"), "POOL_UNSUPPORTED", "no liquidity"),
        (Protocol::V3, exact_in, said("LOK"), "SIMULATION_FAILED", "locked"),
        (Protocol::V4, exact_out, short_of_liquidity, "AMOUNT_TOO_LARGE", "does not reach"),
        (Protocol::V4, exact_out, wrapped, "AMOUNT_TOO_LARGE", "does not reach"),
        (Protocol::V4, exact_out, vec![1, 2, 3, 4], "SIMULATION_FAILED", "0x01020304"),
        (Protocol::V3, exact_in, vec![], "SIMULATION_FAILED", "execution reverted"),
    ] {
        let problem = revert::problem(&pool(protocol, 1), &trade, &data, "execution reverted");
        assert_eq!(problem.code(), code, "{problem:?}");
        assert!(problem.detail().contains(text), "{problem:?}");
    }
}

#[test]
fn the_best_is_most_out_or_least_in_then_least_gas_then_the_lower_id() {
    let (one, two) = (pool(Protocol::V3, 1), pool(Protocol::V3, 2));
    let best = |pool, amount: u64, gas: Option<u64>| Best {
        pool,
        outcome: Outcome { amount: U256::from(amount), gas: gas.map(U256::from) },
    };
    assert!(better(TradeType::ExactIn, &best(&one, 2, None), &best(&two, 1, None)));
    assert!(better(TradeType::ExactOut, &best(&one, 1, None), &best(&two, 2, None)));
    assert!(better(TradeType::ExactIn, &best(&two, 1, Some(5)), &best(&one, 1, None)));
    assert!(better(TradeType::ExactIn, &best(&one, 1, None), &best(&two, 1, None)));
    assert!(!better(TradeType::ExactIn, &best(&two, 1, None), &best(&one, 1, None)));
}

#[test]
fn one_common_reason_is_told_as_it_is_and_several_as_no_route() {
    use api_kit::problem::Problem;
    let (one, two) = (pool(Protocol::V3, 1), pool(Protocol::V3, 2));
    let large = || Problem::unprocessable("AMOUNT_TOO_LARGE", "large");
    let other = || Problem::unprocessable("SIMULATION_FAILED", "other");
    assert_eq!(no_route(vec![]).code(), "NO_ROUTE");
    assert_eq!(no_route(vec![(&one, large()), (&two, large())]).code(), "AMOUNT_TOO_LARGE");
    let mixed = no_route(vec![(&one, large()), (&two, other())]);
    assert_eq!(mixed.code(), "NO_ROUTE");
    assert!(mixed.detail().contains("large") && mixed.detail().contains("other"));
}

//! Which token is priced in which, and what is shown.

use alloy_primitives::B256;
use domain::{
    entity::{Created, PoolState, Protocol},
    figures::PoolFigures,
    row::{PairSwap, Position, RowMeta},
};

use super::*;

pub(in crate::feeds) fn token(byte: u8, symbol: &str, decimals: Option<u8>) -> Token {
    Token {
        address: Address::repeat_byte(byte),
        symbol: (!symbol.is_empty()).then(|| symbol.to_owned()),
        name: None,
        decimals,
        total_supply: None,
        pool_count: 1,
        first_block: u64::from(byte),
    }
}

/// A pool of tokens 1 and 2, with such a price of token1 for one token0.
pub(in crate::feeds) fn pool(price: &str) -> Pool {
    let price: Decimal = price.parse().unwrap();
    Pool {
        id: PoolId::Contract(Address::repeat_byte(9)),
        dex: "dex".to_owned(),
        protocol: Protocol::V3,
        factory: Address::repeat_byte(8),
        token0: Address::repeat_byte(1),
        token1: Address::repeat_byte(2),
        fee_pips: 3_000,
        tick_spacing: 60,
        hooks: Address::ZERO,
        created: Created { block: 5, timestamp: 1_000, tx_hash: B256::ZERO, log_index: 0 },
        state: PoolState::Concentrated {
            sqrt_price_x96: U256::ONE << 96,
            tick: 0,
            liquidity: 1_000_000,
        },
        swap_count: 0,
        liquidity_event_count: 0,
        updated_block: 5,
        figures: PoolFigures { counted: true, token1_price: price, ..PoolFigures::default() },
    }
}

fn tokens() -> BTreeMap<Address, Token> {
    let all = [token(1, "ONE", Some(18)), token(2, "TWO", Some(6))];
    all.map(|token| (token.address, token)).into()
}

/// Of the pool above; the other way round if token0 is a stablecoin.
pub(in crate::feeds) fn pair(price: &str, inverted: bool) -> Pair {
    let stablecoins = inverted.then(|| Address::repeat_byte(1)).into_iter().collect();
    let settings = FeedSettings { stablecoins, ..FeedSettings::default() };
    Pair::new(&settings, pool(price), &tokens()).unwrap()
}

/// A swap of the pool above.
pub(in crate::feeds) fn swap(block: u64, amount0: i64, amount1: i64) -> Swap {
    Swap {
        meta: RowMeta {
            position: Position { block, log_index: 3, item: 0 },
            timestamp: 1_000 + block,
            tx_hash: B256::ZERO,
            tx_index: 0,
            origin: None,
            gas_price: None,
        },
        pool: PoolId::Contract(Address::repeat_byte(9)),
        sender: Address::ZERO,
        recipient: Address::ZERO,
        amount0: I256::try_from(amount0).unwrap(),
        amount1: I256::try_from(amount1).unwrap(),
        sqrt_price_x96: Some(U256::ONE << 97),
        tick: Some(0),
        amount_usd: Decimal::ZERO,
        pair: None,
    }
}

#[test]
fn prices_are_told_in_stablecoins_then_in_the_native_currency_then_in_token1() {
    let [low, high, zero] = [Address::repeat_byte(1), Address::repeat_byte(2), Address::ZERO];
    let settings = |stable: &[Address], native: &[Address]| FeedSettings {
        stablecoins: stable.iter().copied().collect(),
        natives: native.iter().copied().collect(),
        ..FeedSettings::default()
    };
    for (stable, native, wanted) in [
        (vec![], vec![], false),
        (vec![low], vec![], true),
        (vec![high], vec![], false),
        (vec![low, high], vec![], false),
        (vec![], vec![low], true),
        (vec![], vec![high], false),
        (vec![low], vec![high], true),
        (vec![high], vec![low], false),
        (vec![], vec![low, high], false),
    ] {
        assert_eq!(
            is_inverted(&settings(&stable, &native), low, high),
            wanted,
            "{stable:?} {native:?}"
        );
    }
    assert!(is_inverted(&settings(&[], &[]), zero, high));
    assert!(!is_inverted(&settings(&[], &[high]), zero, high), "both are the native currency");
    assert!(!is_inverted(&settings(&[high], &[]), zero, high));
}

#[test]
fn a_pair_the_other_way_round_has_the_inverse_price() {
    let plain = pair("8", false);
    assert_eq!((plain.base.symbol.as_str(), plain.quote.symbol.as_str()), ("ONE", "TWO"));
    assert_eq!(plain.price().unwrap().to_string(), "8");
    assert_eq!(plain.sides([0, 1]), [0, 1]);
    assert_eq!(plain.title(), "ONE/TWO 0.3%");
    let inverted = pair("8", true);
    assert_eq!((inverted.base.symbol.as_str(), inverted.quote.symbol.as_str()), ("TWO", "ONE"));
    assert_eq!(inverted.price().unwrap().to_string(), "0.125");
    assert_eq!(inverted.sides([0, 1]), [1, 0]);
    assert_eq!(inverted.clone().turned(), plain);
    assert_eq!(inverted.whole_base(U256::from(1_500_000)), "1.5");
}

#[test]
fn a_pool_that_nobody_traded_in_has_the_price_of_its_root() {
    let untraded = pair("0", false);
    let of = |root: U256| token_prices(root, 18, 6).1;
    assert_eq!(untraded.price().unwrap(), of(U256::ONE << 96));
    assert_eq!(pair("0", true).price().unwrap(), Decimal::ONE.safe_div(of(U256::ONE << 96)));
    let with = |root: U256, liquidity: u128| {
        let mut pair = untraded.clone();
        pair.pool.state = PoolState::Concentrated { sqrt_price_x96: root, tick: 0, liquidity };
        pair.price()
    };
    assert_eq!(with(U256::ONE << 97, 1).unwrap(), of(U256::ONE << 97));
    // nobody offers to trade at it
    assert_eq!(with(U256::ONE << 97, 0), None);
    assert_eq!(with(U256::ZERO, 1), None, "it was made and never opened");
    let mut v2 = untraded.clone();
    v2.pool.state = PoolState::Reserves { reserve0: U256::ZERO, reserve1: U256::ZERO };
    assert_eq!(v2.price(), None);
    // once traded, the last price stays, also when all liquidity is gone
    let mut left = pair("8", false);
    left.pool.state =
        PoolState::Concentrated { sqrt_price_x96: U256::ONE << 96, tick: 0, liquidity: 0 };
    assert_eq!(left.price().unwrap().to_string(), "8");
}

#[test]
fn what_is_left_out_is_no_pair() {
    let (tokens, pool) = (tokens(), pool("1"));
    let plain = FeedSettings::default();
    assert!(Pair::new(&plain, pool.clone(), &tokens).is_some());
    let without = FeedSettings { excluded_pools: [pool.id].into(), ..plain.clone() };
    assert!(Pair::new(&without, pool.clone(), &tokens).is_none());
    let without = FeedSettings { excluded_tokens: [pool.token1].into(), ..plain.clone() };
    assert!(Pair::new(&without, pool.clone(), &tokens).is_none());
    let mut uncounted = pool.clone();
    uncounted.figures.counted = false;
    assert!(Pair::new(&plain, uncounted, &tokens).is_none());
    for decimals in [None, Some(37)] {
        let mut broken = tokens.clone();
        broken.insert(pool.token1, token(2, "TWO", decimals));
        assert!(Pair::new(&plain, pool.clone(), &broken).is_none(), "{decimals:?}");
    }
    assert!(Pair::new(&plain, pool, &BTreeMap::new()).is_none());
}

#[test]
fn names_are_never_empty() {
    let named = Token { name: Some("  ".into()), ..token(0xab, "", Some(1)) };
    assert_eq!((symbol(&named).as_str(), name(&named).as_str()), ("0xabab..abab", "0xabab..abab"));
    let symbol_only = token(3, " X ", Some(1));
    assert_eq!((symbol(&symbol_only).as_str(), name(&symbol_only).as_str()), ("X", "X"));
    let native = Side::new(&token(0, "ETH", None)).unwrap();
    assert_eq!(native.decimals, 18);
}

#[test]
fn fees_are_percents() {
    for (pips, text) in [
        (3_000, "0.3%"),
        (500, "0.05%"),
        (100, "0.01%"),
        (0, "0%"),
        (10_000, "1%"),
        (DYNAMIC_FEE, "dynamic"),
    ] {
        assert_eq!(fee(pips), text);
    }
}

#[test]
fn of_a_v2_pair_everything_moved() {
    assert_eq!(moved(&swap(1, 50, -70)), [50, 70].map(U256::from));
    // 100 in and 30 out, and 90 out
    let pair = PairSwap { index: 0, amount0_out: U256::from(30), amount1_out: U256::from(90) };
    let both = Swap { pair: Some(pair), ..swap(1, 70, -90) };
    assert_eq!(moved(&both), [130, 90].map(U256::from));
}

//! What is refused, and nothing beside it. The made-up rows are of block 9.

use alloy_primitives::U256;
use domain::{figures::PoolFigures, version::PoolCore};

use super::*;
use crate::feeds::blocks::fixtures::{liquidity, listed, swap};

/// The pool after this block.
fn version(block: u64) -> (u64, PoolVersion) {
    let core = PoolCore { sqrt_price_x96: U256::from(1) << 96, ..PoolCore::default() };
    (block, PoolVersion { first: core, second: PoolFigures::default() })
}

fn mint() -> Row {
    Row::Liquidity(liquidity(LiquidityKind::Mint, Some(5), None))
}

fn trade() -> Row {
    Row::Swap(swap(5, -5, Some(U256::from(1) << 96)))
}

fn is_dark(protocol: Protocol, versions: &[(u64, PoolVersion)], rows: &[Row]) -> bool {
    let rows: Vec<&Row> = rows.iter().collect();
    let found = dark(&listed(protocol, PoolFigures::default()), versions, &rows);
    assert!(found.is_none_or(|block| block == 9), "{found:?}");
    found.is_some()
}

#[test]
fn liquidity_is_dark_without_a_price_before_it() {
    let is = |versions: &[(u64, PoolVersion)], rows: &[Row]| is_dark(Protocol::V4, versions, rows);
    // known from a block below
    assert!(!is(&[version(8)], &[mint()]));
    assert!(!is(&[version(3), version(9)], &[trade(), mint()]));
    // nothing of then is known, or what was later
    assert!(is(&[], &[mint()]));
    assert!(is(&[version(10)], &[mint()]));
    // the history begins with this very block: what was after it was before it, too, if nobody traded
    assert!(!is(&[version(9)], &[mint(), mint()]));
    assert!(is(&[version(9)], &[mint(), trade()]));
    // a trade tells the price for what comes after it
    assert!(!is(&[version(9)], &[trade(), mint()]));
    assert!(!is(&[], &[trade(), mint()]));
    assert!(is(&[], &[mint(), trade(), mint()]));
}

#[test]
fn what_needs_no_price_is_never_dark() {
    assert!(!is_dark(Protocol::V3, &[], &[mint()]));
    assert!(!is_dark(Protocol::V4, &[], &[trade()]));
    for (kind, delta) in [
        (LiquidityKind::Mint, Some(0)),
        (LiquidityKind::Burn, Some(0)),
        (LiquidityKind::Burn, None),
        (LiquidityKind::Donate, None),
    ] {
        let row = Row::Liquidity(liquidity(kind, delta, None));
        assert!(!is_dark(Protocol::V4, &[], &[row]), "{kind:?}");
    }
    assert!(is_dark(
        Protocol::V4,
        &[],
        &[Row::Liquidity(liquidity(LiquidityKind::Burn, Some(-1), None))]
    ));
    let mut new = listed(Protocol::V4, PoolFigures::default());
    new.pool.created.block = 9;
    assert_eq!(dark(&new, &[], &[&mint()]), None);
}

#[test]
fn the_refusal_names_where_everything_can_be_told() {
    let problem = refused(&[12, 30, 20, 31], 30).unwrap();
    assert_eq!(problem.code(), "RANGE_INVALID");
    let said = problem.detail();
    assert!(said.contains("end of block 30") && said.contains("above 30"), "{said}");
    let said = refused(&[12, 31], 30).unwrap().detail().to_owned();
    assert!(said.contains("ask for blocks above 12"), "{said}");
    // above it nothing is forgotten, whatever is dark
    assert!(refused(&[31], 30).is_none());
}

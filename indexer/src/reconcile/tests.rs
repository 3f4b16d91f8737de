//! Decimals and drift, without a chain.

use alloy_primitives::B256;
use domain::{
    config::{Pricing, StaticToken},
    ids::PoolId,
};

use super::*;

fn reconciled(locked: [Decimal; 2], drift: [Decimal; 2]) -> Reconciled {
    let (pool, amounts, usd) = (PoolId::Contract(Address::ZERO), [U256::ZERO; 2], Decimal::ZERO);
    let block = BlockRef { number: 1, hash: B256::ZERO, parent_hash: B256::ZERO, timestamp: 0 };
    Reconciled { pool, block, amounts, locked, usd, drift }
}

#[test]
fn drift_is_told_from_a_thousandth_of_what_is_locked() {
    let name = "a".to_owned();
    let found = reconciled([Decimal::ZERO; 2], [Decimal::ZERO; 2]);
    let mut summary = Summary::new(found.block, std::iter::once(&name));
    let number = |text: &str| text.parse::<Decimal>().unwrap();
    for (summed, locked) in [
        (["5", "7"], ["5", "7"]),
        (["1000", "7"], ["999.5", "7"]),
        (["1000", "7"], ["1000", "7.5"]),
        (["-3", "0"], ["1", "0"]),
    ] {
        let (summed, locked) = (summed.map(number), locked.map(number));
        let drift = [summed[0] - locked[0], summed[1] - locked[1]];
        summary.compared("a", summed, &reconciled(locked, drift));
    }
    summary.unanswered("a");
    let worst = number("4").safe_div(number("3"));
    let expected = DexSummary { pools: 5, unanswered: 1, drifting: 3, told: 2, worst };
    assert_eq!(summary.dexes[&name], expected);
}

#[test]
fn decimals_are_those_that_the_figures_count_by() {
    let token = Address::repeat_byte(1);
    let mut dex = Dex {
        name: "a".into(),
        protocol: Protocol::V4,
        factory: Address::ZERO,
        fee_pips: 0,
        fork: None,
        position_manager: None,
        pricing: Pricing::default(),
    };
    let mut stored = Token {
        address: token,
        symbol: None,
        name: None,
        decimals: Some(6),
        total_supply: None,
        pool_count: 1,
        first_block: 1,
    };
    assert_eq!(decimals(&dex, token, Some(&stored)), Some(6));
    assert_eq!(decimals(&dex, token, None), None);
    assert_eq!(decimals(&dex, Address::ZERO, None), Some(18), "the native currency");
    stored.decimals = Some(255);
    assert_eq!(decimals(&dex, token, Some(&stored)), None);
    dex.pricing.tokens.push(StaticToken {
        address: token,
        symbol: String::new(),
        name: String::new(),
        decimals: 9,
    });
    assert_eq!(decimals(&dex, token, Some(&stored)), Some(9));
}

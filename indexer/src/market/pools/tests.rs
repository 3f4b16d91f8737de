//! The mean over pools.

use alloy_primitives::Address;
use domain::{decimal::Decimal, ids::PoolId};

use super::average::{Part, weighted};

fn part(pool: u8, usd: u64, liquidity: u64, traded: u64) -> Part {
    let pool = PoolId::Contract(Address::repeat_byte(pool));
    Part { pool, usd: usd.into(), liquidity: liquidity.into(), traded }
}

#[test]
fn pools_count_by_what_they_hold_and_the_last_trade_is_the_newest() {
    let price = weighted(vec![part(1, 10, 100, 5), part(2, 20, 300, 3)], 9).unwrap();
    assert_eq!(price.usd, Decimal::from_parts(175, -1));
    let times = (price.at, price.traded);
    assert_eq!((price.liquidity, times), (Decimal::from(400_u64), (9, 5)));
    let deepest = PoolId::Contract(Address::repeat_byte(2));
    assert_eq!(price.pools.first(), Some(&deepest));
    assert_eq!(weighted(Vec::new(), 9), None);
}

#[test]
fn one_pool_alone_says_exactly_what_it_says() {
    let third = Decimal::ONE.safe_div(Decimal::from(3_u64));
    let alone = Part { usd: third, ..part(1, 0, 7, 1) };
    assert_eq!(weighted(vec![alone], 9).unwrap().usd, third);
}

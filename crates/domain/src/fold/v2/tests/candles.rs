//! Candles of a block of pairs.

use alloy_primitives::U256;

use super::support::*;
use crate::{
    candle::{Candle, Subject},
    decimal::Decimal,
    fold::BlockChanges,
    ids::PoolId,
};

fn candle(changes: &BlockChanges, subject: Subject) -> Option<Candle> {
    let found = changes.rows.candles.iter().find(|step| step.subject == subject);
    found.map(|step| step.candle.clone())
}

#[test]
fn a_sync_makes_prices_and_a_swap_moves_volume() {
    let mut chain = Chain::with_pairs(pricing());
    let pair = Subject::Pool(PoolId::Contract(WETH_USDC));
    let begun = chain.tx(vec![sync(WETH_USDC, ["1000", "2000000"])]);
    let found = candle(&begun, pair).unwrap();
    assert_eq!([found.open, found.high, found.low, found.close], [dec("2000"); 4]);
    assert_eq!(
        (found.swap_count, found.tvl_usd),
        (0, chain.pool(WETH_USDC).figures.total_value_locked_usd)
    );

    let events = vec![
        sync(WETH_USDC, ["1250", "1600000"]),
        swap(WETH_USDC, ["250", "0"], ["0", "400000"]),
        sync(WETH_USDC, ["1000", "2000000"]),
        // what came in went out again in part
        swap(WETH_USDC, ["1", "400000"], ["251", "0"]),
    ];
    let traded = chain.tx(events);
    let figures = chain.pool(WETH_USDC).figures;
    let found = candle(&traded, pair).unwrap();
    let [low, high] = ["1280", "2000"].map(dec);
    assert_eq!([found.open, found.high, found.low, found.close], [low, high, low, high]);
    assert_eq!(found.volume0, units(WETH, "502"));
    assert_eq!(found.volume1, units(USDC, "800000"));
    assert_eq!(Decimal::from_units(found.volume0, 18), figures.volume_token0);
    assert_eq!((found.volume_usd, found.swap_count), (figures.volume_usd, 2));
    assert!(found.volume_usd > Decimal::from(700_000u64), "{found:?}");
    assert_eq!(found.fees_usd, (figures.volume_usd * Decimal::from(3u64)).scaled(-3));
    assert_eq!(found.tvl_usd, figures.total_value_locked_usd);

    let weth = candle(&traded, Subject::Token { factory: FACTORY, token: WETH }).unwrap();
    assert_eq!([weth.open, weth.close], [low, chain.factory().eth_price_usd]);
    assert_eq!((weth.volume0, weth.volume1), (units(WETH, "502"), U256::ZERO));
    let locked = chain.token(WETH).total_value_locked * chain.factory().eth_price_usd;
    assert_eq!((weth.volume_usd, weth.tvl_usd), (figures.volume_usd, locked));
}

//! A stored pool as a route sees it.

use std::sync::Arc;

use domain::{
    amm::{
        AmmError,
        fee::Fee,
        hooks,
        swap::Pool,
        tick_map::{TickLiquidity, TickMap},
    },
    entity::{PoolState, Protocol},
    route::{Liquidity, TokenIx, Unsupported, Venue},
};
use store::TradingPool;

/// Marks a fee that the hooks set.
pub(super) const DYNAMIC_FEE: u32 = 0x80_0000;

/// A pool's ticks.
#[derive(Debug)]
pub(super) enum Ticks {
    /// As the book has them.
    Same(Arc<TickMap>),
    /// Read from the store.
    Read(Vec<TickLiquidity>),
}

/// The pool with these ticks; with the fee that its hooks have set now, where that is known.
pub(super) fn venue(
    pool: &TradingPool,
    tokens: [TokenIx; 2],
    ticks: Ticks,
    set_fee: Option<u32>,
) -> Venue {
    let liquidity = liquidity(pool, ticks, set_fee).unwrap_or_else(Liquidity::Unsupported);
    Venue::new(pool.protocol, tokens, liquidity)
}

fn liquidity(
    pool: &TradingPool,
    ticks: Ticks,
    set_fee: Option<u32>,
) -> Result<Liquidity, Unsupported> {
    match pool.state {
        PoolState::Reserves { reserve0, reserve1 } => {
            if reserve0.is_zero() || reserve1.is_zero() {
                return Err(Unsupported::Empty);
            }
            let reserves = [reserve0, reserve1];
            Ok(Liquidity::Reserves { reserves, fee_pips: pool.fee_pips })
        }
        PoolState::Concentrated { sqrt_price_x96, tick, liquidity } => {
            if sqrt_price_x96.is_zero() {
                return Err(Unsupported::Empty);
            }
            let fee = fee(pool, set_fee)?;
            let incomplete = |_: AmmError| Unsupported::Incomplete;
            let ticks = match ticks {
                Ticks::Same(ticks) => ticks,
                Ticks::Read(ticks) => {
                    Arc::new(TickMap::from_ticks(pool.tick_spacing, ticks).map_err(incomplete)?)
                }
            };
            if liquidity == 0 && ticks.ticks().is_empty() {
                return Err(Unsupported::Empty);
            }
            Pool { sqrt_price_x96, tick, liquidity, fee, ticks: &ticks }
                .check()
                .map_err(incomplete)?;
            Ok(Liquidity::Concentrated { sqrt_price_x96, tick, liquidity, fee, ticks })
        }
    }
}

fn fee(pool: &TradingPool, set_fee: Option<u32>) -> Result<Fee, Unsupported> {
    if pool.protocol != Protocol::V4 {
        // how the protocol packs its part differs between forks, and no trade depends on it
        return Ok(Fee::V3 { pips: pool.fee_pips, protocol: 0 });
    }
    if hooks::may_change_swaps(pool.hooks) {
        return Err(Unsupported::Hook(pool.hooks));
    }
    if pool.fee_pips == DYNAMIC_FEE {
        let lp_pips = set_fee.ok_or(Unsupported::DynamicFee(pool.hooks))?;
        return Ok(Fee::V4 { lp_pips, protocol: pool.fee_protocol });
    }
    Ok(Fee::V4 { lp_pips: pool.fee_pips, protocol: pool.fee_protocol })
}

//! What the first unit costs, fees included.

use domain::{
    amm::{PIPS, fee::Fee, hooks},
    decimal::Decimal,
    entity::{PoolState, Protocol},
};

use crate::feeds::pairs::{DYNAMIC_FEE, Pair};

/// What a seller of the base gets per unit, and what a buyer pays; `None` without liquidity in range, and where hooks decide.
pub(super) fn prices(pair: &Pair, last: Decimal) -> Option<[Decimal; 2]> {
    let pool = &pair.pool;
    let empty = match pool.state {
        PoolState::Reserves { reserve0, reserve1 } => reserve0.is_zero() || reserve1.is_zero(),
        PoolState::Concentrated { liquidity, .. } => liquidity == 0,
    };
    if empty || pool.fee_pips == DYNAMIC_FEE || hooks::may_change_swaps(pool.hooks) {
        return None;
    }
    let fee = match pool.protocol {
        Protocol::V2 | Protocol::V3 => Fee::V3 { pips: pool.fee_pips, protocol: 0 },
        Protocol::V4 => Fee::V4 { lp_pips: pool.fee_pips, protocol: pool.figures.fee_protocol },
    };
    // who sells the base puts token0 in, unless it is token1
    let kept = |selling: bool| {
        let pips = fee.swap_pips(selling != pair.inverted).ok().filter(|pips| *pips < PIPS)?;
        Some(Decimal::from_parts(i128::from(PIPS - pips), -6))
    };
    Some([last * kept(true)?, last.safe_div(kept(false)?)])
}

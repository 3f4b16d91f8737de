//! Random questions about a pool.

use alloy_primitives::U256;
use devchain::Dice;
use domain::amm::{
    Amount, swap,
    tick_math::{MAX_TICK, MIN_TICK, sqrt_ratio_at_tick},
};

use super::known::{Known, State};

/// A question to a pool and to its quoter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// Place of the pool.
    pub pool: usize,
    /// Direction: token0 in, token1 out.
    pub zero_for_one: bool,
    /// How much.
    pub amount: Amount,
    /// Price limit; V3's quoter alone takes one.
    pub limit: Option<U256>,
}

impl Ask {
    /// A question without a limit.
    #[must_use]
    pub const fn new(pool: usize, zero_for_one: bool, amount: Amount) -> Self {
        Self { pool, zero_for_one, amount, limit: None }
    }
}

/// Of six questions one goes to a pair.
const PAIRS: (u64, u64) = (1, 6);

/// Any question to any pool. Amounts are log-uniform up to ten times the liquidity: a quarter of them from 1 wei, the rest
/// from a hundredth of the liquidity, since small amounts cross nothing.
pub fn any(dice: &mut Dice, pools: &[Known]) -> Option<Ask> {
    let is_pair = |place: &usize| matches!(pools[*place].state, State::Pair { .. });
    let (pairs, others): (Vec<usize>, Vec<usize>) = (0..pools.len()).partition(is_pair);
    let wanted = if dice.chance(PAIRS.0, PAIRS.1) { [&pairs, &others] } else { [&others, &pairs] };
    let place = *wanted.into_iter().find_map(|places| dice.pick(places))?;
    Some(of_pool(dice, pools, place))
}

/// Any question to this pool.
pub fn of_pool(dice: &mut Dice, pools: &[Known], place: usize) -> Ask {
    let (zero_for_one, exact_in) = (dice.chance(1, 2), dice.chance(1, 2));
    let known = &pools[place];
    // without liquidity in range any size is a size
    let depth = Some(known.depth()[usize::from(zero_for_one != exact_in)]);
    let depth = depth.filter(|depth| !depth.is_zero()).unwrap_or(U256::from(u64::MAX));
    let most = depth.saturating_mul(U256::from(10)).max(U256::from(10)).min(U256::MAX >> 129);
    let least = if dice.chance(1, 4) { U256::ONE } else { depth / U256::from(100) };
    let value = if dice.chance(1, 200) { U256::ZERO } else { log_uniform(dice, least, most) };
    let amount = if exact_in { Amount::ExactIn(value) } else { Amount::ExactOut(value) };
    Ask { pool: place, zero_for_one, amount, limit: limit(dice, known, zero_for_one) }
}

fn log_uniform(dice: &mut Dice, least: U256, most: U256) -> U256 {
    let bits = |value: U256| u64::try_from(value.bit_len()).unwrap_or_default().max(1);
    let size = dice.between(bits(least), bits(most));
    let top = U256::ONE << (size - 1);
    let below = U256::from_limbs([dice.next(), dice.next(), dice.next(), dice.next()]) % top;
    (top + below).clamp(least.max(U256::ONE), most)
}

/// Now and then a limit: mostly ahead, at or between usable ticks or at one in use, sometimes behind the price.
fn limit(dice: &mut Dice, known: &Known, zero_for_one: bool) -> Option<U256> {
    if !known.is_v3() || dice.chance(5, 6) {
        return None;
    }
    let State::Ranges { tick, ticks, .. } = &known.state else { return None };
    let down = zero_for_one != dice.chance(1, 12);
    let reach = i32::try_from(dice.between(1, 40)).unwrap_or(1) * ticks.spacing();
    let usable = (tick + if down { -reach } else { reach }).div_euclid(ticks.spacing());
    let in_use = dice.pick(ticks.ticks()).map_or(*tick, |tick| tick.index);
    let index = match dice.below(3) {
        0 => in_use,
        1 => usable * ticks.spacing(),
        _ => usable * ticks.spacing() + 1,
    };
    let price = sqrt_ratio_at_tick(index.clamp(MIN_TICK + 1, MAX_TICK - 1)).ok()?;
    Some(if dice.chance(1, 2) { price } else { price + U256::from(dice.below(1 << 40)) })
}

/// Whether a quoter would call it an answer. V4's refuses what could not be swapped wholly, V3's an output that fell short
/// without a limit, and anything that moves no token.
#[must_use]
pub fn answered(ask: &Ask, done: &swap::Swapped, v4: bool) -> bool {
    let whole = v4 || (ask.limit.is_none() && matches!(ask.amount, Amount::ExactOut(_)));
    let moved = !done.amount_in.is_zero() || !done.amount_out.is_zero();
    moved && (done.remaining.is_zero() || !whole)
}

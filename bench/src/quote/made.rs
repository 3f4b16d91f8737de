//! Made markets: every token has a price, and pools lie a little beside it.

use std::sync::Arc;

use alloy_primitives::U256;
use anyhow::Result;
use domain::amm::fee::Fee;
use domain::amm::tick_map::TickMap;
use domain::amm::tick_math::{sqrt_ratio_at_tick, tick_at_sqrt_ratio};
use domain::entity::Protocol;
use domain::route::{Liquidity, Market, TokenIx, Venue};

const SPACING: i32 = 60;
/// Ranges of liquidity in a pool.
const RANGES: u32 = 12;

/// Numbers that a seed decides (`SplitMix64`).
#[derive(Debug)]
pub(super) struct Dice(pub(super) u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below this one.
    pub(super) fn below(&mut self, end: u32) -> Result<u32> {
        Ok(u32::try_from(self.roll() % u64::from(end.max(1)))?)
    }

    fn around(&mut self, most: i32) -> Result<i32> {
        Ok(i32::try_from(self.below(2 * most.unsigned_abs() + 1)?)? - most)
    }
}

/// A market; the first tokens are in more pools than others.
pub(super) fn market(dice: &mut Dice, tokens: u32, pools: u32) -> Result<Market> {
    let prices = (0..tokens).map(|_| dice.around(20_000)).collect::<Result<Vec<_>>>()?;
    let price =
        |token: u32| prices.get(usize::try_from(token).unwrap_or_default()).copied().unwrap_or(0);
    let mut market = Market::default();
    for _ in 0..pools {
        let hub = dice.below(3)? == 0;
        let one = dice.below(if hub { tokens.min(4) } else { tokens })?;
        let other = (one + 1 + dice.below(tokens - 1)?) % tokens;
        let (low, high) = (one.min(other), one.max(other));
        let tick = price(low) - price(high) + dice.around(150)?;
        market.add(venue(dice, [TokenIx(low), TokenIx(high)], tick)?);
    }
    Ok(market)
}

/// A pool at about this price.
pub(super) fn venue(dice: &mut Dice, tokens: [TokenIx; 2], tick: i32) -> Result<Venue> {
    let depth = 10_u128.pow(17 + dice.below(6)?) * u128::from(1 + dice.below(9)?);
    let root = sqrt_ratio_at_tick(tick)?;
    let pips = [100, 500, 3_000, 10_000][usize::try_from(dice.below(4)?)?];
    let kind = dice.below(3)?;
    if kind == 0 {
        let (depth, q96) = (U256::from(depth), U256::ONE << 96);
        let reserves = [depth * q96 / root, depth * root / q96];
        let liquidity = Liquidity::Reserves { reserves, fee_pips: 3_000 };
        return Ok(Venue::new(Protocol::V2, tokens, liquidity));
    }
    let mut ticks = TickMap::new(SPACING)?;
    let mut in_range = 0;
    for _ in 0..=dice.below(RANGES)? {
        let width = SPACING * i32::try_from(1 + dice.below(100)?)?;
        let centre = (tick + dice.around(3_000)?).div_euclid(SPACING) * SPACING;
        let (lower, upper) = (centre - width, centre + width);
        let part = depth / u128::from(1 + dice.below(4)?);
        ticks.change(lower, upper, i128::try_from(part)?)?;
        if (lower..upper).contains(&tick) {
            in_range += part;
        }
    }
    let (protocol, fee) = if kind == 1 {
        (Protocol::V3, Fee::V3 { pips, protocol: 0 })
    } else {
        (Protocol::V4, Fee::V4 { lp_pips: pips, protocol: 0 })
    };
    let liquidity = Liquidity::Concentrated {
        sqrt_price_x96: root,
        tick: tick_at_sqrt_ratio(root)?,
        liquidity: in_range,
        fee,
        ticks: Arc::new(ticks),
    };
    Ok(Venue::new(protocol, tokens, liquidity))
}

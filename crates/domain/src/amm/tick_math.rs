//! Ticks and square root prices (`TickMath`): price = 1.0001^tick, in the contracts' own rounding.

use alloy_primitives::{U256, uint};

use super::AmmError;

#[cfg(test)]
mod tests;

/// The lowest tick.
pub const MIN_TICK: i32 = -887_272;
/// The highest tick.
pub const MAX_TICK: i32 = 887_272;
/// The price at [`MIN_TICK`].
pub const MIN_SQRT_RATIO: U256 = uint!(4295128739_U256);
/// The price at [`MAX_TICK`]; a pool's price stays below it.
pub const MAX_SQRT_RATIO: U256 = uint!(1461446703485210103287273052203988822378723970342_U256);

/// `1.0001^(-2^i / 2)` as Q128, one per bit of a tick; the contracts fix their last digits.
const FACTORS: [u128; 20] = [
    0xfffc_b933_bd6f_ad37_aa2d_162d_1a59_4001,
    0xfff9_7272_373d_4132_59a4_6990_580e_213a,
    0xfff2_e50f_5f65_6932_ef12_357c_f3c7_fdcc,
    0xffe5_caca_7e10_e4e6_1c36_24ea_a094_1cd0,
    0xffcb_9843_d60f_6159_c9db_5883_5c92_6644,
    0xff97_3b41_fa98_c081_472e_6896_dfb2_54c0,
    0xff2e_a164_66c9_6a38_43ec_78b3_26b5_2861,
    0xfe5d_ee04_6a99_a2a8_11c4_61f1_969c_3053,
    0xfcbe_86c7_900a_88ae_dcff_c83b_479a_a3a4,
    0xf987_a725_3ac4_1317_6f2b_074c_f781_5e54,
    0xf339_2b08_22b7_0005_940c_7a39_8e4b_70f3,
    0xe715_9475_a2c2_9b74_43b2_9c7f_a6e8_89d9,
    0xd097_f3bd_fd20_22b8_845a_d8f7_92aa_5825,
    0xa9f7_4646_2d87_0fdf_8a65_dc1f_90e0_61e5,
    0x70d8_69a1_56d2_a1b8_90bb_3df6_2baf_32f7,
    0x31be_135f_97d0_8fd9_8123_1505_542f_cfa6,
    0x09aa_508b_5b7a_84e1_c677_de54_f3e9_9bc9,
    0x005d_6af8_dedb_8119_6699_c329_225e_e604,
    0x0000_2216_e584_f5fa_1ea9_2604_1bed_fe98,
    0x0000_0000_048a_1703_91f7_dc42_444e_8fa2,
];

/// The square root price at a tick, rounded up (`TickMath.getSqrtRatioAtTick`).
///
/// # Errors
/// [`AmmError::Tick`] beyond [`MIN_TICK`] or [`MAX_TICK`].
pub fn sqrt_ratio_at_tick(tick: i32) -> Result<U256, AmmError> {
    let size = tick.unsigned_abs();
    if size > MAX_TICK.unsigned_abs() {
        return Err(AmmError::Tick(tick));
    }
    if size == 0 {
        return Ok(U256::ONE << 96);
    }
    let mut ratio: Option<u128> = None;
    for (bit, factor) in FACTORS.iter().enumerate() {
        if size >> bit & 1 == 1 {
            // the first product is with one
            ratio = Some(ratio.map_or(*factor, |ratio| high_product(ratio, *factor)));
        }
    }
    let mut ratio = U256::from(ratio.unwrap_or(u128::MAX));
    if tick > 0 {
        ratio = U256::MAX / ratio;
    }
    let [low, ..] = ratio.into_limbs();
    let up = if low << 32 == 0 { U256::ZERO } else { U256::ONE };
    Ok((ratio >> 32) + up)
}

/// `a * b / 2^128`, rounded down.
const fn high_product(a: u128, b: u128) -> u128 {
    const LOW: u128 = u64::MAX as u128;
    let (a1, a0, b1, b0) = (a >> 64, a & LOW, b >> 64, b & LOW);
    let middle = a1 * b0 + ((a0 * b0) >> 64);
    let other = a0 * b1 + (middle & LOW);
    a1 * b1 + (middle >> 64) + (other >> 64)
}

/// Ticks per doubling of the square root price, `2 / log2(1.0001)`, with 40 fractional bits.
const TICKS_PER_DOUBLING: i128 = 15_243_229_806_399_573;
/// Fractional bits of the logarithm that the estimate works with.
const LOG_BITS: u32 = 20;
/// Fractional bits of an estimate in ticks.
const ESTIMATE_BITS: u32 = LOG_BITS + 40;
/// One thousandth of a tick: far more than what rounding does to the prices themselves.
const SLACK: i128 = (1 << ESTIMATE_BITS) / 1000;
/// The logarithm is cut after [`LOG_BITS`] bits, which is less than this many ticks.
const CUT: i128 = TICKS_PER_DOUBLING + SLACK;

/// The highest tick whose price is at or below this one (`TickMath.getTickAtSqrtRatio`).
///
/// An estimate by logarithm leaves one or two candidates; the price of the higher decides.
///
/// # Errors
/// [`AmmError::SqrtPrice`] below [`MIN_SQRT_RATIO`] or not below [`MAX_SQRT_RATIO`].
pub fn tick_at_sqrt_ratio(sqrt_price_x96: U256) -> Result<i32, AmmError> {
    if sqrt_price_x96 < MIN_SQRT_RATIO || sqrt_price_x96 >= MAX_SQRT_RATIO {
        return Err(AmmError::SqrtPrice(sqrt_price_x96));
    }
    let estimate = log2(sqrt_price_x96) * TICKS_PER_DOUBLING;
    let whole = |value: i128| {
        i32::try_from(value >> ESTIMATE_BITS).map_err(|_| AmmError::SqrtPrice(sqrt_price_x96))
    };
    let (low, high) = (whole(estimate - SLACK)?, whole(estimate + CUT)?);
    if low == high || high > MAX_TICK || sqrt_ratio_at_tick(high)? > sqrt_price_x96 {
        Ok(low)
    } else {
        Ok(high)
    }
}

/// Binary logarithm of a Q64.96 number with [`LOG_BITS`] fractional bits, rounded down: each squaring of the mantissa
/// tells one bit.
fn log2(number: U256) -> i128 {
    let top = number.bit_len().saturating_sub(1);
    // the mantissa in [1, 2) as Q1.63
    let [mantissa, ..] =
        if top >= 63 { number >> (top - 63) } else { number << (63 - top) }.into_limbs();
    let mut mantissa = u128::from(mantissa);
    let mut log = i128::from(u32::try_from(top).unwrap_or_default()) - 96;
    for _ in 0..LOG_BITS {
        mantissa = (mantissa * mantissa) >> 63;
        let carry = mantissa >> 64;
        mantissa >>= carry;
        log = log << 1 | i128::from(carry != 0);
    }
    log
}

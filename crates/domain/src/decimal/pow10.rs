//! Powers of ten, what divides by them, and how many digits a number has.

use super::limbs::Limbs;

/// 10^0 to 10^38.
pub(super) const TEN: &[u128; 39] = &{
    let mut table = [1; 39];
    let mut index = 1;
    while index < 39 {
        table[index] = table[index - 1] * 10;
        index += 1;
    }
    table
};

/// 10^0 to 10^77.
pub(super) const TEN_LIMBS: &[Limbs; 78] = &{
    let mut table = [Limbs::small(1); 78];
    let mut index = 1;
    while index < 78 {
        let low = Limbs::product(table[index - 1].low, 10);
        table[index] = Limbs { high: table[index - 1].high * 10 + low.high, low: low.low };
        index += 1;
    }
    table
};

/// `floor(2^(127 + l) / 10^k)` for k from 1 to 38, `l` being the bits of 10^k: all 128 bits are used.
pub(super) const RECIPROCAL: &[u128; 39] = &{
    let mut table = [0; 39];
    let mut power = 1;
    while power < 39 {
        // 2^(l - 1) < 10^k < 2^l, hence after the first bit 128 binary places follow
        let divisor = TEN[power];
        let mut rest = 1 << (127 - divisor.leading_zeros());
        let mut quotient = 0;
        let mut place = 0;
        while place < 128 {
            // rest < divisor < 2^127
            rest *= 2;
            quotient *= 2;
            if rest >= divisor {
                rest -= divisor;
                quotient += 1;
            }
            place += 1;
        }
        table[power] = quotient;
        power += 1;
    }
    table
};

/// What exact division by `10^power` takes: the inverse of `5^power` modulo 2^128, and the greatest quotient.
struct Fives {
    power: u32,
    inverse: u128,
    limit: u128,
}

const FIVES: &[Fives; 5] = &[fives(16), fives(8), fives(4), fives(2), fives(1)];

const fn fives(power: u32) -> Fives {
    let five = 5_u128.pow(power);
    // Newton: every step doubles the number of right bits, the start has three
    let mut inverse = five;
    let mut step = 0;
    while step < 6 {
        inverse = inverse.wrapping_mul(2_u128.wrapping_sub(five.wrapping_mul(inverse)));
        step += 1;
    }
    Fives { power, inverse, limit: u128::MAX / five }
}

/// The number without its trailing decimal zeros, and how many those were. The number is not 0.
///
/// `n` is a multiple of `10^k` exactly if it has `k` binary zeros and `n / 2^k` times the inverse of `5^k` does not wrap
/// beyond what a quotient can be; and then the product is the quotient.
#[inline]
pub(super) fn without_zeros(mut number: u128) -> (u128, u32) {
    let mut zeros = 0;
    let mut twos = number.trailing_zeros();
    let mut index = 0;
    while twos > 0 && index < FIVES.len() {
        let Fives { power, inverse, limit } = FIVES[index];
        if twos >= power {
            let quotient = (number >> power).wrapping_mul(inverse);
            if quotient <= limit {
                number = quotient;
                zeros += power;
                twos -= power;
                // there may be twice 16, everything else is left to the smaller steps
                if power == 16 {
                    continue;
                }
            }
        }
        index += 1;
    }
    (number, zeros)
}

/// The number of decimal digits as the reference estimates it from the bits: `floor(bits / 3.3219280949)`. It is right
/// or one too small.
///
/// The reference divides binary floats; with fewer than 100,000 bits no quotient is so near an integer that their
/// rounding could matter.
#[inline]
pub(super) const fn estimate(bits: u64) -> u32 {
    (bits * 10_000_000_000 / 33_219_280_949) as u32
}

/// The number of decimal digits; 1 for zero.
#[inline]
pub(super) const fn digits(number: u128) -> u32 {
    let estimate = estimate((128 - (number | 1).leading_zeros()) as u64);
    if number >= TEN[estimate as usize] { estimate + 1 } else { max(estimate, 1) }
}

const fn max(a: u32, b: u32) -> u32 {
    if a > b { a } else { b }
}

//! The rules of the reference implementation, step by step, with integers of any size.

use num_bigint::{BigInt, Sign};

use super::Decimal;

/// `int x 10^-scale`.
#[derive(Debug, Clone)]
pub(crate) struct Slow {
    int: BigInt,
    scale: i64,
}

fn ten(power: i64) -> BigInt {
    BigInt::from(10).pow(u32::try_from(power).unwrap())
}

fn zero() -> BigInt {
    BigInt::from(0)
}

/// How many digits the reference believes a number to have.
fn count(int: &BigInt) -> i64 {
    let mut digits = i64::try_from(int.bits() * 10_000_000_000 / 33_219_280_949).unwrap();
    while *int >= ten(digits) {
        digits += 1;
    }
    digits
}

/// 1 if the first digit is 5 or more.
fn rounding(int: &BigInt) -> i32 {
    i32::from(int.to_string().starts_with(['5', '6', '7', '8', '9']))
}

impl Slow {
    pub(crate) const fn new(int: BigInt, scale: i64) -> Self {
        Self { int, scale }
    }

    pub(crate) fn of(value: Decimal) -> Self {
        Self::new(BigInt::from(value.mantissa()), -i64::from(value.exponent()))
    }

    /// Cut to 34 digits, without trailing zeros.
    fn cut(&self) -> Self {
        let (mut int, mut scale) = (self.int.clone(), self.scale);
        let drop = count(&int) - 34;
        if drop > 0 {
            let divisor = ten(drop);
            let rest = &int % &divisor;
            int /= &divisor;
            scale -= drop;
            if &rest * 10 > divisor {
                int += rounding(&rest);
            }
        }
        while int != zero() && &int % 10 == zero() {
            int /= 10;
            scale -= 1;
        }
        if int == zero() { Self::new(int, 0) } else { Self::new(int, scale) }
    }

    /// What is seen of a result: cut when it is made, and again when it is read.
    pub(crate) fn seen(&self) -> Decimal {
        let Self { int, scale } = self.cut().cut();
        let exponent = i32::try_from(-scale).unwrap();
        let value = Decimal::from_parts(i128::try_from(&int).unwrap(), exponent);
        assert_eq!(
            (BigInt::from(value.mantissa()), value.exponent()),
            (int, exponent),
            "a fixed point"
        );
        value
    }

    fn aligned(&self, other: &Self) -> (BigInt, BigInt, i64) {
        let scale = self.scale.max(other.scale);
        (&self.int * ten(scale - self.scale), &other.int * ten(scale - other.scale), scale)
    }

    pub(crate) fn plus(&self, other: &Self) -> Self {
        let (left, right, scale) = self.aligned(other);
        Self::new(left + right, scale)
    }

    pub(crate) fn minus(&self, other: &Self) -> Self {
        let (left, right, scale) = self.aligned(other);
        Self::new(left - right, scale)
    }

    pub(crate) fn times(&self, other: &Self) -> Self {
        Self::new(&self.int * &other.int, self.scale + other.scale)
    }

    pub(crate) fn over(&self, other: &Self) -> Self {
        if self.int == zero() || other.int == zero() {
            return Self::new(zero(), 0);
        }
        let negative = self.int.sign() != other.int.sign();
        let denominator = BigInt::from_biguint(Sign::Plus, other.int.magnitude().clone());
        let mut rest = BigInt::from_biguint(Sign::Plus, self.int.magnitude().clone());
        let mut scale = self.scale - other.scale;
        while rest < denominator {
            rest *= 10;
            scale += 1;
        }
        let mut quotient = &rest / &denominator;
        rest %= &denominator;
        while rest != zero() && count(&quotient) < 100 {
            rest *= 10;
            quotient = quotient * 10 + &rest / &denominator;
            rest %= &denominator;
            scale += 1;
        }
        quotient += i32::from(rest * 10 / denominator >= BigInt::from(5));
        Self::new(if negative { -quotient } else { quotient }, scale)
    }

    pub(crate) fn compare(&self, other: &Self) -> std::cmp::Ordering {
        let (left, right, _) = self.aligned(other);
        left.cmp(&right)
    }
}

//! Prices against numbers computed elsewhere (with 34 decimal digits, half-up), and against the slow reference.

use alloy_primitives::U256;
use num_bigint::{BigInt, Sign};
use proptest::prelude::*;

use super::{tick_prices, token_prices};
use crate::decimal::{
    Decimal,
    tests::{dec, reference::Slow},
};

#[test]
fn known_prices() {
    for (sqrt, decimals0, decimals1, price0, price1) in [
        (
            "1350174849792634181862360983626536",
            6,
            18,
            "3443.333910189890948275649163227257",
            "0.0002904162146577450542994293311329586",
        ),
        ("79228162514264337593543950336", 18, 18, "1", "1"),
        (
            "4295128739",
            18,
            18,
            "340256786698763678858396856460488300000",
            "0.000000000000000000000000000000000000002938956808774311200056207984069752",
        ),
        (
            "1461446703485210103287273052203988822378723970342",
            8,
            18,
            "0.000000000000000000000000000029389568075855848387034172747685",
            "34025678683638809407064233989.96812",
        ),
        (
            "79228162514264337593543950337",
            0,
            77,
            "99999999999999999999999999997475600000000000000000000000000000000000000000000",
            "0.00000000000000000000000000000000000000000000000000000000000000000000000000001000000000000000000000000000025244",
        ),
    ] {
        let prices = token_prices(sqrt.parse().unwrap(), decimals0, decimals1);
        assert_eq!((prices.0.to_string(), prices.1.to_string()), (price0.into(), price1.into()));
    }
    assert_eq!(token_prices(U256::ZERO, 18, 6), (Decimal::ZERO, Decimal::ZERO));
}

#[test]
fn known_ticks() {
    for (index, price0, price1) in [
        (0, "1", "1"),
        (1, "1.0001", "0.99990000999900009999000099990001"),
        (-1, "0.99990000999900009999000099990001", "1.0001"),
        (2, "1.00020001", "0.99980002999600049994000699920009"),
        (
            194_871,
            "290213004.5996358722978375455619533",
            "0.000000003445744967147673751064997328172492",
        ),
        (
            -201_234,
            "0.000000001823708271287539977242522114026762",
            "548333313.9099045361499209404652231",
        ),
        (
            887_272,
            "340256786836388094050805785045698600000",
            "0.000000000000000000000000000000000000002938956807585584838874754865031438",
        ),
    ] {
        assert_eq!(tick_prices(index), (dec(price0), dec(price1)), "{index}");
    }
    let (low, high) = tick_prices(887_272);
    assert_eq!(tick_prices(-887_272), (high, low));
}

#[test]
fn no_index_is_too_great() {
    let (high, low) = tick_prices(i32::MAX);
    assert_eq!((high.exponent(), low), (Decimal::MAX_EXPONENT, Decimal::ONE.safe_div(high)));
    assert_eq!(tick_prices(i32::MIN).0, low);
}

/// x^n by halves: x^(2n) = (x^n)^2.
fn power(base: &Slow, exponent: u32) -> Slow {
    match exponent {
        0 => Slow::of(Decimal::ONE),
        1 => base.clone(),
        _ => {
            let half = power(base, exponent / 2);
            let square = Slow::of(half.times(&half).seen());
            if exponent % 2 == 1 { Slow::of(square.times(base).seen()) } else { square }
        }
    }
}

proptest! {
    #[test]
    fn prices(sqrt in any::<[u8; 20]>(), shift in 0_usize..160, decimals0 in 0..=254_u8, decimals1 in 0..=254_u8) {
        let sqrt = U256::from_be_slice(&sqrt) >> shift;
        let int = BigInt::from_bytes_be(Sign::Plus, &sqrt.to_be_bytes::<32>());
        let step = |value: Slow| Slow::of(value.seen());
        let ten_to_the = |power: u8| Slow::new(BigInt::from(1), -i64::from(power));
        let square = step(Slow::new(&int * &int, 0));
        let unit = step(Slow::new(BigInt::from(1) << 192, 0));
        let ratio = step(square.over(&unit));
        let price1 = step(step(ratio.times(&ten_to_the(decimals0))).over(&ten_to_the(decimals1)));
        let price0 = Slow::of(Decimal::ONE).over(&price1).seen();
        prop_assert_eq!(token_prices(sqrt, decimals0, decimals1), (price0, price1.seen()));
    }

    #[test]
    fn ticks(index in -887_272..=887_272_i32) {
        let one = Slow::of(Decimal::ONE);
        let grown = power(&Slow::new(BigInt::from(10_001), 4), index.unsigned_abs()).seen();
        let price0 = if index < 0 { one.over(&Slow::of(grown)).seen() } else { grown };
        prop_assert_eq!(tick_prices(index), (price0, one.over(&Slow::of(price0)).seen()));
    }
}

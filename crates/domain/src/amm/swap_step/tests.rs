//! Tests: the vectors of v3-core's own test suite, and what both versions share.

use alloy_primitives::{U256, uint};
use proptest::prelude::*;

use super::{Step, Version, swap_step};
use crate::amm::{
    AmmError, Amount, PIPS,
    tick_math::{MAX_TICK, MIN_TICK, sqrt_ratio_at_tick},
};

const ONE: U256 = uint!(79228162514264337593543950336_U256);
const ETHER: u128 = 1_000_000_000_000_000_000;

fn v3(current: U256, target: U256, liquidity: u128, amount: Amount, fee: u32) -> Step {
    swap_step(Version::V3, current, target, liquidity, amount, fee).unwrap()
}

fn numbers(step: &Step) -> [U256; 3] {
    [step.amount_in, step.amount_out, step.fee]
}

fn of(values: [u128; 3]) -> [U256; 3] {
    values.map(U256::from)
}

#[test]
fn capped_at_the_target() {
    // square root of 1.01
    let target = uint!(79623317895830914510639640423_U256);
    let amount = U256::from(ETHER);
    for amount in [Amount::ExactIn(amount), Amount::ExactOut(amount)] {
        let step = v3(ONE, target, 2 * ETHER, amount, 600);
        assert_eq!(step.sqrt_price_x96, target);
        assert_eq!(
            numbers(&step),
            of([9_975_124_224_178_055, 9_925_619_580_021_728, 5_988_667_735_148])
        );
    }
}

#[test]
fn spent_or_received_in_full() {
    // square root of 10, and of 100
    let ten = uint!(250541448375047931186413801569_U256);
    let step = v3(ONE, ten, 2 * ETHER, Amount::ExactIn(U256::from(ETHER)), 600);
    assert_eq!(
        numbers(&step),
        of([999_400_000_000_000_000, 666_399_946_655_997_866, 600_000_000_000_000])
    );
    let hundred = uint!(792281625142643375935439503360_U256);
    let step = v3(ONE, hundred, 2 * ETHER, Amount::ExactOut(U256::from(ETHER)), 600);
    assert_eq!(numbers(&step), of([2 * ETHER, ETHER, 1_200_720_432_259_356]));
}

#[test]
fn odd_ends() {
    let step = v3(
        uint!(417332158212080721273783715441582_U256),
        uint!(1452870262520218020823638996_U256),
        159_344_665_391_607_089_467_575_320_103,
        Amount::ExactOut(U256::ONE),
        1,
    );
    assert_eq!(numbers(&step), of([1, 1, 1]));
    assert_eq!(step.sqrt_price_x96, uint!(417332158212080721273783715441581_U256));
    // part of the input reaches a price of one
    let amount = Amount::ExactIn(uint!(3915081100057732413702495386755767_U256));
    let step = v3(U256::from(2), U256::ONE, 1, amount, 1);
    assert_eq!(
        numbers(&step),
        of([39_614_081_257_132_168_796_771_975_168, 0, 39_614_120_871_253_040_049_813])
    );
    // all of the input is fee
    let step = v3(
        U256::from(2413),
        U256::from(79_887_613_182_836_312_u64),
        1_985_041_575_832_132_834_610_021_537_970,
        Amount::ExactIn(U256::from(10)),
        1872,
    );
    assert_eq!((numbers(&step), step.sqrt_price_x96), (of([0, 0, 10]), U256::from(2413)));
}

#[test]
fn less_liquidity_than_the_output_asks_for() {
    let price = uint!(20282409603651670423947251286016_U256);
    let up = price * U256::from(11) / U256::from(10);
    let step = v3(price, up, 1024, Amount::ExactOut(U256::from(4)), 3000);
    assert_eq!((numbers(&step), step.sqrt_price_x96), (of([26_215, 0, 79]), up));
    let down = price * U256::from(9) / U256::from(10);
    let step = v3(price, down, 1024, Amount::ExactOut(U256::from(263_000)), 3000);
    assert_eq!((numbers(&step), step.sqrt_price_x96), (of([1, 26_214, 1]), down));
}

#[test]
fn a_fee_of_everything_is_for_exact_input_of_v4_only() {
    let target = sqrt_ratio_at_tick(-60).unwrap();
    let step = |amount| swap_step(Version::V4, ONE, target, ETHER, amount, PIPS);
    let amount = U256::from(1000);
    assert_eq!(
        step(Amount::ExactIn(amount)),
        Ok(Step {
            sqrt_price_x96: ONE,
            amount_in: U256::ZERO,
            amount_out: U256::ZERO,
            fee: amount
        })
    );
    assert_eq!(step(Amount::ExactOut(amount)), Err(AmmError::Fee(PIPS)));
}

proptest! {
    #[test]
    fn steps_keep_their_promises(
        from in MIN_TICK..MAX_TICK,
        to in MIN_TICK..MAX_TICK,
        liquidity in 1..u128::MAX >> 20,
        value in 1..u128::MAX >> 20,
        fee in 0..PIPS,
        exact_in: bool,
    ) {
        let (current, target) = (sqrt_ratio_at_tick(from)?, sqrt_ratio_at_tick(to)?);
        let value = U256::from(value);
        let amount = if exact_in { Amount::ExactIn(value) } else { Amount::ExactOut(value) };
        let Ok(step) = swap_step(Version::V3, current, target, liquidity, amount, fee) else {
            return Ok(());
        };
        let four = swap_step(Version::V4, current, target, liquidity, amount, fee)?;
        prop_assert_eq!(step.sqrt_price_x96, four.sqrt_price_x96);
        prop_assert_eq!(step.amount_out, four.amount_out);
        let paid = step.amount_in + step.fee;
        if step.sqrt_price_x96 != target {
            prop_assert_eq!(paid, four.amount_in + four.fee);
            // not at the target: the amount is used up
            prop_assert_eq!(if exact_in { paid } else { step.amount_out }, value);
        } else {
            let used = if exact_in { four.amount_in + four.fee } else { step.amount_out };
            prop_assert!(used <= value);
        }
        let (low, high) = if current < target { (current, target) } else { (target, current) };
        prop_assert!(low <= step.sqrt_price_x96 && step.sqrt_price_x96 <= high);
    }
}

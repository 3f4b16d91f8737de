//! What is known of tokens, and what follows from it.

use alloy_primitives::{Address, U256};
use domain::{
    entity::Protocol,
    route::{Liquidity, Tax, TokenIx, Unsupported, Venue},
};

use super::{Taxes, Verdict};

const CONFIGURED: Address = Address::repeat_byte(1);
const OTHER: Address = Address::repeat_byte(2);
const PLAIN: Address = Address::repeat_byte(3);

fn taxes() -> Taxes {
    Taxes::new(&[Tax { token: CONFIGURED, buy_bps: 10, sell_bps: 20 }])
}

fn pair() -> Venue {
    let liquidity =
        Liquidity::Reserves { reserves: [U256::from(9_000), U256::from(8_000)], fee_pips: 3_000 };
    Venue::new(Protocol::V2, [TokenIx(0), TokenIx(1)], liquidity)
}

#[test]
fn what_was_found_bars_a_pool_and_what_is_configured_does_not() {
    let taxes = taxes();
    let of = |token| taxes.apply([token, PLAIN], pair()).liquidity;
    assert_eq!(of(OTHER), pair().liquidity);
    taxes.note(OTHER, Verdict::Taxed);
    assert_eq!(of(OTHER), Liquidity::Unsupported(Unsupported::Tax(OTHER)));
    taxes.note(OTHER, Verdict::Refuses);
    assert_eq!(of(OTHER), Liquidity::Unsupported(Unsupported::Paused(OTHER)));
    taxes.note(OTHER, Verdict::Plain);
    assert_eq!(of(OTHER), pair().liquidity);
    assert!(taxes.apply([CONFIGURED, PLAIN], pair()).is_taxed());
    assert!(!taxes.apply([OTHER, PLAIN], pair()).is_taxed());
    // another reason stays
    let empty = Liquidity::Unsupported(Unsupported::Empty);
    let venue = Venue::new(Protocol::V2, [TokenIx(0), TokenIx(1)], empty.clone());
    taxes.note(OTHER, Verdict::Taxed);
    assert_eq!(taxes.apply([OTHER, PLAIN], venue).liquidity, empty);
}

#[test]
fn a_token_that_is_said_to_take_nothing_is_plain() {
    let taxes = Taxes::new(&[Tax { token: CONFIGURED, buy_bps: 0, sell_bps: 0 }]);
    taxes.note(CONFIGURED, Verdict::Refuses);
    let venue = taxes.apply([CONFIGURED, PLAIN], pair());
    assert!(!venue.is_taxed() && venue == pair());
}

#[test]
fn a_trial_that_tells_nothing_refutes_nothing() {
    let taxes = taxes();
    let of = |token| taxes.apply([token, PLAIN], pair()).liquidity;
    for (verdict, why) in
        [(Verdict::Taxed, Unsupported::Tax(OTHER)), (Verdict::Refuses, Unsupported::Paused(OTHER))]
    {
        taxes.note(OTHER, verdict);
        taxes.note(OTHER, Verdict::Untried);
        assert_eq!(of(OTHER), Liquidity::Unsupported(why), "{verdict:?}");
        assert_eq!(taxes.counts().get(&verdict), Some(&1));
        // it waits its turn like one that nobody tried out
        assert!(!taxes.is_due(OTHER));
    }
    taxes.note(OTHER, Verdict::Plain);
    assert_eq!(of(OTHER), pair().liquidity);
    // nothing was known of it
    taxes.note(PLAIN, Verdict::Untried);
    assert_eq!(taxes.counts().get(&Verdict::Untried), Some(&1));
}

#[test]
fn a_change_while_pools_are_read_is_not_lost() {
    let taxes = taxes();
    taxes.note(PLAIN, Verdict::Plain);
    assert!(taxes.changed().is_empty());
    taxes.note(OTHER, Verdict::Taxed);
    let seen = taxes.changed();
    assert!(seen.contains_key(&OTHER));
    taxes.note(OTHER, Verdict::Plain);
    taxes.done(&seen);
    let seen = taxes.changed();
    assert!(seen.contains_key(&OTHER));
    taxes.done(&seen);
    assert!(taxes.changed().is_empty());
}

#[test]
fn who_is_traded_comes_first_and_once() {
    let taxes = taxes();
    assert!(taxes.is_due(OTHER) && !taxes.is_due(CONFIGURED) && !taxes.is_due(Address::ZERO));
    taxes.note(PLAIN, Verdict::Plain);
    taxes.want([OTHER, PLAIN, OTHER]);
    assert_eq!(taxes.wanted(9), [OTHER]);
    assert!(taxes.wanted(9).is_empty() && !taxes.is_due(PLAIN));
}

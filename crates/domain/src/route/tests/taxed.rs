//! Pairs of tokens that take a part of what is transferred.

use alloy_primitives::Address;

use super::*;
use crate::{
    amm::v2,
    route::{Largest, Liquidity, Tax, Unsupported, Venue, largest},
};

const TAX: Tax = Tax { token: Address::repeat_byte(7), buy_bps: 300, sell_bps: 125 };

fn pair(tokens: [u32; 2], taxes: [Option<Tax>; 2]) -> Venue {
    let reserves = [U256::from(9_000_000_000_u64), U256::from(4_000_000_000_u64)];
    let liquidity = Liquidity::Reserves { reserves, fee_pips: 3_000 };
    Venue::new(Protocol::V2, tokens.map(TokenIx), liquidity).taxed(taxes)
}

#[test]
fn a_pair_reckons_with_what_arrives() {
    let mut market = Market::default();
    market.add(pair([0, 1], [Some(TAX), None]));
    let (zero, one) = (U256::from(9_000_000_000_u64), U256::from(4_000_000_000_u64));
    // 1.25 percent of 1,000,001 is 12,500.01: the token rounds down what it takes
    let sold = find(&market, &question(0, 1, Amount::ExactIn(U256::from(1_000_001)))).unwrap();
    let out = v2::amount_out(U256::from(1_000_001 - 12_500), zero, one, 3_000).unwrap();
    assert_eq!((sold.amount_in, sold.amount_out), (U256::from(1_000_001), out));
    let bought = find(&market, &question(1, 0, Amount::ExactIn(U256::from(777_777)))).unwrap();
    let out = v2::amount_out(U256::from(777_777), one, zero, 3_000).unwrap();
    assert_eq!(bought.amount_out, out - out * U256::from(3) / U256::from(100));
    for (from, to) in [(0, 1), (1, 0)] {
        let exact_out = find(&market, &question(from, to, Amount::ExactOut(U256::from(5_000))));
        let why = Refusal::Unsupported(Unsupported::TaxedOutput(TAX.token));
        assert_eq!(exact_out, Err(RouteError::Refused(why)));
    }
    let asked = Question { hops: 1, ..question(0, 1, Amount::ExactIn(U256::MAX >> 1)) };
    let Largest { amount, .. } = largest(&market, &asked).unwrap();
    let with = |amount| Question { amount: Amount::ExactIn(amount), ..asked.clone() };
    assert!(find(&market, &with(amount)).is_ok());
    let more = find(&market, &with(amount + U256::ONE));
    assert_eq!(more, Err(RouteError::Refused(Refusal::TooMuch)));
}

#[test]
fn a_taxed_token_is_at_an_end_or_nowhere() {
    let mut market = Market::default();
    // 0 - 1 - 2, and 1 takes a part
    market.add(pair([0, 1], [None, Some(TAX)]));
    market.add(pair([1, 2], [Some(TAX), None]));
    let given = Amount::ExactIn(U256::from(1_000_000));
    assert_eq!(find(&market, &question(0, 2, given)), Err(RouteError::NotConnected));
    assert!(find(&market, &question(0, 1, given)).is_ok());
    assert!(find(&market, &question(1, 2, given)).is_ok());
}

#[test]
fn only_pairs_bear_a_tax() {
    let mut dice = Dice(21);
    let market = kit::market(&mut dice, 4, 40);
    let (mut pairs, mut others) = (0, 0);
    for venue in market.iter() {
        let taxed = venue.clone().taxed([None, Some(TAX)]);
        if venue.protocol == Protocol::V2 {
            assert!(taxed.is_taxed() && taxed.liquidity == venue.liquidity);
            pairs += 1;
        } else {
            let why = Liquidity::Unsupported(Unsupported::Tax(TAX.token));
            assert_eq!(taxed.liquidity, why);
            others += 1;
        }
        assert_eq!(&venue.clone().taxed([None, None]), venue);
    }
    assert!(pairs > 5 && others > 5);
}

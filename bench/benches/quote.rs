//! What quotes are made of, one by one: `cargo bench -p bench --bench quote`.

#![expect(clippy::unwrap_used, reason = "a bench of a market that is none should end")]

#[path = "../src/quote/made.rs"]
mod made;

use alloy_primitives::U256;
use divan::{Bencher, black_box};
use domain::amm::Amount;
use domain::route::{Allowed, GasPrice, Market, PoolIx, Question, TokenIx, find};

use self::made::Dice;

const POOLS: u32 = 1_000;
const TOKENS: u32 = POOLS / 15;
/// Pools that a block changes.
const CHANGED: usize = 200;

fn main() {
    divan::main();
}

fn market() -> Market {
    made::market(&mut Dice(7), TOKENS, POOLS).unwrap()
}

fn question(dice: &mut Dice, amount: Amount, splits: usize) -> Question {
    let token_in = TokenIx(dice.below(TOKENS).unwrap());
    let token_out = TokenIx((token_in.0 + 1 + dice.below(TOKENS - 1).unwrap()) % TOKENS);
    Question {
        token_in,
        token_out,
        amount,
        hops: 4,
        splits,
        gas_price: GasPrice { per: U256::from(100_000_000), units: 1 },
        allowed: Allowed::default(),
        effort: 2_000,
    }
}

/// Up to four hops over a thousand pools, in so many splits.
#[divan::bench(args = [1, 3, 7])]
fn route(bencher: Bencher<'_, '_>, splits: usize) {
    let (market, mut dice) = (market(), Dice(1));
    let value = U256::from(10).pow(U256::from(18));
    bencher
        .with_inputs(|| question(&mut dice, Amount::ExactIn(value), splits))
        .bench_local_values(|question| find(&market, black_box(&question)));
}

/// A pool that is named.
#[divan::bench]
fn one_pool(bencher: Bencher<'_, '_>) {
    let market = market();
    let [token_in, token_out] = market.pool(PoolIx(0)).unwrap().tokens;
    let mut question = question(&mut Dice(1), Amount::ExactIn(U256::from(1_000_000)), 1);
    question.allowed.pools = Some([PoolIx(0)].into());
    let question = Question { token_in, token_out, hops: 1, ..question };
    bencher.bench(|| find(&market, black_box(&question)));
}

/// A block's changes, while readers hold the version before.
#[divan::bench(args = [1_000, 100_000])]
fn change_pools(bencher: Bencher<'_, '_>, pools: u32) {
    let mut dice = Dice(3);
    let before = made::market(&mut dice, pools / 4, pools).unwrap();
    bencher
        .with_inputs(|| {
            let changes: Vec<_> = (0..CHANGED)
                .map(|_| {
                    let number = PoolIx(dice.below(pools).unwrap());
                    let tokens = before.pool(number).unwrap().tokens;
                    (number, made::venue(&mut dice, tokens, 0).unwrap())
                })
                .collect();
            (before.clone(), changes)
        })
        .bench_local_values(|(mut market, changes)| {
            for (number, venue) in changes {
                market.replace(number, venue);
            }
            market
        });
}

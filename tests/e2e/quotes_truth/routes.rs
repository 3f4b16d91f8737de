//! The way that is found is the best of all there are, by the word of the real quoters; and splitting is never worse.

use alloy_primitives::{Address, U256};
use anyhow::{Context, Result, ensure};
use devchain::Dice;
use domain::{
    amm::Amount,
    route::{Allowed, GasPrice, Plan, Question, find},
};
use serving::book::{self, Book};
use tests::quoting::{
    scene::{Moment, Scene},
    tally::Tally,
};

const LEGS: usize = 3;
const ROUNDS: u64 = 4;
const PER_ROUND: u32 = 75;

/// What was compared.
#[derive(Debug, Default)]
struct Compared {
    equal: u32,
    refused: u32,
    exact_out: u32,
    several_legs: u32,
    paths: usize,
    split_better: u32,
}

#[tokio::test]
#[expect(clippy::print_stdout, reason = "how much was compared is part of the proof")]
async fn the_way_is_the_best_of_all_by_the_quoters() -> Result<()> {
    let scene = Box::pin(Scene::start()).await?;
    scene.world.traffic(60, 171).await?;
    let (mut tally, mut compared) = (Tally::default(), Compared::default());
    let mut dice = Dice::new(172);
    let (shelf, mut keeper) = book::open(scene.store().reader(), scene.world.deployment.chain_id);
    for round in 0..ROUNDS {
        scene.world.traffic(5, 173 + round).await?;
        let now = Box::pin(scene.moment(&mut tally, false)).await?;
        keeper.refresh().await?;
        let book = shelf.newest().context("no pools in memory")?;
        ensure!(book.block == now.block, "{:?} and {:?}", book.block, now.block);
        for _ in 0..PER_ROUND {
            let (ends, amount) = any(&mut dice, &now).context("no pools")?;
            Box::pin(compare(&scene, &now, &book, ends, amount, &mut compared)).await?;
        }
    }
    println!("{compared:?}");
    let Compared { equal, refused, exact_out, several_legs, paths, split_better } = compared;
    ensure!(equal > 200 && refused * 4 < equal, "{equal} equal, {refused} refused");
    ensure!(exact_out > 60 && several_legs > 60, "{exact_out} exact out, {several_legs} long");
    ensure!(paths > 1_500 && split_better > 30, "{paths} paths, {split_better} split better");
    scene.stop().await
}

/// Two tokens, and an amount from a millionth to the size of what a pool of the given one holds.
fn any(dice: &mut Dice, now: &Moment) -> Option<((Address, Address), Amount)> {
    let exact_in = dice.chance(3, 5);
    let one = dice.pick(&now.pools)?;
    let other = &dice.pick(&now.pools)?.pool;
    let given_zero = dice.chance(1, 2);
    let given = if given_zero { one.pool.token0 } else { one.pool.token1 };
    let others = [other.token0, other.token1];
    let wanted = *others.iter().find(|token| **token != given)?;
    let depth = one.depth()[usize::from(!given_zero)];
    let part = U256::from(10).pow(U256::from(dice.below(7)));
    let value = (depth * U256::from(1 + dice.below(9)) / U256::from(10) / part).max(U256::ONE);
    let ends = if exact_in { (given, wanted) } else { (wanted, given) };
    Some((ends, if exact_in { Amount::ExactIn(value) } else { Amount::ExactOut(value) }))
}

async fn compare(
    scene: &Scene,
    now: &Moment,
    book: &Book,
    ends: (Address, Address),
    amount: Amount,
    compared: &mut Compared,
) -> Result<()> {
    let ours = |splits| {
        let number = |token| book.names.token_number(token).context("a token without number");
        let question = Question {
            token_in: number(ends.0)?,
            token_out: number(ends.1)?,
            amount,
            hops: LEGS,
            splits,
            gas_price: GasPrice::FREE,
            allowed: Allowed::default(),
            effort: 2_000,
        };
        anyhow::Ok(find(&book.market, &question))
    };
    let result = |plan: &Plan| if amount.is_exact_in() { plan.amount_out } else { plan.amount_in };
    let best = scene.best_path(now, ends, amount, LEGS).await?;
    let (single, split) = (ours(1)?, ours(4)?);
    let what = || format!("{ends:?} {amount:?} at {}: {single:?}, {best:?}", now.block.number);
    ensure!(single.as_ref().ok().map(result) == best.amount, "{}", what());
    compared.paths += best.paths;
    let Ok(single) = &single else {
        compared.refused += 1;
        return Ok(());
    };
    ensure!(single.exhausted, "{}", what());
    let (single, split) = (result(single), result(&split.with_context(what)?));
    let (better, worse) = if amount.is_exact_in() {
        (split > single, split < single)
    } else {
        (split < single, split > single)
    };
    ensure!(!worse, "a split is worse, {split}: {}", what());
    compared.equal += 1;
    compared.exact_out += u32::from(!amount.is_exact_in());
    compared.several_legs += u32::from(best.legs > 1);
    compared.split_better += u32::from(better);
    Ok(())
}

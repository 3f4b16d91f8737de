//! Sizes that broke others: a large trade over many ticks, and amounts beyond what a pool holds.

use abis::periphery::Erc20;
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use anyhow::{Context, Result, ensure};
use devchain::{Dice, accounts::stranger};
use domain::{
    amm::{Amount, tick_math::sqrt_ratio_at_tick},
    ids::PoolId,
};
use tests::quoting::{
    ask::{self, Ask},
    known::{Known, Refusal, State},
    scene::{Moment, Scene},
    tally::Tally,
};

use super::{ETHER, place};

/// A thousand tokens, worth some four of the other, into a pool shaped like LINK/WETH at 0.3 %.
#[tokio::test]
async fn amms_rs_96_link_weth() -> Result<()> {
    let scene = Box::pin(Scene::start()).await?;
    let (place, mut tally) = (place(&scene, 3000), Tally::default());
    scene.hand.create(place, sqrt_ratio_at_tick(-54_037)?).await?;
    let shape = [
        (-887_220, 887_220, 9_000, 40),
        (-54_120, -54_060, 0, 1),
        (-54_060, -54_000, 90, 1),
        (-55_200, -52_800, 3_000, 14),
        (-69_060, -54_600, 0, 220),
        (-53_940, -46_080, 60_000, 0),
        (-54_240, -54_180, 0, 1),
    ];
    for (lower, upper, most0, most1) in shape {
        let most = [most0, most1].map(|whole| ETHER * U256::from(whole));
        scene.hand.mint(place, (lower, upper), most).await?;
    }
    let now = Box::pin(scene.agree(400, 31, &mut tally)).await?;
    let thousand = ETHER * U256::from(1_000);
    let asks = [
        Ask::new(0, true, Amount::ExactIn(thousand)),
        Ask::new(0, false, Amount::ExactOut(thousand)),
        Ask::new(0, true, Amount::ExactIn(thousand * U256::from(100))),
        Ask::new(0, true, Amount::ExactOut(ETHER * U256::from(4))),
    ];
    scene.compare(&now, &asks, &mut tally).await?;
    for ask in &asks {
        let (answer, crossed) = now.pools[0].quote(ask)?;
        ensure!(answer.is_ok() && crossed > 0, "{ask:?}: {answer:?}, {crossed} ticks");
    }
    ensure!(tally.crossed > 130, "{tally:?}");
    scene.stop().await
}

/// Amounts of all magnitudes, in and out. V4's quoter takes 128 bits, but reads the highest as a sign.
fn magnitudes(known: &Known, place: usize) -> Vec<Ask> {
    let most = if matches!(known.pool.id, PoolId::Key(_)) { 127 } else { 256 };
    let sizes = (1..=most).filter(|bits| *bits % 13 == 1 || *bits >= 254 || *bits == most);
    let values = sizes.map(|bits| U256::MAX >> (256 - bits));
    let asks = values.flat_map(|value| {
        [true, false].into_iter().flat_map(move |sell| {
            [Amount::ExactIn(value), Amount::ExactOut(value)]
                .map(|amount| Ask::new(place, sell, amount))
        })
    });
    asks.collect()
}

/// What whoever holds the pool's tokens has of the output.
async fn held(scene: &Scene, now: &Moment, ask: &Ask) -> Result<U256> {
    let pool = &now.pools[ask.pool].pool;
    let token = if ask.zero_for_one { pool.token1 } else { pool.token0 };
    let owner = match pool.id {
        PoolId::Contract(address) => address,
        PoolId::Key(_) => scene.world.deployment.v4_pool_manager,
    };
    if token.is_zero() {
        return Ok(scene.client.native_balance(owner, now.block.hash).await?);
    }
    let call = Erc20::balanceOfCall { owner }.abi_encode();
    let told = scene.client.call(token, call.into(), now.block.hash).await?;
    Ok(Erc20::balanceOfCall::abi_decode_returns(&told)?)
}

/// No pool gives more than it holds, however much is put in; what it does not hold it refuses.
#[tokio::test]
#[expect(clippy::print_stdout, reason = "how much was compared is part of the proof")]
async fn amms_rs_110_overdraft() -> Result<()> {
    let scene = Box::pin(Scene::start()).await?;
    scene.world.traffic(30, 81).await?;
    let mut tally = Tally::default();
    let now = Box::pin(scene.moment(&mut tally, true)).await?;
    let (mut given, mut refused) = (0, 0);
    for (place, known) in now.pools.iter().enumerate() {
        let asks = magnitudes(known, place);
        let held = [held(&scene, &now, &asks[0]).await?, held(&scene, &now, &asks[2]).await?];
        for (ask, told) in asks.iter().zip(scene.told(&now, &asks).await?) {
            let held = held[usize::from(!ask.zero_for_one)];
            let (ours, _) = known.quote(ask)?;
            // beyond all bounds it may be the number or the pool that ends first
            let same = ours == told || (ours.is_err() && told.is_err());
            ensure!(same, "{ask:?} of {}: {ours:?}, not {told:?}", known.pool.id);
            let Ok(answer) = ours else {
                refused += 1;
                continue;
            };
            let output = match ask.amount {
                Amount::ExactIn(_) => answer.amount,
                Amount::ExactOut(amount) => amount,
            };
            ensure!(output <= held, "{ask:?} of {}: {output} of {held}", known.pool.id);
            given += 1;
        }
    }
    println!("{given} amounts within what is held, {refused} refused");
    ensure!(given > 500 && refused > 300, "{given} given, {refused} refused");
    Box::pin(emptied(&scene, &mut tally)).await?;
    scene.stop().await
}

/// A token that takes from a pool behind its back: the maths promise what the contract cannot send.
async fn emptied(scene: &Scene, tally: &mut Tally) -> Result<()> {
    let now = Box::pin(scene.moment(tally, false)).await?;
    let place = now.pools.iter().position(|known| known.is_v3() && deep(known));
    let place = place.context("no pool of V3")?;
    let PoolId::Contract(pool) = now.pools[place].pool.id else { return Ok(()) };
    let sell = Ask::new(place, true, Amount::ExactIn(U256::ONE));
    let most = held(scene, &now, &sell).await?;
    let taken = Erc20::transferCall { to: taker(), value: most / U256::from(3) * U256::from(2) };
    scene.hand.send(pool, &[(now.pools[place].pool.token1, taken.abi_encode())]).await?;
    let now = Box::pin(scene.moment(tally, false)).await?;
    let left = held(scene, &now, &sell).await?;
    ensure!(!left.is_zero() && left < most, "{left} of {most} is left");
    let known = &now.pools[place];
    let mut dice = Dice::new(82);
    let any = (0..600).map(|_| ask::of_pool(&mut dice, &now.pools, place));
    let asks: Vec<Ask> = any.filter(|ask| ask.zero_for_one).collect();
    let (mut overdrawn, mut given) = (0, 0);
    for (ask, told) in asks.iter().zip(scene.told(&now, &asks).await?) {
        let (ours, _) = known.quote(ask)?;
        let ours = match ours {
            Ok(_) if known.swap(ask)?.within(left).is_err() => Err(Refusal::Balance),
            ours => ours,
        };
        overdrawn += usize::from(ours == Err(Refusal::Balance));
        given += usize::from(ours.is_ok());
        // what falls short is sent before it is found to be too little
        let short = ours == Err(Refusal::Liquidity) && told == Err(Refusal::Balance);
        ensure!(ours == told || short, "{ask:?}: {ours:?}, not {told:?}");
    }
    ensure!(overdrawn > 10 && given > 100, "{overdrawn} overdrawn, {given} given");
    Ok(())
}

fn deep(known: &Known) -> bool {
    matches!(known.state, State::Ranges { liquidity, .. } if liquidity > 0)
}

fn taker() -> Address {
    stranger(7)
}

//! V3 pools computed from their own events alone, from their first to their last.

use std::collections::BTreeMap;

use abis::decode::Decoder;
use alloy::{
    providers::{Provider, ProviderBuilder},
    rpc::types::Filter,
};
use alloy_primitives::{Address, I256, U256};
use anyhow::{Context, Result, ensure};
use domain::{
    amm::{
        Amount,
        fee::Fee,
        swap::{Pool, swap},
        tick_map::TickMap,
    },
    config::Watch,
    entity::Protocol,
    event::EventKind,
    ids::PoolId,
};
use tests::quoting::{known::Known, scene::Scene, tally::Tally};

/// A pool that nobody tells anything but its events. What a swap did is computed; the event only says how much it was.
struct Replay {
    pips: u32,
    ticks: TickMap,
    price: U256,
    tick: i32,
    liquidity: u128,
    swaps: usize,
    crossed: usize,
}

impl Replay {
    fn of(known: &Known) -> Result<Self> {
        let ticks = TickMap::new(known.pool.tick_spacing)?;
        let (pips, price) = (known.pool.fee_pips, U256::ZERO);
        Ok(Self { pips, ticks, price, tick: 0, liquidity: 0, swaps: 0, crossed: 0 })
    }

    fn event(&mut self, kind: &EventKind) -> Result<()> {
        match *kind {
            EventKind::V3Initialize { sqrt_price_x96, tick } => {
                (self.price, self.tick) = (sqrt_price_x96, tick);
            }
            EventKind::V3Mint { tick_lower, tick_upper, liquidity, .. } => {
                self.position((tick_lower, tick_upper), i128::try_from(liquidity)?)?;
            }
            EventKind::V3Burn { tick_lower, tick_upper, liquidity, .. } => {
                self.position((tick_lower, tick_upper), -i128::try_from(liquidity)?)?;
            }
            EventKind::V3Swap { amount0, amount1, sqrt_price_x96, liquidity, tick, .. } => {
                self.swap((amount0, amount1), (sqrt_price_x96, tick, liquidity))?;
            }
            _ => {}
        }
        Ok(())
    }

    fn position(&mut self, range: (i32, i32), delta: i128) -> Result<()> {
        self.ticks.change(range.0, range.1, delta)?;
        if (range.0..range.1).contains(&self.tick) {
            let changed = self.liquidity.checked_add_signed(delta);
            self.liquidity = changed.context("more burnt than there is")?;
        }
        Ok(())
    }

    fn swap(&mut self, deltas: (I256, I256), told: (U256, i32, u128)) -> Result<()> {
        let zero_for_one = deltas.0.is_positive();
        let (paid, got) = if zero_for_one { deltas } else { (deltas.1, deltas.0) };
        let ways = [
            (Amount::ExactIn(paid.unsigned_abs()), None),
            (Amount::ExactOut(got.unsigned_abs()), None),
            (Amount::ExactIn(U256::MAX >> 1), Some(told.0)),
        ];
        let pool = Pool {
            sqrt_price_x96: self.price,
            tick: self.tick,
            liquidity: self.liquidity,
            fee: Fee::V3 { pips: self.pips, protocol: 0 },
            ticks: &self.ticks,
        };
        pool.check()?;
        let same = |(amount, limit)| {
            let done = swap(&pool, zero_for_one, amount, limit).ok()?;
            let after = (done.sqrt_price_x96, done.tick, done.liquidity);
            (done.deltas() == deltas && after == told).then_some(done)
        };
        let found = ways.into_iter().find_map(same);
        let done = found.with_context(|| format!("{deltas:?} to {told:?} from {pool:?}"))?;
        (self.price, self.tick, self.liquidity) = (done.sqrt_price_x96, done.tick, done.liquidity);
        self.swaps += 1;
        self.crossed += usize::from(!done.crossed.is_empty());
        Ok(())
    }
}

/// Tick, price and liquidity are the event's after every swap, and in the end the contract's; among the pools are some of
/// 0.01 % with every tick usable.
#[tokio::test]
#[expect(clippy::print_stdout, reason = "how much was compared is part of the proof")]
async fn nautilus_3165_active_liquidity() -> Result<()> {
    let scene = Box::pin(Scene::start()).await?;
    scene.world.traffic(140, 71).await?;
    let now = Box::pin(scene.moment(&mut Tally::default(), true)).await?;
    let mut replays = BTreeMap::new();
    for known in now.pools.iter().filter(|known| known.is_v3()) {
        let PoolId::Contract(address) = known.pool.id else { continue };
        replays.insert(address, (known, Replay::of(known)?));
    }
    let emitters: Vec<Address> = replays.keys().copied().collect();
    let pools = emitters.iter().map(|pool| (*pool, Protocol::V3));
    let mut decoder = Decoder::new(Watch::default(), pools);
    let provider = ProviderBuilder::new().connect_http(scene.world.chain.url().parse()?);
    let filter = Filter::new().address(emitters.clone()).from_block(0).to_block(now.block.number);
    for log in provider.get_logs(&filter).await? {
        let event = decoder.decode(log.address(), log.data())?;
        let event = event.with_context(|| format!("an unknown event: {log:?}"))?;
        let (_, replay) = replays.get_mut(&log.address()).context("somebody else's log")?;
        replay.event(&event).with_context(|| format!("{log:?}"))?;
    }
    let (mut swaps, mut crossed, mut finest) = (0, 0, 0);
    for (known, replay) in replays.values() {
        let stored = known.ranges().context("a pool without ranges")?;
        let found = (replay.price, replay.tick, replay.liquidity);
        let wanted = (stored.sqrt_price_x96, stored.tick, stored.liquidity);
        ensure!(found == wanted, "{}: {found:?}, not {wanted:?}", known.pool.id);
        ensure!(replay.ticks == *stored.ticks, "{}: other ticks", known.pool.id);
        swaps += replay.swaps;
        crossed += replay.crossed;
        finest += if known.pool.tick_spacing == 1 { replay.swaps } else { 0 };
    }
    println!(
        "{swaps} swaps of {} pools, {crossed} across ticks, {finest} at 0.01 %",
        replays.len()
    );
    ensure!(swaps > 250 && crossed > 40 && finest > 30, "too little to see");
    scene.stop().await
}

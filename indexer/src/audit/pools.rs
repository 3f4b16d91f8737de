//! Pools: reserves, prices, liquidity, ticks.

use std::collections::BTreeMap;

use abis::state;
use domain::entity::{Pool, PoolState, Tick};
use store::{PoolCursor, PoolOrder, PoolQuery};

use super::{
    Audit, AuditError, Kind, Report, Sample,
    ask::{NO_ANSWER, show},
    view::View,
};

/// Pools per page.
const PAGE: u32 = 200;
/// Ticks compared per pool, unless all are.
const TICKS: usize = 8;

impl Audit {
    /// Compares pools.
    pub(super) async fn pools(
        &self,
        view: &mut View,
        report: &mut Report,
    ) -> Result<(), AuditError> {
        let known = view.snapshot.counters().pools;
        match view.sample {
            Sample::Some(count) if u64::from(count) < known => {
                let pools = self.some_pools(view, count).await?;
                self.compare_pools(view, report, pools).await
            }
            _ => {
                let mut after = None;
                loop {
                    let query = PoolQuery { after, limit: PAGE, ..PoolQuery::default() };
                    let page = view.snapshot.pools(&query).await?;
                    let Some(last) = page.last() else { return Ok(()) };
                    after = Some(PoolCursor::of(last, PoolOrder::Created));
                    self.compare_pools(view, report, page).await?;
                }
            }
        }
    }

    /// Pools from all over the time in which pools were made.
    async fn some_pools(&self, view: &mut View, count: u32) -> Result<Vec<Pool>, AuditError> {
        let mut found = BTreeMap::new();
        for _ in 0..count.saturating_mul(2) {
            let block = view.any_block();
            let after = Some(PoolCursor::Created { block, log_index: 0 });
            let mut query = PoolQuery { after, limit: 1, ..PoolQuery::default() };
            let mut next = view.snapshot.pools(&query).await?;
            if next.is_empty() {
                // none was made later: the first one instead
                query.after = None;
                next = view.snapshot.pools(&query).await?;
            }
            found.extend(next.into_iter().map(|pool| (pool.id, pool)));
            if found.len() >= count as usize {
                break;
            }
        }
        Ok(found.into_values().collect())
    }

    async fn compare_pools(
        &self,
        view: &mut View,
        report: &mut Report,
        pools: Vec<Pool>,
    ) -> Result<(), AuditError> {
        // of those made later there is nothing to say
        let pools: Vec<Pool> = pools.into_iter().filter_map(|pool| view.past.pool(pool)).collect();
        let calls: Vec<_> = pools.iter().flat_map(state::pool_calls).collect();
        self.ask_and_compare(view, report, &calls, |report, answers| {
            let mut rest = answers;
            for pool in &pools {
                let (mine, others) = rest.split_at(state::pool_calls(pool).len().min(rest.len()));
                rest = others;
                compare_state(report, pool, state::pool_state(pool, mine));
            }
        })
        .await?;
        for pool in pools.iter().filter(|pool| is_concentrated(pool)) {
            self.compare_ticks(view, report, pool).await?;
        }
        Ok(())
    }

    async fn compare_ticks(
        &self,
        view: &mut View,
        report: &mut Report,
        pool: &Pool,
    ) -> Result<(), AuditError> {
        let ticks = view.past.ticks(pool.id, view.snapshot.ticks(pool.id).await?);
        compare_sums(report, pool, &ticks);
        let ticks = view.some_of(ticks, TICKS);
        let calls: Vec<_> =
            ticks.iter().filter_map(|tick| state::tick_call(pool, tick.index)).collect();
        self.ask_and_compare(view, report, &calls, |report, answers| {
            for (tick, answer) in ticks.iter().zip(answers) {
                let on_chain = state::tick(pool, answer)
                    .map(|(gross, net)| format!("gross {gross}, net {net}"));
                report.compare(
                    Kind::Ticks,
                    || format!("tick {} of pool {}", tick.index, pool.id),
                    format!("gross {}, net {}", tick.liquidity_gross, tick.liquidity_net),
                    show(on_chain),
                );
            }
        })
        .await
    }
}

const fn is_concentrated(pool: &Pool) -> bool {
    matches!(pool.state, PoolState::Concentrated { .. })
}

fn compare_state(report: &mut Report, pool: &Pool, on_chain: Option<PoolState>) {
    let what = || format!("pool {} ({})", pool.id, pool.dex);
    match pool.state {
        PoolState::Reserves { .. } => {
            let chain = show(on_chain.as_ref().map(price));
            report.compare(Kind::Reserves, what, price(&pool.state), chain);
        }
        PoolState::Concentrated { liquidity, .. } => {
            let chain = show(on_chain.as_ref().map(price));
            report.compare(Kind::Prices, what, price(&pool.state), chain);
            let chain = match on_chain {
                Some(PoolState::Concentrated { liquidity, .. }) => liquidity.to_string(),
                _ => NO_ANSWER.to_owned(),
            };
            report.compare(Kind::Liquidity, what, liquidity.to_string(), chain);
        }
    }
}

fn price(state: &PoolState) -> String {
    match state {
        PoolState::Reserves { reserve0, reserve1 } => format!("{reserve0}, {reserve1}"),
        PoolState::Concentrated { sqrt_price_x96, tick, .. } => {
            format!("sqrt price {sqrt_price_x96}, tick {tick}")
        }
    }
}

/// What starts somewhere ends somewhere: all ticks add up to nothing, those at or below the price to the liquidity.
fn compare_sums(report: &mut Report, pool: &Pool, ticks: &[Tick]) {
    let PoolState::Concentrated { tick: current, liquidity, .. } = pool.state else { return };
    let all = sum(ticks.iter());
    let below = sum(ticks.iter().filter(|tick| tick.index <= current));
    report.compare(
        Kind::TickSums,
        || format!("all ticks of pool {}: their sum, and 0", pool.id),
        show(all),
        "0".to_owned(),
    );
    report.compare(
        Kind::TickSums,
        || format!("ticks of pool {} up to the price: their sum, and the liquidity", pool.id),
        show(below),
        liquidity.to_string(),
    );
}

fn sum<'a>(mut ticks: impl Iterator<Item = &'a Tick>) -> Option<i128> {
    ticks.try_fold(0_i128, |sum, tick| sum.checked_add(tick.liquidity_net))
}

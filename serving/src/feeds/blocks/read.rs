//! The events of a run of blocks, of all pools, by a handful of reads.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
    sync::Arc,
};

use alloy_primitives::I256;
use api_kit::problem::Problem;
use domain::{entity::Pool, ids::PoolId, reconciled::Reconciled, version::PoolVersion};

use super::{
    Blocks, Feed,
    event::Event,
    express::{self, Row},
    pools::{self, Listed},
    reserves,
    skip::Skip,
};
use crate::feeds::view::View;

mod horizon;
mod prices;

use prices::Sides;

/// Blocks of an answer at most.
pub(in crate::feeds) const MOST_BLOCKS: u64 = 1_000;
/// Stored events behind an answer at most.
const MOST_EVENTS: u32 = 50_000;

/// What is wanted beside trades and changes of liquidity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::feeds) enum Wanted {
    /// Nothing.
    Trades,
    /// That pools came to be.
    Creations,
}

/// What is known of the pools of an answer.
struct Known {
    listed: BTreeMap<PoolId, Arc<Listed>>,
    versions: BTreeMap<PoolId, Vec<(u64, PoolVersion)>>,
    drifted: BTreeMap<PoolId, Reconciled>,
}

impl Blocks {
    /// The events of these blocks, in the order of the chain.
    ///
    /// # Errors
    /// `RANGE_INVALID` when there are too many; what the store, and for the creators of pools the node, answer else.
    pub(in crate::feeds) async fn events(
        &self,
        view: &View,
        feed: Feed,
        blocks: RangeInclusive<u64>,
        wanted: Wanted,
    ) -> Result<Vec<Event>, Problem> {
        let rows = rows(view, &blocks).await?;
        let created = match wanted {
            Wanted::Trades => Vec::new(),
            Wanted::Creations => created(view, &blocks).await?,
        };
        let mut by_pool: BTreeMap<PoolId, Vec<&Row>> = BTreeMap::new();
        for row in &rows {
            by_pool.entry(row.pool()).or_default().push(row);
        }
        let known =
            known(view, by_pool.keys().copied().collect(), created.clone(), &blocks).await?;
        horizon::check(view, &known, &by_pool).await?;
        let mut events = Vec::with_capacity(rows.len());
        for (pool, rows) in &by_pool {
            let Some(listed) = known.listed.get(pool) else {
                rows.iter().for_each(|_| self.skipped(feed, Skip::LeftOut));
                continue;
            };
            for block in rows.chunk_by(same_block) {
                self.block(feed, listed, &known, block, &mut events);
            }
        }
        self.creations(view, feed, &known.listed, &created, &rows, &mut events).await?;
        events.sort_unstable_by_key(|event| (event.block, event.log_index));
        Ok(events)
    }

    /// The events of a pool in a block.
    fn block(
        &self,
        feed: Feed,
        listed: &Arc<Listed>,
        known: &Known,
        rows: &[&Row],
        events: &mut Vec<Event>,
    ) {
        let Some(number) = rows.first().map(|row| row.meta().position.block) else { return };
        let id = &listed.pool.id;
        let versions = known.versions.get(id).map_or(&[][..], Vec::as_slice);
        let sides = Sides::new(versions, number);
        let Sides { before: stored, after: end } = sides;
        let moved: Vec<_> = rows
            .iter()
            .zip(sides.prices(rows))
            .map(|(row, price)| express::moved(listed.pool.protocol, row, price))
            .collect();
        let held = end.and_then(|end| reserves::held(listed, end, known.drifted.get(id)));
        let changes: Vec<_> = moved.iter().map(|moved| moved.change).collect();
        // an estimate need not add up
        let is_whole = !reserves::is_exact(listed) || {
            let held_then = |then| reserves::held(listed, then, known.drifted.get(id));
            let is_new = listed.pool.created.block == number;
            let then = stored.map_or_else(|| is_new.then_some([I256::ZERO; 2]), held_then);
            reserves::add_up(then, &changes, held)
        };
        let after = if is_whole {
            reserves::walk_back(held, &changes)
        } else {
            reserves::at_the_end(held, rows.len())
        };
        let mut kinds = Vec::with_capacity(rows.len());
        for ((row, moved), reserves) in rows.iter().zip(&moved).zip(&after) {
            // what the pool holds in the end may have another price than a swap left
            let reserves = reserves.filter(|_| is_whole);
            kinds.push(match express::told(listed, row, moved, reserves) {
                Some(Ok(kind)) => Some(kind),
                Some(Err(why)) => {
                    self.skipped(feed, why);
                    None
                }
                None => None,
            });
        }
        let is_told: Vec<bool> = kinds.iter().map(Option::is_some).collect();
        let after = reserves::until_the_next(after, &is_told);
        for ((row, kind), reserves) in rows.iter().zip(kinds).zip(after) {
            let (Some(kind), meta) = (kind, row.meta()) else { continue };
            events.push(Event {
                block: meta.position.block,
                timestamp: meta.timestamp,
                tx_hash: meta.tx_hash,
                tx_index: meta.tx_index,
                log_index: meta.position.log_index,
                maker: row.maker(),
                pair: Arc::clone(listed),
                kind,
                reserves,
            });
        }
    }
}

fn same_block(a: &&Row, b: &&Row) -> bool {
    a.meta().position.block == b.meta().position.block
}

/// All rows, ascending; refused where there are too many.
async fn rows(view: &View, blocks: &RangeInclusive<u64>) -> Result<Vec<Row>, Problem> {
    let limit = MOST_EVENTS + 1;
    let swaps = view.snapshot.swaps_in(blocks.clone(), limit).await?;
    bounded(swaps.len(), blocks)?;
    let liquidity = view.snapshot.liquidity_in(blocks.clone(), limit).await?;
    bounded(swaps.len() + liquidity.len(), blocks)?;
    let mut rows: Vec<Row> =
        swaps.into_iter().map(Row::Swap).chain(liquidity.into_iter().map(Row::Liquidity)).collect();
    rows.sort_unstable_by_key(|row| row.meta().position);
    Ok(rows)
}

async fn created(view: &View, blocks: &RangeInclusive<u64>) -> Result<Vec<Pool>, Problem> {
    let created = view.snapshot.pools_created_in(blocks.clone(), MOST_EVENTS + 1).await?;
    bounded(created.len(), blocks)?;
    Ok(created)
}

fn bounded(events: usize, blocks: &RangeInclusive<u64>) -> Result<(), Problem> {
    if events <= MOST_EVENTS as usize {
        return Ok(());
    }
    let (from, to) = (blocks.start(), blocks.end());
    let detail = format!(
        "blocks {from} to {to} have more than {MOST_EVENTS} events, the most of one answer: ask for fewer blocks"
    );
    Err(Problem::bad_request("RANGE_INVALID", detail))
}

/// What the events' pools are, and were.
async fn known(
    view: &View,
    ids: Vec<PoolId>,
    created: Vec<Pool>,
    blocks: &RangeInclusive<u64>,
) -> Result<Known, Problem> {
    let snapshot = &view.snapshot;
    let mut pools = if ids.is_empty() { Vec::new() } else { snapshot.pools_by_ids(&ids).await? };
    let moved: BTreeSet<PoolId> = ids.into_iter().collect();
    pools.extend(created.into_iter().filter(|pool| !moved.contains(&pool.id)));
    let listed = pools::shown(view, pools).await?;
    let wanted: Vec<PoolId> = listed.keys().filter(|id| moved.contains(id)).copied().collect();
    let versions = snapshot.pools_in(&wanted, blocks.clone()).await?;
    let drifting: Vec<PoolId> = wanted
        .into_iter()
        .filter(|id| listed.get(id).is_some_and(|listed| !reserves::is_exact(listed)))
        .collect();
    let drifted = snapshot.reconciled(&drifting).await?;
    let drifted = drifted.into_iter().map(|one| (one.pool, one)).collect();
    Ok(Known { listed, versions, drifted })
}

//! The newest few periods of the rows of a page: they are read by their numbers, for all rows at once.

use api_kit::{problem::Problem, scope::Scope};
use async_graphql::{Context, Result};
use domain::{block::BlockRef, figures::Interval, ids::ChainId};

/// Most periods of a row.
const MOST: i32 = 31;

/// Fields of so many periods.
pub(super) fn cost(first: i32, child: usize) -> usize {
    usize::try_from(first).unwrap_or_default().saturating_mul(child).saturating_add(1)
}

/// Numbers of so many periods up to the one of the answer's block, newest first.
pub(super) async fn numbers(
    ctx: &Context<'_>,
    (chain, older): (ChainId, Option<BlockRef>),
    kind: Interval,
    first: i32,
) -> Result<Vec<u32>> {
    let count = u32::try_from(first).ok().filter(|_| (1..=MOST).contains(&first));
    let Some(count) = count else {
        let detail = format!("`first`: give 1 to {MOST} periods");
        return Err(Problem::bad_request("PAGE_SIZE_INVALID", detail).into());
    };
    let block = match older {
        Some(block) => block,
        None => ctx.data::<Scope>()?.at(chain).await?.block(),
    };
    let newest = kind.period(block.timestamp);
    Ok((newest.saturating_sub(count - 1)..=newest).rev().collect())
}

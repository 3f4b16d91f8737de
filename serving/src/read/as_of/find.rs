//! Which block a height or a time means, and what its header says.
//!
//! The store knows the headers of blocks that can still be taken back, the node those below ([`crate::past`]).

use api_kit::problem::Problem;
use domain::block::BlockRef;
use store::Snapshot;

use super::{AsOf, Older};
use crate::deps::ChainDeps;

/// Headers that are asked for at once when a time is looked for.
const AT_ONCE: u64 = 16;

/// The block that is meant, if it is not the newest.
pub(super) async fn older(
    snapshot: &Snapshot,
    deps: &ChainDeps,
    as_of: AsOf,
) -> Result<Option<Older>, Problem> {
    let newest = snapshot.block();
    let number = match as_of {
        AsOf::Block(number) if number > newest.number => {
            let detail =
                format!("block {number} is not indexed yet: the newest is {}", newest.number);
            return Err(Problem::unprocessable("BLOCK_IN_FUTURE", detail));
        }
        AsOf::Block(number) if number < deps.start_block => {
            return Err(before_start(&format!("block {number}"), deps));
        }
        AsOf::Block(number) => number,
        AsOf::Timestamp(timestamp) if timestamp > newest.timestamp => {
            let detail = format!(
                "what was at {timestamp} is not indexed yet: the newest block is of {}",
                newest.timestamp
            );
            return Err(Problem::unprocessable("BLOCK_IN_FUTURE", detail));
        }
        AsOf::Timestamp(timestamp) => match snapshot.block_at(timestamp).await? {
            Some(block) => block.number,
            None => by_time(deps, newest, timestamp).await?,
        },
    };
    if number == newest.number {
        return Ok(None);
    }
    if let Some((block, counters)) = snapshot.mark_at(number).await? {
        return Ok(Some(Older { block, counters: Some(counters) }));
    }
    let block = deps.past.headers(&[number]).await?.pop().ok_or_else(Problem::internal)?;
    Ok(Some(Older { block, counters: None }))
}

fn before_start(what: &str, deps: &ChainDeps) -> Problem {
    let detail = format!("{what} is below block {}, at which indexing begins", deps.start_block);
    Problem::unprocessable("BLOCK_BEFORE_START", detail)
}

/// The height of the newest block that is not younger than a time: a search in so many parts at a time.
async fn by_time(deps: &ChainDeps, newest: BlockRef, timestamp: u64) -> Result<u64, Problem> {
    let first = deps.past.headers(&[deps.start_block]).await?.pop();
    if first.is_none_or(|first| first.timestamp > timestamp) {
        return Err(before_start(&format!("time {timestamp}"), deps));
    }
    // the first is not younger, the second is
    let (mut low, mut high) = (deps.start_block, newest.number);
    while high - low > 1 {
        let asked = between(low, high);
        let headers = deps.past.headers(&asked).await?;
        for header in headers {
            if header.timestamp <= timestamp {
                low = low.max(header.number);
            } else {
                high = high.min(header.number);
            }
        }
    }
    Ok(low)
}

/// Heights between two, spread evenly; at least one where there is any.
fn between(low: u64, high: u64) -> Vec<u64> {
    let gap = high - low;
    let parts = gap.min(AT_ONCE + 1);
    // the product of a gap and a small number: heights stay far below 2^59
    (1..parts).map(|part| low + gap / parts * part + gap % parts * part / parts).collect()
}

//! Which block a height or a time means, and what its header says.
//!
//! The store knows the headers of blocks that can still be taken back, and of the one below them; the node those further
//! below ([`crate::past`]). It is never asked for others: what it says of them may not be what is stored.

use api_kit::problem::Problem;
use store::Snapshot;

use super::{AsOf, Older, start::start};
use crate::deps::ChainDeps;

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
        AsOf::Block(number) => {
            let start = start(snapshot, deps).await?;
            if number < start {
                return Err(before_start(&format!("block {number}"), start));
            }
            number
        }
        AsOf::Timestamp(timestamp) if timestamp > newest.timestamp => {
            let detail = format!(
                "what was at {timestamp} is not indexed yet: the newest block is of {}",
                newest.timestamp
            );
            return Err(Problem::unprocessable("BLOCK_IN_FUTURE", detail));
        }
        AsOf::Timestamp(timestamp) => match snapshot.block_at(timestamp).await? {
            Some(block) => block.number,
            None => by_time(snapshot, deps, timestamp).await?,
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

fn before_start(what: &str, start: u64) -> Problem {
    let detail = format!("{what} is below block {start}, at which indexing begins");
    Problem::unprocessable("BLOCK_BEFORE_START", detail)
}

/// The height of the newest block that is not younger than a time before all blocks that can still be taken back.
async fn by_time(snapshot: &Snapshot, deps: &ChainDeps, timestamp: u64) -> Result<u64, Problem> {
    let start = start(snapshot, deps).await?;
    let before = || before_start(&format!("time {timestamp}"), start);
    // where there is none, all that is indexed can be taken back, and is younger
    let settled = snapshot.settled().await?.ok_or_else(before)?;
    if settled.timestamp <= timestamp {
        return Ok(settled.number);
    }
    let first = deps.past.headers(&[start]).await?.pop().ok_or_else(Problem::internal)?;
    if first.timestamp > timestamp {
        return Err(before());
    }
    deps.past.at_time((start, settled.number), timestamp).await
}

//! Where a time lies among the blocks: found by looking at a few swaps.

use api_kit::problem::Problem;
use domain::row::Position;
use store::{Snapshot, SwapQuery};

/// So near is near enough: what lies between is read and told apart by its time.
const NEAR: u64 = 8;
/// Looks at most; each at least halves what is left, or nearly.
const LOOKS: u32 = 100;

/// Blocks around a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Around {
    /// All swaps at or below this block are older than the time.
    pub(crate) older: u64,
    /// All swaps at or above this block are not.
    pub(crate) younger: u64,
}

/// The blocks around a time, near to each other unless there are no swaps between; `since` is a block with its time before
/// which there are none.
pub(crate) async fn around(
    snapshot: &Snapshot,
    time: u64,
    since: (u64, u64),
) -> Result<Around, Problem> {
    look(snapshot, time, since, NEAR).await
}

/// The block from which on swaps are not older than a time, while all below it are; `since` as above.
pub(crate) async fn first_from(
    snapshot: &Snapshot,
    time: u64,
    since: (u64, u64),
) -> Result<u64, Problem> {
    Ok(look(snapshot, time, since, 1).await?.younger)
}

async fn look(
    snapshot: &Snapshot,
    time: u64,
    since: (u64, u64),
    near: u64,
) -> Result<Around, Problem> {
    let newest = snapshot.block();
    let mut search = Search::new(time, since, (newest.number, newest.timestamp), near);
    for _ in 0..LOOKS {
        let Some(block) = search.next() else { break };
        let after = Position { block: block.saturating_add(1), log_index: 0, item: 0 };
        let query = SwapQuery { after: Some(after), limit: 1, ..SwapQuery::default() };
        let found = snapshot.swaps(&query).await?.pop();
        search.learn(block, found.map(|swap| (swap.meta.position.block, swap.meta.timestamp)));
    }
    Ok(search.around())
}

/// Blocks with times on both sides, drawing near.
#[derive(Debug, Clone)]
struct Search {
    time: u64,
    /// All swaps up to this block are older.
    low: (u64, u64),
    /// All swaps from this block on are not.
    high: (u64, u64),
    /// So many blocks between both are near enough.
    near: u64,
    looks: u32,
}

impl Search {
    fn new(time: u64, since: (u64, u64), newest: (u64, u64), near: u64) -> Self {
        let low = (since.0.saturating_sub(1), since.1.min(time));
        // above the newest block there is nothing
        let high = (newest.0.saturating_add(1), newest.1.max(time));
        // nothing is older than what was there first
        let high = if since.1 >= time { (since.0.min(high.0), high.1) } else { high };
        let low = if newest.1 < time { (newest.0, low.1) } else { low };
        Self { time, low, high, near, looks: 0 }
    }

    /// The next block to look for swaps at or below.
    fn next(&mut self) -> Option<u64> {
        let blocks = self.high.0.saturating_sub(self.low.0);
        if blocks <= self.near {
            return None;
        }
        self.looks += 1;
        let seconds = self.high.1.saturating_sub(self.low.1);
        let into = self.time.saturating_sub(self.low.1);
        // blocks come at an even pace as a rule; where they do not, halves do
        let guess = if self.looks.is_multiple_of(3) || seconds == 0 {
            blocks / 2
        } else {
            let guess = u128::from(blocks) * u128::from(into) / u128::from(seconds);
            u64::try_from(guess).unwrap_or(blocks)
        };
        Some(self.low.0 + guess.clamp(1, blocks - 1))
    }

    /// The newest swap at or below a block, as block and time.
    fn learn(&mut self, block: u64, found: Option<(u64, u64)>) {
        match found {
            Some(found) if found.1 >= self.time => self.high = self.high.min(found),
            Some((_, seconds)) => self.low = (block, seconds),
            None => self.low.0 = block,
        }
    }

    const fn around(&self) -> Around {
        Around { older: self.low.0, younger: self.high.0 }
    }
}

#[cfg(test)]
mod tests;

//! Which blocks were when, as far as rows tell: each carries the time of its block.
//!
//! Lists are in the order of blocks, and clients ask for times. Blocks never go back in time, so rows that are known lie on both
//! sides of what is asked: where the border is, is guessed from the nearest two of them, and looked at again.

use bson::doc;
use domain::{
    block::BlockRef,
    row::{RowMeta, Swap},
};

use super::{Snapshot, plan::Plan};
use crate::{
    documents::end_of,
    error::StoreError,
    rows::{BY_GROUP, COLLECTION, Kept as _, RawChunk, group},
};

/// Looks for a border: each brings it closer, and what is missed is read in vain.
const LOOKS: u32 = 8;
/// Blocks between which nobody looks any closer.
const NEAR: u64 = 64;

/// A block of which the time is known.
#[derive(Debug, Clone, Copy)]
struct Known {
    block: u64,
    time: u64,
}

impl Snapshot {
    /// A time in Unix seconds at or above that of a block, and near it.
    pub async fn time_above(&self, block: u64) -> Result<u64, StoreError> {
        let newest = self.block().timestamp;
        if block >= self.block().number {
            return Ok(newest);
        }
        Ok(self.from(block.saturating_add(1)).await?.map_or(newest, |known| known.time))
    }

    /// A block that is later than a time in Unix seconds, as all above it are; of such one near the lowest. `None`: not even the
    /// newest is.
    pub async fn block_above(&self, time: u64) -> Result<Option<u64>, StoreError> {
        let BlockRef { number, timestamp, .. } = self.block();
        if timestamp <= time {
            return Ok(None);
        }
        let mut above = Known { block: number, time: timestamp };
        let Some(first) = self.from(0).await? else { return Ok(Some(above.block)) };
        if first.time > time {
            return Ok(Some(first.block));
        }
        let (mut below, mut end) = (first, above.block);
        for look in 0..LOOKS {
            if end.saturating_sub(below.block) <= NEAR {
                break;
            }
            // where blocks are made unevenly, halves are better than guesses
            let guess =
                if look % 3 == 2 { middle(below.block, end) } else { guess(below, above, time) };
            let guess = guess.clamp(below.block + 1, end - 1);
            match self.from(guess).await? {
                Some(known) if known.time <= time => below = known,
                Some(known) if known.block < above.block => {
                    above = known;
                    end = guess;
                }
                // nothing is between the guess and what is known above
                Some(_) | None => end = guess,
            }
        }
        Ok(Some(above.block))
    }

    /// The first block of a group of rows from this one on.
    async fn from(&self, block: u64) -> Result<Option<Known>, StoreError> {
        let found = self.raw(from(self.key(), block), None).await?;
        let Some(raw) = found.first() else { return Ok(None) };
        let mut rows: Vec<Swap> = Vec::new();
        RawChunk::new(raw)?.rows(|_| true, &mut rows)?;
        let known =
            |RowMeta { position, timestamp, .. }| Known { block: position.block, time: timestamp };
        Ok(rows.first().map(|row| known(row.meta)))
    }
}

const fn middle(below: u64, above: u64) -> u64 {
    below + (above - below) / 2
}

/// The block of a time, if blocks are made evenly between two.
fn guess(below: Known, above: Known, time: u64) -> u64 {
    let blocks = u128::from(above.block.saturating_sub(below.block));
    let seconds = u128::from(above.time.saturating_sub(below.time)).max(1);
    let passed = u128::from(time.saturating_sub(below.time));
    let blocks = u64::try_from(blocks * passed / seconds).unwrap_or(u64::MAX);
    below.block.saturating_add(blocks).saturating_add(1)
}

fn from(chain: i64, block: u64) -> Plan {
    let end = end_of(&doc! { "c": chain, "t": Swap::KIND });
    Plan {
        collection: COLLECTION,
        filter: doc! { "g": { "$gte": group(chain, Swap::KIND, block), "$lt": end } },
        sort: doc! { "g": 1 },
        index: BY_GROUP,
        limit: Some(1),
    }
}

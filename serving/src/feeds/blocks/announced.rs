//! The newest block that readers of blocks may know.

use api_kit::problem::Problem;
use domain::block::BlockRef;

use super::{Blocks, header};
use crate::feeds::view::View;

impl Blocks {
    /// The height up to which everything may be told.
    ///
    /// # Errors
    /// `NOT_READY` while no block lies deep enough.
    pub(in crate::feeds) async fn height(&self, view: &View) -> Result<u64, Problem> {
        Ok(match self.standing(view).await? {
            Standing::Known(block) => self.raised(view, block).number,
            Standing::Height(number) => {
                let announced = self.highest(view).map_or(number, |block| block.number);
                announced.max(number)
            }
        })
    }

    /// The block itself, with its time.
    ///
    /// # Errors
    /// As above; `CHAIN_UNAVAILABLE` where only the node knows its time and does not answer.
    pub(in crate::feeds) async fn announced(&self, view: &View) -> Result<BlockRef, Problem> {
        let block = match self.standing(view).await? {
            Standing::Known(block) => block,
            Standing::Height(number) => match self.highest(view) {
                Some(block) if block.number >= number => block,
                _ => header(view, number).await?,
            },
        };
        Ok(self.raised(view, block))
    }

    async fn standing(&self, view: &View) -> Result<Standing, Problem> {
        let (snapshot, newest) = (&view.snapshot, view.block());
        let settled = || async { snapshot.settled().await?.ok_or_else(not_deep_enough) };
        let Some(confirmations) = view.settings()?.confirmations else {
            return Ok(Standing::Known(settled().await?));
        };
        let height = newest.number.checked_sub(confirmations).ok_or_else(not_deep_enough)?;
        // what can be taken back is told by its record
        if let Some((block, _)) = snapshot.mark_at(height).await? {
            return Ok(Standing::Known(block));
        }
        let settled = settled().await?;
        let known = settled.number == height;
        Ok(if known { Standing::Known(settled) } else { Standing::Height(height) })
    }
}

/// What the store says of it.
enum Standing {
    /// The block.
    Known(BlockRef),
    /// Only its height: it lies below all that can be taken back, whose times the store does not keep.
    Height(u64),
}

fn not_deep_enough() -> Problem {
    Problem::unavailable(
        "NOT_READY",
        "no block lies deep enough yet that nobody can take it back; try again when the chain has grown",
    )
}

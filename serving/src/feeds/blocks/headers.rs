//! Headers of blocks that nobody can take back, by height and by time.

use api_kit::problem::Problem;
use domain::block::BlockRef;

use super::{Blocks, header};
use crate::feeds::view::View;

impl Blocks {
    /// The block at a height; `None` above the announced one.
    ///
    /// # Errors
    /// `CHAIN_UNAVAILABLE` when the node does not answer.
    pub(in crate::feeds) async fn at_height(
        &self,
        view: &View,
        height: u64,
    ) -> Result<Option<BlockRef>, Problem> {
        let announced = self.announced(view).await?;
        if height >= announced.number {
            return Ok((height == announced.number).then_some(announced));
        }
        header(view, height).await.map(Some)
    }

    /// The youngest announced block of a time or earlier (Unix seconds); `None` before the first block.
    ///
    /// # Errors
    /// `CHAIN_UNAVAILABLE` when the node does not answer.
    pub(in crate::feeds) async fn at_time(
        &self,
        view: &View,
        time: u64,
    ) -> Result<Option<BlockRef>, Problem> {
        let announced = self.announced(view).await?;
        if announced.timestamp <= time {
            return Ok(Some(announced));
        }
        let first = header(view, 0).await?;
        if first.timestamp > time {
            return Ok(None);
        }
        // the answer is `low` or above it and below `high`
        let (mut low, mut high) = (first, announced.number);
        while high - low.number > 1 {
            let middle = header(view, low.number + (high - low.number) / 2).await?;
            if middle.timestamp <= time { low = middle } else { high = middle.number }
        }
        Ok(Some(low))
    }
}

//! Headers of announced blocks, by height and by time. Those that can still be taken back are the store's: the node may
//! be on another branch by now, and what it says is remembered for ever.

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
        view: &mut View,
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
        view: &mut View,
        time: u64,
    ) -> Result<Option<BlockRef>, Problem> {
        let announced = self.announced(view).await?;
        if announced.timestamp <= time {
            return Ok(Some(announced));
        }
        if let Some(block) = view.snapshot.block_at(time).await? {
            return Ok(Some(if block.number < announced.number { block } else { announced }));
        }
        // it lies below all that can be taken back
        let settled = view.snapshot.settled().await?;
        let top = settled.filter(|settled| settled.number < announced.number).unwrap_or(announced);
        if top.timestamp <= time {
            return Ok(Some(top));
        }
        if header(view, 0).await?.timestamp > time {
            return Ok(None);
        }
        let number = view.chain()?.past.at_time((0, top.number), time).await?;
        header(view, number).await.map(Some)
    }
}

//! The newest block that readers of blocks may know.

use api_kit::problem::Problem;
use domain::block::BlockRef;

use super::{
    Blocks, header,
    highest::{Announced, Seen},
};
use crate::feeds::view::View;

impl Blocks {
    /// The height up to which everything may be told. It is stored for this request, whose view is taken again if it is
    /// older than what was announced.
    ///
    /// # Errors
    /// `NOT_READY` while no block lies deep enough, or what is stored ends below what was announced.
    pub(in crate::feeds) async fn height(&self, view: &mut View) -> Result<u64, Problem> {
        let announced = self.before(view).await?.map(|announced| announced.block.number);
        let number = match self.standing(view).await? {
            Standing::Known(block) => {
                self.highest.raise(view.chain_id, block, view.now());
                block.number
            }
            Standing::Height(number) => number,
        };
        Ok(announced.map_or(number, |announced| announced.max(number)))
    }

    /// The block itself, with its time.
    ///
    /// # Errors
    /// As above; `CHAIN_UNAVAILABLE` where only the node knows its time and does not answer.
    pub(in crate::feeds) async fn announced(&self, view: &mut View) -> Result<BlockRef, Problem> {
        let announced = self.before(view).await?;
        let standing = self.standing(view).await?;
        let announced = announced.filter(|announced| announced.block.number >= standing.number());
        let block = match (announced, standing) {
            (Some(announced), standing) => self.still(view, &announced, &standing).await?,
            (None, Standing::Known(block)) => block,
            (None, Standing::Height(number)) => header(view, number).await?,
        };
        let highest = self.highest.raise(view.chain_id, block, view.now());
        // another request may have announced one meanwhile that is not stored for this one
        Ok(if highest.number <= view.block().number { highest } else { block })
    }

    /// What was announced before. A view that was taken earlier than that, and does not reach it, is taken again.
    async fn before(&self, view: &mut View) -> Result<Option<Announced>, Problem> {
        let Some(announced) = self.highest.get(view.chain_id) else { return Ok(None) };
        if announced.seen(view.block().number, view.turn) == Seen::Earlier {
            *view = view.again().await?;
        }
        match announced.seen(view.block().number, view.turn) {
            Seen::Reached => Ok(Some(announced)),
            Seen::Earlier | Seen::Gone => Err(shorter()),
        }
    }

    /// The block at the height that was announced: another one, if the chain was taken back that deep.
    async fn still(
        &self,
        view: &View,
        announced: &Announced,
        standing: &Standing,
    ) -> Result<BlockRef, Problem> {
        let (number, known) = (announced.block.number, announced.block);
        // who looked earlier may have seen the branch that is gone
        if !announced.is_known(view.turn) {
            return Ok(known);
        }
        let now = match standing {
            Standing::Known(block) if block.number == number => Some(*block),
            _ => view.snapshot.mark_at(number).await?.map(|(block, _)| block),
        };
        let now = now.unwrap_or(known);
        if now != known {
            self.highest.replace(view.chain_id, announced, now, view.now());
        }
        Ok(now)
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

impl Standing {
    const fn number(&self) -> u64 {
        match self {
            Self::Known(block) => block.number,
            Self::Height(number) => *number,
        }
    }
}

fn not_deep_enough() -> Problem {
    Problem::unavailable(
        "NOT_READY",
        "no block lies deep enough yet that nobody can take it back; try again when the chain has grown",
    )
}

fn shorter() -> Problem {
    Problem::unavailable(
        "NOT_READY",
        "what is stored ends below a block that was announced: the chain was taken back; try again in a moment",
    )
}

//! Seeing a story: in memory alone, and through the store as an indexer does.

use anyhow::{Context, Result};
use devchain::Dice;
use domain::{
    block::Block,
    fold::{BlockChanges, State, needs::Needs},
};
use store::{Batch, Writer};

use super::{Market, Move, Story};

/// Follows a story in memory, and folds its last branch alone; both give the changes of each block and the state.
///
/// # Errors
/// When a block cannot be folded.
pub fn follow_in_memory(market: &Market, story: &Story) -> Result<[(Vec<BlockChanges>, State); 2]> {
    let mut state = State::default();
    let mut seen: Vec<BlockChanges> = Vec::new();
    for step in &story.moves {
        match step {
            Move::Grow(blocks) => seen.extend(fold(market, &mut state, blocks)?),
            Move::Drop(depth) => {
                for _ in 0..*depth {
                    state.revert(&seen.pop().context("more blocks go than came")?);
                }
            }
        }
    }
    let mut alone = State::default();
    let clean = fold(market, &mut alone, &story.chain)?;
    Ok([(seen, state), (clean, alone)])
}

fn fold(market: &Market, state: &mut State, blocks: &[Block]) -> Result<Vec<BlockChanges>> {
    Needs::new(&market.watch, blocks).load(state, |_| None);
    let apply = |block| state.apply(block, &market.watch, &market.metadata);
    Ok(blocks.iter().map(apply).collect::<Result<_, _>>()?)
}

/// Follows a story as an indexer does: what comes is folded on what the store has and committed, what goes is taken back
/// in the store, block by block.
///
/// # Errors
/// When a block cannot be folded or stored.
pub async fn follow(market: &Market, story: &Story, writer: &Writer, seed: u64) -> Result<()> {
    let mut dice = Dice::new(seed);
    let mut state = State::default();
    for step in &story.moves {
        match step {
            Move::Grow(blocks) => {
                let head = blocks.last().map_or(0, |block| block.header.number);
                let undo_from = (head + 1).saturating_sub(story.window);
                commit(market, writer, &mut state, &mut dice, blocks, undo_from).await?;
            }
            Move::Drop(depth) => {
                for _ in 0..*depth {
                    writer.revert_newest().await?;
                }
                // what is remembered may not be true any more
                let stands = writer.watermark().await?;
                state = State::new(stands.map(|stands| stands.counters).unwrap_or_default());
            }
        }
    }
    Ok(())
}

/// Indexes the last branch of a story and nothing else.
///
/// # Errors
/// When a block cannot be folded or stored.
pub async fn clean(market: &Market, story: &Story, writer: &Writer, seed: u64) -> Result<()> {
    let head = story.chain.last().map_or(0, |block| block.header.number);
    let undo_from = (head + 1).saturating_sub(story.window);
    let mut state = State::default();
    commit(market, writer, &mut state, &mut Dice::new(seed), &story.chain, undo_from).await
}

/// Commits the blocks in batches of random size.
async fn commit(
    market: &Market,
    writer: &Writer,
    state: &mut State,
    dice: &mut Dice,
    mut blocks: &[Block],
    undo_from: u64,
) -> Result<()> {
    while !blocks.is_empty() {
        let size = usize::try_from(dice.between(1, 30))?.min(blocks.len());
        let (batch, rest) = blocks.split_at(size);
        let needs = Needs::new(&market.watch, batch);
        loop {
            let missing = needs.missing(state);
            if missing.is_empty() {
                break;
            }
            for (key, entity) in writer.load(&missing).await? {
                state.load(key, entity);
            }
        }
        let mut changes = Vec::with_capacity(batch.len());
        for block in batch {
            changes.push(state.apply(block, &market.watch, &market.metadata)?);
        }
        let parent = writer.watermark().await?.map(|watermark| watermark.block.number);
        let batch = Batch { parent, blocks: &changes, undo_from, prune_undo_below: undo_from };
        writer.commit(&batch).await?;
        blocks = rest;
    }
    Ok(())
}

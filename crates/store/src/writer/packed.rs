//! Blocks on their way into the store: what of a commit depends on nothing stored, made while the commit before is
//! under way. A block that nobody can take back is let go as soon as it is packed.

use bson::{Document, RawDocumentBuf};
use domain::{
    block::BlockRef,
    entity::Counters,
    fold::{BlockChanges, Entity, Key},
    map::Map,
};

use super::{
    contracts, entity_id,
    prepare::{Images, encode_entity},
};
use crate::{
    candles::BlockSteps,
    documents::{encode, nft_transfer},
    error::StoreError,
    history, rows,
};

/// The run of blocks that something was made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) first: BlockRef,
    pub(super) before: Counters,
    pub(super) last: BlockRef,
    pub(super) after: Counters,
    blocks: u64,
}

/// How much was packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Height of the first block.
    pub first: u64,
    /// Blocks.
    pub blocks: u64,
}

impl Packed {
    /// How much this is; `None` when there was no block.
    #[must_use]
    pub fn extent(&self) -> Option<Extent> {
        self.span.map(|span| Extent { first: span.first.number, blocks: span.blocks })
    }
}

/// A block that can be taken back: its changes with their images from before.
#[derive(Debug)]
pub(super) struct Undoable {
    pub(super) changes: BlockChanges,
    /// The block below it in the run, with its counters.
    pub(super) below: Option<(BlockRef, Counters)>,
}

/// Takes blocks in, one after the other.
#[derive(Debug)]
pub struct Packer {
    chain: i64,
    undo_from: u64,
    span: Option<Span>,
    rows: rows::Packer,
    history: history::Packer,
    contracts: contracts::Packer,
    transfers: Vec<RawDocumentBuf>,
    candles: Vec<BlockSteps>,
    undo: Vec<Undoable>,
    latest: Map<Key, Option<Entity>>,
}

/// A run of blocks in its stored form, as far as that depends on nothing stored.
#[derive(Debug)]
pub struct Packed {
    /// `None` when there was no block.
    pub(super) span: Option<Span>,
    pub(super) rows: Vec<RawDocumentBuf>,
    pub(super) history: Vec<RawDocumentBuf>,
    pub(super) transfers: Vec<RawDocumentBuf>,
    pub(super) contracts: Vec<contracts::Insert>,
    pub(super) images: Vec<(&'static str, Images)>,
    pub(super) candles: Vec<BlockSteps>,
    pub(super) undo: Vec<Undoable>,
}

impl Packer {
    pub(super) fn new(chain: i64, undo_from: u64) -> Self {
        Self {
            chain,
            undo_from,
            span: None,
            rows: rows::Packer::new(chain),
            history: history::Packer::new(chain),
            contracts: contracts::Packer::default(),
            transfers: Vec::new(),
            candles: Vec::new(),
            undo: Vec::new(),
            latest: Map::default(),
        }
    }

    /// Takes the next block in. After an error the packer is of no use.
    ///
    /// # Errors
    /// [`StoreError::InvalidBatch`] when the block does not continue the one before, or its rows do not ascend.
    pub fn push(&mut self, mut changes: BlockChanges) -> Result<(), StoreError> {
        let below = self.continue_with(&changes)?;
        let number = changes.block.number;
        let undoable = number >= self.undo_from;
        self.rows.push(number, &changes.rows, undoable)?;
        self.history.push(number, &changes.changes, undoable);
        self.contracts.push(self.chain, &changes.rows.contract_events)?;
        for row in &changes.rows.nft_transfers {
            self.transfers.push(encode::<nft_transfer::Doc>(self.chain, row)?);
        }
        for change in &changes.changes {
            self.latest.insert(change.key, change.after.clone());
        }
        let steps = std::mem::take(&mut changes.rows.candles);
        if !steps.is_empty() {
            self.candles.push(BlockSteps { block: number, steps, undoable });
        }
        if undoable {
            // they are packed
            changes.rows = Default::default();
            self.undo.push(Undoable { changes, below });
        }
        Ok(())
    }

    /// Goes on to this block; gives the one below it.
    fn continue_with(
        &mut self,
        changes: &BlockChanges,
    ) -> Result<Option<(BlockRef, Counters)>, StoreError> {
        let invalid = |why: String| Err(StoreError::InvalidBatch { why });
        let (above, before, after) =
            (changes.block, changes.counters_before, changes.counters_after);
        let Some(span) = &mut self.span else {
            self.span = Some(Span { first: above, before, last: above, after, blocks: 1 });
            return Ok(None);
        };
        let below = span.last;
        if above.number <= below.number {
            return invalid(format!("block {} follows block {}", above.number, below.number));
        }
        if above.number - below.number == 1 && above.parent_hash != below.hash {
            let (above, below) = (above.number, below.number);
            return invalid(format!("block {above} does not link to block {below}"));
        }
        if before != span.after {
            return invalid(format!("the counters of block {} do not continue", above.number));
        }
        let found = (below, span.after);
        (span.last, span.after, span.blocks) = (above, after, span.blocks + 1);
        Ok(Some(found))
    }

    /// The run in its stored form.
    ///
    /// # Errors
    /// [`StoreError::Encode`] when an entity has no stored form.
    pub fn finish(self) -> Result<Packed, StoreError> {
        let images = images(self.chain, self.latest)?;
        Ok(Packed {
            span: self.span,
            rows: self.rows.finish(),
            history: self.history.finish(),
            transfers: self.transfers,
            contracts: self.contracts.finish(),
            images,
            candles: self.candles,
            undo: self.undo,
        })
    }
}

/// The newest images by collection, in the order of their keys: of two writers each waits for the other at the same place.
fn images(
    chain: i64,
    latest: Map<Key, Option<Entity>>,
) -> Result<Vec<(&'static str, Images)>, StoreError> {
    let mut latest: Vec<_> = latest.into_iter().collect();
    latest.sort_unstable_by_key(|(key, _)| *key);
    let mut all: Vec<(&'static str, Images)> = Vec::new();
    for (key, image) in latest {
        let (collection, id): (_, Document) = entity_id(chain, &key);
        if all.last().is_none_or(|(last, _)| *last != collection) {
            all.push((collection, Images::default()));
        }
        let Some((_, images)) = all.last_mut() else { continue };
        match image {
            Some(entity) => {
                let document = encode_entity(chain, collection, &id, &entity)?;
                images.upserts.push((id, document));
            }
            None => images.deletes.push(id),
        }
    }
    Ok(all)
}

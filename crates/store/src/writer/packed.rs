//! The part of a batch that depends on nothing stored: made while the batch before it is still being written.

use bson::RawDocumentBuf;
use domain::fold::BlockChanges;

use super::Batch;
use crate::{error::StoreError, history, rows};

/// Rows and history of a run of blocks, as they will be stored.
#[derive(Debug)]
pub struct Packed {
    pub(super) rows: Vec<RawDocumentBuf>,
    pub(super) history: Vec<RawDocumentBuf>,
    /// First and last block, and from where on blocks can be taken back.
    of: (Option<u64>, Option<u64>, u64),
}

impl Packed {
    pub(super) fn new(
        chain: i64,
        blocks: &[BlockChanges],
        undo_from: u64,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            rows: rows::encode(chain, blocks, undo_from)?,
            history: history::encode(chain, blocks, undo_from),
            of: Self::span(blocks, undo_from),
        })
    }

    /// Refuses what was made of other blocks.
    pub(super) fn check(&self, batch: &Batch<'_>) -> Result<(), StoreError> {
        if self.of == Self::span(batch.blocks, batch.undo_from) {
            return Ok(());
        }
        Err(StoreError::InvalidBatch { why: "it was packed of other blocks".to_owned() })
    }

    fn span(blocks: &[BlockChanges], undo_from: u64) -> (Option<u64>, Option<u64>, u64) {
        let number = |changes: Option<&BlockChanges>| changes.map(|changes| changes.block.number);
        (number(blocks.first()), number(blocks.last()), undo_from)
    }
}

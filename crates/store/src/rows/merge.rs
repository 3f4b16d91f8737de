//! Groups of rows into one.

use bson::RawDocumentBuf;
use domain::row::{
    LiquidityEvent, LiquidityPositionSnapshot, PairLiquidity, PositionEvent, PositionSnapshot, Swap,
};

use super::{COLLECTION, Kept, RawChunk, pack::Chunks};
use crate::error::StoreError;

/// The rows of these chunks, of whole groups of one kind that follow each other, as one group. `apart`: it is merged again
/// later.
pub(crate) fn merged(
    chain: i64,
    kind: i32,
    chunks: &[RawDocumentBuf],
    apart: bool,
) -> Result<Vec<RawDocumentBuf>, StoreError> {
    match kind {
        Swap::KIND => merge::<Swap>(chain, chunks, apart),
        LiquidityEvent::KIND => merge::<LiquidityEvent>(chain, chunks, apart),
        PairLiquidity::KIND => merge::<PairLiquidity>(chain, chunks, apart),
        LiquidityPositionSnapshot::KIND => merge::<LiquidityPositionSnapshot>(chain, chunks, apart),
        PositionSnapshot::KIND => merge::<PositionSnapshot>(chain, chunks, apart),
        PositionEvent::KIND => merge::<PositionEvent>(chain, chunks, apart),
        kind => Err(StoreError::Corrupt {
            collection: COLLECTION,
            id: format!("of kind {kind}"),
            why: "no kind of row has this number".to_owned(),
        }),
    }
}

fn merge<R: Kept>(
    chain: i64,
    chunks: &[RawDocumentBuf],
    apart: bool,
) -> Result<Vec<RawDocumentBuf>, StoreError> {
    let mut rows: Vec<R> = Vec::new();
    for raw in chunks {
        RawChunk::new(raw)?.rows(|_| true, &mut rows)?;
    }
    rows.sort_unstable_by_key(|row| row.meta().position);
    let (mut packed, mut done) = (Chunks::<R>::new(chain), Vec::new());
    for block in rows.chunk_by(|a, b| a.meta().position.block == b.meta().position.block) {
        let number = block.first().map_or(0, |row| row.meta().position.block);
        packed.push_all(number, block)?;
    }
    packed.close(apart, &mut done);
    Ok(done)
}

//! Rows out of chunks.

use std::fmt::Debug;

use bson::RawDocument;
use domain::{
    flat::FlatMeta,
    ids::PoolId,
    record::Both,
    row::{
        LiquidityEvent, LiquidityPositionSnapshot, PairLiquidity, Position, PositionEvent,
        PositionSnapshot, Swap,
    },
};

use super::{COLLECTION, Kept};
use crate::{error::StoreError, packed::Decoder};

/// A stored chunk.
#[derive(Debug)]
pub(crate) struct RawChunk<'a> {
    kind: i32,
    pool: PoolId,
    /// Where its first row stands.
    first: Position,
    /// First block of its group.
    pub(crate) group: u64,
    bytes: &'a [u8],
    /// For messages.
    id: String,
}

impl<'a> RawChunk<'a> {
    /// Reads a document of the collection.
    pub(crate) fn new(raw: &'a RawDocument) -> Result<Self, StoreError> {
        let id = || format!("{:?}", raw.get("_id"));
        let parts = || -> Result<_, bson::error::Error> {
            let key = raw.get_document("_id")?;
            let group = raw.get_document("g")?.get_i64("b")?;
            let first = (key.get_i64("b")?, key.get_i64("l")?, key.get_i64("i")?);
            let (kind, pool) = (key.get_i32("t")?, key.get_binary("p")?.bytes);
            Ok((kind, pool, first, group, raw.get_binary("v")?.bytes))
        };
        let corrupt = |why: String| StoreError::Corrupt { collection: COLLECTION, id: id(), why };
        let (kind, pool, first, group, bytes) =
            parts().map_err(|error| corrupt(error.to_string()))?;
        let pool = PoolId::from_slice(pool).ok_or_else(|| corrupt("it has no pool".to_owned()))?;
        let (block, log_index, item) = first;
        let small = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        let (log_index, item) = (small(log_index), small(item));
        let first = Position { block: block.cast_unsigned(), log_index, item };
        Ok(Self { kind, pool, first, group: group.cast_unsigned(), bytes, id: id() })
    }

    /// Where its first row stands.
    pub(crate) const fn first(&self) -> Position {
        self.first
    }

    /// The pool all rows are of.
    pub(crate) const fn pool(&self) -> PoolId {
        self.pool
    }

    /// The rows that `keep` wants, ascending by position.
    pub(crate) fn rows<R: Kept>(
        &self,
        mut keep: impl FnMut(&Both<FlatMeta, R::Own>) -> bool,
        out: &mut Vec<R>,
    ) -> Result<(), StoreError> {
        let corrupt = |error: crate::packed::PackedError| StoreError::Corrupt {
            collection: COLLECTION,
            id: self.id.clone(),
            why: error.to_string(),
        };
        let mut decoder = Decoder::<Both<FlatMeta, R::Own>>::new(self.bytes).map_err(corrupt)?;
        while let Some((_, exists)) = decoder.step().map_err(corrupt)? {
            if exists && keep(decoder.record()) {
                out.push(R::of(self.pool, decoder.record().clone()));
            }
        }
        Ok(())
    }
}

/// All rows of a chunk as text; for comparisons.
pub(crate) fn texts(chunk: &RawChunk<'_>) -> Result<Vec<String>, StoreError> {
    match chunk.kind {
        Swap::KIND => debug::<Swap>(chunk),
        LiquidityEvent::KIND => debug::<LiquidityEvent>(chunk),
        PairLiquidity::KIND => debug::<PairLiquidity>(chunk),
        LiquidityPositionSnapshot::KIND => debug::<LiquidityPositionSnapshot>(chunk),
        PositionSnapshot::KIND => debug::<PositionSnapshot>(chunk),
        PositionEvent::KIND => debug::<PositionEvent>(chunk),
        kind => Err(StoreError::Corrupt {
            collection: COLLECTION,
            id: chunk.id.clone(),
            why: format!("no kind of row has the number {kind}"),
        }),
    }
}

fn debug<R: Kept + Debug>(chunk: &RawChunk<'_>) -> Result<Vec<String>, StoreError> {
    let mut rows: Vec<R> = Vec::new();
    chunk.rows(|_| true, &mut rows)?;
    Ok(rows.iter().map(|row| format!("{row:?}")).collect())
}

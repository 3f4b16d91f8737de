//! Versions of an entity out of chunks into other chunks: larger ones, or without what is too old.

use bson::{Binary, RawDocumentBuf, rawdoc, spec::BinarySubtype};
use domain::{
    figures::{
        Account, Factory, LiquidityPosition, NftPosition, PoolInterval, ProtocolDay, TickDay,
        TickWord, TokenFigures, TokenInterval,
    },
    record::Record,
    version::{NftVersion, PoolIdentity, PoolVersion, TickVersion, TokenVersion},
};

use super::{
    Chunk, IDENTITY, Tagged, id,
    pack::{BYTES, VERSIONS},
};
use crate::{
    error::StoreError,
    packed::{Encoder, PackedError},
};

/// The versions of all these chunks of one entity, which ascend, in as few chunks as may be. With `from` those that say
/// nothing about that block and what lies above are left out; when nothing is left, the entity was gone.
pub(crate) fn repack(
    chain: i64,
    key: &Tagged,
    chunks: &[Chunk<'_>],
    from: Option<u64>,
) -> Result<Vec<RawDocumentBuf>, StoreError> {
    let of = Of { chain, key, chunks, from };
    match key.tag {
        IDENTITY => of.packed::<PoolIdentity>(),
        1 => of.packed::<PoolVersion>(),
        2 => of.packed::<TickVersion>(),
        3 => of.packed::<TokenVersion>(),
        4 => of.packed::<NftVersion>(),
        5 => of.packed::<Factory>(),
        6 => of.packed::<ProtocolDay>(),
        7 => of.packed::<TokenFigures>(),
        8 => of.packed::<PoolInterval>(),
        9 => of.packed::<TokenInterval>(),
        10 => of.packed::<Account>(),
        11 => of.packed::<LiquidityPosition>(),
        12 => of.packed::<NftPosition>(),
        13 => of.packed::<TickWord>(),
        14 => of.packed::<TickDay>(),
        _ => Err(of.corrupt(&PackedError::Invalid("kind of entity"))),
    }
}

struct Of<'a> {
    chain: i64,
    key: &'a Tagged,
    chunks: &'a [Chunk<'a>],
    from: Option<u64>,
}

/// A chunk that grows.
struct Open<R> {
    first: u64,
    last: u64,
    encoder: Encoder<R>,
}

impl Of<'_> {
    fn packed<R: Record + Default + Clone>(&self) -> Result<Vec<RawDocumentBuf>, StoreError> {
        let (mut done, mut open): (Vec<RawDocumentBuf>, Option<Open<R>>) = (Vec::new(), None);
        // the newest version at or below `from`, until a newer one turns up
        let mut held: Option<(u64, Option<R>)> = None;
        let mut failed = None;
        for chunk in self.chunks {
            let read = chunk.each::<R>(|block, record| {
                if self.from.is_some_and(|from| block <= from) {
                    held = Some((block, record.cloned()));
                    return true;
                }
                if let Some((block, record)) = held.take() {
                    self.push(&mut open, &mut done, block, record.as_ref());
                }
                self.push(&mut open, &mut done, block, record);
                true
            });
            if let Err(error) = read {
                failed.get_or_insert(chunk.corrupt(&error));
            }
        }
        if let Some(error) = failed {
            return Err(error);
        }
        if let Some((block, record)) = held {
            self.push(&mut open, &mut done, block, record.as_ref());
        }
        done.extend(open.map(|open| self.close(open)));
        Ok(done)
    }

    fn push<R: Record + Default + Clone>(
        &self,
        open: &mut Option<Open<R>>,
        done: &mut Vec<RawDocumentBuf>,
        block: u64,
        record: Option<&R>,
    ) {
        // who finds no version finds what was there before the first one: nothing
        let nothing_yet = open.is_none() && done.is_empty();
        if self.from.is_some() && nothing_yet && record.is_none() {
            return;
        }
        let full =
            |open: &Open<R>| open.encoder.count() >= VERSIONS || open.encoder.size() >= BYTES;
        if open.as_ref().is_some_and(full) {
            done.extend(open.take().map(|open| self.close(open)));
        }
        let open =
            open.get_or_insert_with(|| Open { first: block, last: block, encoder: Encoder::new() });
        open.encoder.push(block.saturating_sub(open.last), record);
        open.last = block;
    }

    fn close<R: Record + Default + Clone>(&self, open: Open<R>) -> RawDocumentBuf {
        let count = i64::from(open.encoder.count());
        document(self.chain, self.key, open.first, open.last, count, open.encoder.finish(), false)
    }

    fn corrupt(&self, error: &PackedError) -> StoreError {
        StoreError::Corrupt {
            collection: super::COLLECTION,
            id: format!("{:?}", self.key),
            why: error.to_string(),
        }
    }
}

/// A chunk as stored. `apart`: of a block that has chunks of its own, which are merged later ([`super::APART`]).
pub(super) fn document(
    chain: i64,
    key: &Tagged,
    first: u64,
    last: u64,
    count: i64,
    bytes: Vec<u8>,
    apart: bool,
) -> RawDocumentBuf {
    let id = id(chain, key, first);
    let last = i64::try_from(last).unwrap_or(i64::MAX);
    let bytes = Binary { subtype: BinarySubtype::Generic, bytes };
    if apart {
        rawdoc! { "_id": id, "l": last, "n": count, "v": bytes, "s": true }
    } else {
        rawdoc! { "_id": id, "l": last, "n": count, "v": bytes }
    }
}

//! Time travel: what every entity was after each block that changed it.
//!
//! Collection `history`, `_id {c, t, k, f}` (chain, kind of entity, key, first block): a chunk of consecutive versions of
//! one entity, packed. The version valid at a block is in the chunk with the greatest first block at or below it, so a
//! point read looks at one document; a pool's identity, which never changes, is in its own document, and beside the pool's
//! versions once more, for who rebuilds that document.
//!
//! A batch writes one chunk per entity it touched. Blocks that a reorg can take back have chunks of their own: taking a
//! block back removes them by their ids. They carry `s`, by which they are found when nobody can take them back any more;
//! then they are merged (`upkeep`).

use bson::{Binary, Document, RawDocumentBuf, doc, rawdoc, spec::BinarySubtype};

use crate::codec::Num;

mod key;
mod pack;
mod read;
mod repack;
#[cfg(test)]
mod tests;

pub(crate) use key::{IDENTITY, POOL, Tagged, identity, tagged};
pub(crate) use pack::Packer;
pub(crate) use read::{Chunk, Image};
pub(crate) use repack::repack;

pub(crate) const COLLECTION: &str = "history";

/// The index of the chunks that blocks have for themselves.
pub(crate) const APART: &str = "apart";

/// The `_id` of the chunk of an entity that begins at a block.
pub(crate) fn id(chain: i64, key: &Tagged, first: u64) -> RawDocumentBuf {
    let bytes = Binary { subtype: BinarySubtype::Generic, bytes: key.bytes.clone() };
    rawdoc! { "c": chain, "t": key.tag, "k": bytes, "f": i64::try_from(first).unwrap_or(i64::MAX) }
}

/// The same as a part of a query.
pub(crate) fn id_document(chain: i64, key: &Tagged, first: u64) -> Document {
    let bytes = Binary { subtype: BinarySubtype::Generic, bytes: key.bytes.clone() };
    doc! { "c": chain, "t": key.tag, "k": bytes, "f": Num(first).bound() }
}

/// The chunk that came with the first version of an entity, if it is one that has such: what never changes about a pool.
pub(crate) fn made_with(chain: i64, key: &Tagged, is_new: bool, block: u64) -> Option<Document> {
    let identity = || Tagged { tag: IDENTITY, bytes: key.bytes.clone() };
    (is_new && key.tag == POOL).then(|| id_document(chain, &identity(), block))
}

/// The chunks of an entity that begin at or below a block; the last of them says what was valid then.
pub(crate) fn up_to(chain: i64, key: &Tagged, block: u64) -> Document {
    let (least, most) = (id_document(chain, key, 0), id_document(chain, key, block));
    doc! { "_id": { "$gte": least, "$lte": most } }
}

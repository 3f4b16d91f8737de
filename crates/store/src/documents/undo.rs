//! Collection `undo`: `_id {c, b, n}` (chain, block, part). What a block changed, as it was before.
//!
//! Part 0 names the block and the watermark below it; every part holds before-images, so that no block is too large for
//! one document. The rows a block added need no list: their ids start with chain and block.

use bson::{Binary, Document, RawDocumentBuf, doc};
use domain::block::BlockRef;
use serde::{Deserialize, Serialize};

use super::{Stored, encode_doc, watermark};
use crate::{
    codec::{Num, Small},
    error::StoreError,
    watermark::Watermark,
};

/// Images per part: at most a few megabytes.
const IMAGES_PER_PART: usize = 4_000;

/// Identity.
#[derive(Debug, Serialize, Deserialize)]
struct Id {
    c: i64,
    b: Num,
    n: Small,
}

/// The `_id`s of a block's record start with this.
pub(crate) fn id_prefix(chain: i64, block: u64) -> Document {
    doc! { "c": chain, "b": Num(block).bound() }
}

/// An entity before the block.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Image {
    /// Collection.
    pub(crate) k: String,
    /// `_id`.
    pub(crate) i: Document,
    /// The document; `None` where there was none.
    pub(crate) d: Option<RawDocumentBuf>,
    /// Kind and key of the entity in the history.
    pub(crate) h: (i32, Binary),
}

/// Part 0's own fields.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    block: watermark::Block,
    /// The watermark before the block; `None` before the first block.
    prev: Option<watermark::Doc>,
}

/// A part as stored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Doc {
    _id: Id,
    head: Option<Head>,
    #[serde(default)]
    images: Vec<Image>,
}

impl Doc {
    pub(crate) const COLLECTION: &'static str = "undo";

    /// The block, if this is part 0.
    pub(crate) fn block(&self) -> Option<BlockRef> {
        self.head.as_ref().map(|head| head.block.domain())
    }

    /// What part 0 says, and the images.
    pub(crate) fn into_parts(self) -> (Option<(BlockRef, Option<Watermark>)>, Vec<Image>) {
        let head = self.head.map(|head| (head.block.domain(), head.prev.map(Stored::into_domain)));
        (head, self.images)
    }

    /// The block and the watermark below it, if this is part 0.
    pub(crate) fn head(self) -> Option<(BlockRef, Option<Watermark>)> {
        self.into_parts().0
    }
}

/// The parts of a block's record.
pub(crate) fn encode(
    chain: i64,
    block: &BlockRef,
    prev: Option<&Watermark>,
    images: &[Image],
) -> Result<Vec<RawDocumentBuf>, StoreError> {
    let mut head = Some(Head {
        block: watermark::Block::new(block),
        prev: prev.map(|prev| watermark::Doc::from_domain(chain, prev)),
    });
    let rest = images.chunks(IMAGES_PER_PART).skip(1);
    let first = images.get(..IMAGES_PER_PART).unwrap_or(images);
    (0u32..)
        .zip(std::iter::once(first).chain(rest))
        .map(|(n, images)| {
            let id = Id { c: chain, b: Num(block.number), n: Small(n) };
            encode_doc(
                Doc::COLLECTION,
                &Doc { _id: id, head: head.take(), images: images.to_vec() },
            )
        })
        .collect()
}

/// A whole record.
#[derive(Debug)]
pub(crate) struct Record {
    /// The block it takes back.
    pub(crate) block: BlockRef,
    /// The watermark below.
    pub(crate) prev: Option<Watermark>,
    /// All images.
    pub(crate) images: Vec<Image>,
}

/// Puts the parts together; `None` without part 0.
pub(crate) fn assemble(parts: Vec<Doc>) -> Option<Record> {
    let mut head = None;
    let mut images = Vec::new();
    for part in parts {
        head = head.or(part.head);
        images.extend(part.images);
    }
    let Head { block, prev } = head?;
    Some(Record { block: block.domain(), prev: prev.map(Stored::into_domain), images })
}

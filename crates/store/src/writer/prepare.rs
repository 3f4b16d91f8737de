//! A batch in its stored form, made once before the transaction and its retries.

use std::borrow::Cow;

use bson::{Binary, Document, RawDocumentBuf, spec::BinarySubtype};
use domain::fold::{Entity, Key};

use super::{
    Packed, Watermark, describe, entity_id,
    packed::{Span, Undoable},
};
use crate::{
    candles,
    documents::{
        Stored, encode, nft_balance, nft_transfer, pool, record, tick, token, undo, watermark,
    },
    error::StoreError,
    history, rows,
};

/// New images and removals of one collection.
#[derive(Debug, Default)]
pub(crate) struct Images {
    pub(crate) upserts: Vec<(Document, RawDocumentBuf)>,
    pub(crate) deletes: Vec<Document>,
}

/// What the transaction writes.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) watermark: RawDocumentBuf,
    pub(super) inserts: Vec<(Cow<'static, str>, Vec<RawDocumentBuf>)>,
    pub(super) images: Vec<(&'static str, Images)>,
}

/// Puts together what was packed and what depends on `current`.
pub(super) fn prepare(
    chain: i64,
    span: &Span,
    current: Option<&Watermark>,
    mut candles: candles::Written,
    packed: Packed,
) -> Result<Prepared, StoreError> {
    let mut undo = Vec::new();
    for Undoable { changes, below } in &packed.undo {
        let images: Result<Vec<_>, _> = changes
            .changes
            .iter()
            .map(|change| before_image(chain, &change.key, change.before.as_ref()))
            .collect();
        let mut images = images?;
        images.extend(candles.undo.remove(&changes.block.number).unwrap_or_default());
        let prev = below.map(|(block, counters)| Watermark { block, counters });
        undo.extend(undo::encode(chain, &changes.block, prev.as_ref().or(current), &images)?);
    }
    let mut images = packed.images;
    let upserts = candles.upserts;
    images.push((candles::COLLECTION, Images { upserts, deletes: Vec::new() }));
    let newest = Watermark { block: span.last, counters: span.after };
    let mut inserts = packed.contracts;
    inserts.extend([
        (rows::COLLECTION.into(), packed.rows),
        (nft_transfer::Doc::COLLECTION.into(), packed.transfers),
        (undo::Doc::COLLECTION.into(), undo),
        (history::COLLECTION.into(), packed.history),
    ]);
    Ok(Prepared { watermark: encode::<watermark::Doc>(chain, &newest)?, inserts, images })
}

/// Refuses what does not go on where `current` stands.
pub(super) fn check(
    chain: u64,
    parent: Option<u64>,
    span: &Span,
    current: Option<&Watermark>,
) -> Result<(), StoreError> {
    let moved =
        |expected: String| StoreError::WatermarkMoved { chain, expected, found: describe(current) };
    if parent != current.map(|current| current.block.number) {
        return Err(moved(parent.map_or_else(|| "none".to_owned(), |number| number.to_string())));
    }
    let invalid = |why: String| Err(StoreError::InvalidBatch { why });
    if let Some(current) = current {
        let (parent, block) = (&current.block, &span.first);
        if block.number <= parent.number {
            return invalid(format!(
                "block {} is not above the watermark {}",
                block.number, parent.number
            ));
        }
        if block.number - parent.number == 1 && block.parent_hash != parent.hash {
            return Err(moved(format!("{} ({})", parent.number, block.parent_hash)));
        }
    }
    if span.before != current.map(|current| current.counters).unwrap_or_default() {
        return invalid("its counters do not continue those of the watermark".to_owned());
    }
    Ok(())
}

fn before_image(chain: i64, key: &Key, image: Option<&Entity>) -> Result<undo::Image, StoreError> {
    let (collection, id) = entity_id(chain, key);
    let document = image.map(|entity| encode_entity(chain, collection, &id, entity)).transpose()?;
    let history::Tagged { tag, bytes } = history::tagged(key);
    let history = (tag, Binary { subtype: BinarySubtype::Generic, bytes });
    Ok(undo::Image { k: collection.to_owned(), i: id, d: document, h: history })
}

pub(crate) fn encode_entity(
    chain: i64,
    collection: &'static str,
    id: &Document,
    entity: &Entity,
) -> Result<RawDocumentBuf, StoreError> {
    let id = || id.clone();
    match entity {
        Entity::Pool(pool) => encode::<pool::Doc>(chain, pool),
        Entity::Tick(tick) => encode::<tick::Doc>(chain, tick),
        Entity::Token(token) => encode::<token::Doc>(chain, token),
        Entity::Nft(nft) => encode::<nft_balance::Doc>(chain, nft),
        Entity::Factory(record) => record::document(collection, id(), record.as_ref()),
        Entity::ProtocolDay(record) => record::document(collection, id(), record.as_ref()),
        Entity::TokenFigures(record) => record::document(collection, id(), record.as_ref()),
        Entity::PoolInterval(record) => record::document(collection, id(), record.as_ref()),
        Entity::TokenInterval(record) => record::document(collection, id(), record.as_ref()),
        Entity::Account(record) => record::document(collection, id(), record.as_ref()),
        Entity::LiquidityPosition(record) => record::document(collection, id(), record.as_ref()),
        Entity::NftPosition(record) => record::document(collection, id(), record.as_ref()),
        Entity::TickWord(record) => record::document(collection, id(), record.as_ref()),
        Entity::TickDay(record) => record::document(collection, id(), record.as_ref()),
    }
}

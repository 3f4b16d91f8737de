//! A batch in its stored form, made once before the transaction and its retries.

use std::{borrow::Cow, collections::BTreeMap};

use bson::{Binary, Document, RawDocumentBuf, spec::BinarySubtype};
use domain::fold::{BlockChanges, Entity, Key};

use super::{Batch, Packed, Watermark, contracts, describe, entity_id};
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
    pub(super) images: BTreeMap<&'static str, Images>,
}

/// Encodes the batch on top of `current`.
pub(super) fn prepare(
    chain: i64,
    batch: &Batch<'_>,
    last: &BlockChanges,
    current: Option<&Watermark>,
    mut candles: candles::Written,
    packed: Packed,
) -> Result<Prepared, StoreError> {
    let (mut transfers, mut undo) = (Vec::new(), Vec::new());
    let mut after: BTreeMap<Key, Option<&Entity>> = BTreeMap::new();
    let mut prev = current.copied();
    for changes in batch.blocks {
        for row in &changes.rows.nft_transfers {
            transfers.push(encode::<nft_transfer::Doc>(chain, row)?);
        }
        after.extend(changes.changes.iter().map(|change| (change.key, change.after.as_ref())));
        if changes.block.number >= batch.undo_from {
            let images: Result<Vec<_>, _> = changes
                .changes
                .iter()
                .map(|change| before_image(chain, &change.key, change.before.as_ref()))
                .collect();
            let mut images = images?;
            images.extend(candles.undo.remove(&changes.block.number).unwrap_or_default());
            undo.extend(undo::encode(chain, &changes.block, prev.as_ref(), &images)?);
        }
        prev = Some(Watermark { block: changes.block, counters: changes.counters_after });
    }
    let mut images: BTreeMap<&'static str, Images> = BTreeMap::new();
    images.entry(candles::COLLECTION).or_default().upserts = candles.upserts;
    for (key, image) in after {
        let (collection, id) = entity_id(chain, &key);
        let images = images.entry(collection).or_default();
        match image {
            Some(entity) => {
                let document = encode_entity(chain, collection, &id, entity)?;
                images.upserts.push((id, document));
            }
            None => images.deletes.push(id),
        }
    }
    let newest = Watermark { block: last.block, counters: last.counters_after };
    let mut inserts = contracts::inserts(chain, batch.blocks)?;
    inserts.extend([
        (rows::COLLECTION.into(), packed.rows),
        (nft_transfer::Doc::COLLECTION.into(), transfers),
        (undo::Doc::COLLECTION.into(), undo),
        (history::COLLECTION.into(), packed.history),
    ]);
    Ok(Prepared { watermark: encode::<watermark::Doc>(chain, &newest)?, inserts, images })
}

/// Refuses what is no ascending, linked run of blocks on top of `current`.
pub(super) fn check(
    chain: u64,
    batch: &Batch<'_>,
    first: &BlockChanges,
    current: Option<&Watermark>,
) -> Result<(), StoreError> {
    let moved =
        |expected: String| StoreError::WatermarkMoved { chain, expected, found: describe(current) };
    if batch.parent != current.map(|current| current.block.number) {
        return Err(moved(
            batch.parent.map_or_else(|| "none".to_owned(), |number| number.to_string()),
        ));
    }
    let invalid = |why: String| Err(StoreError::InvalidBatch { why });
    if let Some(current) = current {
        let (parent, block) = (&current.block, &first.block);
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
    for (below, above) in batch.blocks.iter().zip(batch.blocks.iter().skip(1)) {
        let (below, above) = (&below.block, &above.block);
        if above.number <= below.number {
            return invalid(format!("block {} follows block {}", above.number, below.number));
        }
        if above.number - below.number == 1 && above.parent_hash != below.hash {
            return invalid(format!(
                "block {} does not link to block {}",
                above.number, below.number
            ));
        }
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
    }
}

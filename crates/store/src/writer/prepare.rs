//! A batch in its stored form, made once before the transaction and its retries.

use std::collections::BTreeMap;

use bson::{Document, RawDocumentBuf};
use domain::fold::{BlockChanges, Entity, Key};

use super::{Batch, Watermark, describe, entity_id};
use crate::{
    documents::{
        Stored, encode, liquidity, nft_balance, nft_transfer, pool, swap, tick, token, undo,
        watermark,
    },
    error::StoreError,
};

/// New images and removals of one collection.
#[derive(Debug, Default)]
pub(super) struct Images {
    pub(super) upserts: Vec<(Document, RawDocumentBuf)>,
    pub(super) deletes: Vec<Document>,
}

/// What the transaction writes.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) watermark: RawDocumentBuf,
    pub(super) inserts: Vec<(&'static str, Vec<RawDocumentBuf>)>,
    pub(super) images: BTreeMap<&'static str, Images>,
}

/// Encodes the batch on top of `current`.
pub(super) fn prepare(
    chain: i64,
    batch: &Batch<'_>,
    last: &BlockChanges,
    current: Option<&Watermark>,
) -> Result<Prepared, StoreError> {
    let (mut swaps, mut liquidity, mut transfers, mut undo) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut after: BTreeMap<&Key, &Option<Entity>> = BTreeMap::new();
    let mut prev = current.copied();
    for changes in batch.blocks {
        for row in &changes.rows.swaps {
            swaps.push(encode::<swap::Doc>(chain, row)?);
        }
        for row in &changes.rows.liquidity {
            liquidity.push(encode::<liquidity::Doc>(chain, row)?);
        }
        for row in &changes.rows.nft_transfers {
            transfers.push(encode::<nft_transfer::Doc>(chain, row)?);
        }
        after.extend(&changes.after);
        if changes.block.number >= batch.undo_from {
            let images: Result<Vec<_>, _> = changes
                .before
                .iter()
                .map(|(key, image)| before_image(chain, key, image.as_ref()))
                .collect();
            undo.extend(undo::encode(chain, &changes.block, prev.as_ref(), &images?)?);
        }
        prev = Some(Watermark { block: changes.block, counters: changes.counters_after });
    }
    let mut images: BTreeMap<&'static str, Images> = BTreeMap::new();
    for (key, image) in after {
        let (collection, id) = entity_id(chain, key);
        let images = images.entry(collection).or_default();
        match image {
            Some(entity) => images.upserts.push((id, encode_entity(chain, entity)?)),
            None => images.deletes.push(id),
        }
    }
    let newest = Watermark { block: last.block, counters: last.counters_after };
    Ok(Prepared {
        watermark: encode::<watermark::Doc>(chain, &newest)?,
        inserts: vec![
            (swap::Doc::COLLECTION, swaps),
            (liquidity::Doc::COLLECTION, liquidity),
            (nft_transfer::Doc::COLLECTION, transfers),
            (undo::Doc::COLLECTION, undo),
        ],
        images,
    })
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
    let document = image.map(|entity| encode_entity(chain, entity)).transpose()?;
    Ok(undo::Image { k: collection.to_owned(), i: id, d: document })
}

fn encode_entity(chain: i64, entity: &Entity) -> Result<RawDocumentBuf, StoreError> {
    match entity {
        Entity::Pool(pool) => encode::<pool::Doc>(chain, pool),
        Entity::Tick(tick) => encode::<tick::Doc>(chain, tick),
        Entity::Token(token) => encode::<token::Doc>(chain, token),
        Entity::Nft(nft) => encode::<nft_balance::Doc>(chain, nft),
    }
}

//! Taking the newest block back.

use std::collections::BTreeMap;

use bson::{RawDocumentBuf, doc};
use futures::TryStreamExt as _;
use mongodb::ClientSession;

use super::{
    Watermark, Writer, commit::watermark_in, contracts, prepare::Images, transaction::Work, write,
};
use crate::{
    candles,
    documents::{
        Stored as _, decode_doc, encode, id_prefix, nft_transfer,
        undo::{self, Record},
        watermark,
    },
    error::StoreError,
    history,
    lease::fence::Purpose,
    rows,
};

pub(super) async fn revert_newest(writer: &Writer) -> Result<Option<Watermark>, StoreError> {
    writer.lease.grant().transact(&Revert { writer }).await
}

struct Revert<'a> {
    writer: &'a Writer,
}

impl Work for Revert<'_> {
    type Output = Option<Watermark>;

    async fn run(&self, session: &mut ClientSession) -> Result<Option<Watermark>, StoreError> {
        let Writer { database, key, lease, .. } = self.writer;
        lease.grant().check(session, Purpose::Write).await?;
        let Some(current) = watermark_in(self.writer, session).await? else { return Ok(None) };
        let Record { prev, images, .. } = self.record(session, &current).await?;

        let prefix = undo::id_prefix(*key, current.block.number);
        for rows in [nft_transfer::Doc::COLLECTION, undo::Doc::COLLECTION] {
            write::delete_range(database, session, rows, &id_prefix(&prefix)).await?;
        }
        super::reconciled::take_back(self.writer, session, current.block.number).await?;
        let group = write::raw(&rows::of_block(*key, current.block.number))?;
        write::delete_by(database, session, rows::COLLECTION, group, rows::BY_GROUP).await?;
        for rows in contracts::collections(self.writer, session).await? {
            write::delete_range(database, session, &rows, &id_prefix(&prefix)).await?;
        }
        let mut by_collection: BTreeMap<String, Images> = BTreeMap::new();
        let (series, images): (Vec<_>, Vec<_>) =
            images.into_iter().partition(|image| image.k == candles::COLLECTION);
        let documents = self.writer.documents(candles::COLLECTION);
        let taken_back = candles::take_back(&documents, session, series).await?;
        by_collection.insert(candles::COLLECTION.to_owned(), taken_back);
        for image in images {
            let (tag, key) = image.h;
            let version = history::Tagged { tag, bytes: key.bytes };
            let id = history::id_document(self.writer.key, &version, current.block.number);
            let gone =
                &mut by_collection.entry(history::COLLECTION.to_owned()).or_default().deletes;
            gone.push(id);
            gone.extend(history::made_with(
                self.writer.key,
                &version,
                image.d.is_none(),
                current.block.number,
            ));
            let images = by_collection.entry(image.k).or_default();
            match image.d {
                Some(document) => images.upserts.push((image.i, document)),
                None => images.deletes.push(image.i),
            }
        }
        let moved = by_collection.entry(watermark::Doc::COLLECTION.to_owned()).or_default();
        match &prev {
            Some(prev) => {
                let document = encode::<watermark::Doc>(*key, prev)?;
                moved.upserts.push((watermark::id(*key), document));
            }
            None => moved.deletes.push(watermark::id(*key)),
        }
        for (collection, images) in &by_collection {
            write::images(database, session, collection, images).await?;
        }
        Ok(prev)
    }
}

impl Revert<'_> {
    /// The undo record of the newest block.
    async fn record(
        &self,
        session: &mut ClientSession,
        current: &Watermark,
    ) -> Result<Record, StoreError> {
        let block = current.block;
        let prefix = undo::id_prefix(self.writer.key, block.number);
        let mut cursor = self
            .writer
            .documents(undo::Doc::COLLECTION)
            .find(doc! { "_id": id_prefix(&prefix) })
            .sort(doc! { "_id": 1 })
            .session(&mut *session)
            .await?;
        let parts: Vec<RawDocumentBuf> = cursor.stream(session).try_collect().await?;
        let parts: Result<Vec<undo::Doc>, _> =
            parts.iter().map(|raw| decode_doc(undo::Doc::COLLECTION, raw)).collect();
        let missing = StoreError::UndoMissing { chain: self.writer.chain, block: block.number };
        let record = undo::assemble(parts?).ok_or(missing)?;
        if record.block != block {
            return Err(StoreError::Corrupt {
                collection: undo::Doc::COLLECTION,
                id: prefix.to_string(),
                why: format!(
                    "it speaks of block {}, the watermark of {}",
                    record.block.hash, block.hash
                ),
            });
        }
        Ok(record)
    }
}

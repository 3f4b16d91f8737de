//! Taking candles back: an undo record has, per subject, the newest candle of each bucket as it was before the block.

use std::collections::BTreeMap;

use bson::{Binary, Document, RawDocumentBuf, doc, rawdoc};
use domain::candle::{CandleStep, Resolution};
use futures::TryStreamExt as _;
use mongodb::{ClientSession, Collection};
use serde::{Deserialize, Serialize};

use super::{
    COLLECTION,
    bucket::{Stored, binary, corrupt, place, set_newest},
    bucket_start, id, raw, subject_bytes,
};
use crate::{
    codec::Num,
    documents::{decode_doc, encode_doc, undo::Image},
    error::StoreError,
    writer::prepare::Images,
};

/// Whose buckets, and which.
#[derive(Debug, Deserialize)]
struct Step {
    c: i64,
    s: Binary,
    t: Num,
}

/// The newest candle of each, in the order of [`Resolution::STORED`]; `None` where there was no bucket.
#[derive(Debug, Serialize, Deserialize)]
struct Before {
    l: Vec<Option<Binary>>,
}

/// Before-images of the buckets of a step.
pub(super) fn image(
    chain: i64,
    step: &CandleStep,
    newest: Vec<Option<Vec<u8>>>,
) -> Result<Image, StoreError> {
    let subject = subject_bytes(&step.subject);
    let l = newest.into_iter().map(|newest| newest.as_deref().map(binary)).collect();
    Ok(Image {
        k: COLLECTION.to_owned(),
        i: doc! { "c": chain, "s": subject, "t": Num(step.candle.start).bound() },
        d: Some(encode_doc(COLLECTION, &Before { l })?),
        h: (0, binary(&[])),
    })
}

/// What puts the buckets of these images back.
pub(crate) async fn take_back(
    documents: &Collection<RawDocumentBuf>,
    session: &mut ClientSession,
    images: Vec<Image>,
) -> Result<Images, StoreError> {
    let mut before: BTreeMap<Vec<u8>, (Document, Option<Binary>)> = BTreeMap::new();
    for image in images {
        let step: Step =
            bson::deserialize_from_document(image.i).map_err(|error| StoreError::Corrupt {
                collection: COLLECTION,
                id: "in an undo record".to_owned(),
                why: error.to_string(),
            })?;
        let Before { l } = decode_doc(COLLECTION, &image.d.unwrap_or_default())?;
        for (resolution, newest) in Resolution::STORED.into_iter().zip(l) {
            let id = id(step.c, step.s.clone(), resolution, bucket_start(resolution, step.t.0));
            let raw = raw(&id)?;
            before.entry(raw.into_bytes()).or_insert((id, newest));
        }
    }
    let mut images = Images::default();
    let ids: Vec<Document> = before.values().map(|(id, _)| id.clone()).collect();
    if ids.is_empty() {
        return Ok(images);
    }
    let mut found = documents.find(doc! { "_id": { "$in": ids } }).session(&mut *session).await?;
    let found: Vec<RawDocumentBuf> = found.stream(session).try_collect().await?;
    for raw in found {
        let key = raw.get_document("_id").map(|id| id.as_bytes().to_vec());
        let Some((id, newest)) = key.ok().and_then(|key| before.remove(&key)) else { continue };
        match newest {
            Some(newest) => images.upserts.push((id, cut(&raw, &newest.bytes)?)),
            None => images.deletes.push(id),
        }
    }
    match before.into_values().next() {
        None => Ok(images),
        Some((id, _)) => Err(StoreError::Corrupt {
            collection: COLLECTION,
            id: id.to_string(),
            why: "an undo record speaks of it, and it is not there".to_owned(),
        }),
    }
}

/// The update that makes `before` the newest candle again.
fn cut(raw: &RawDocumentBuf, before: &[u8]) -> Result<RawDocumentBuf, StoreError> {
    let Stored { over, newest } = Stored::read(raw)?;
    let places = place(newest).and_then(|newest| Ok((newest, place(before)?)));
    let (now, then) = places.map_err(|error| corrupt(raw, &error.to_string()))?;
    if now == then {
        return Ok(set_newest(before));
    }
    // the block ended it: then it is the last of those that are over
    let left = over.strip_suffix(before);
    let left =
        left.ok_or_else(|| corrupt(raw, "its last candle is not that of the undo record"))?;
    Ok(rawdoc! { "$set": { "v": binary(left), "l": binary(before) } })
}

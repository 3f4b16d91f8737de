//! Versions below the horizon, away: of each entity the newest one at or below it stays, by which it is what it was.

use bson::{Bson, Document, RawDocumentBuf, doc};
use futures::TryStreamExt as _;
use mongodb::options::{Hint, ReadConcern};

use super::{Exchange, Round, history::key_of, id_of};
use crate::{
    documents::end_of,
    error::StoreError,
    history::{COLLECTION, Chunk, Tagged, repack},
    reader::plan::ID,
};

/// Chunks per answer of the server.
const ANSWER: u32 = 500;
/// So often it is noted how far it is, at least.
const NOTED: usize = 5_000;

/// Removes what lies below the horizon that stands in the document of the upkeep, from where it stopped last.
pub(super) async fn forget(round: &mut Round<'_>) -> Result<(), StoreError> {
    let (key, from) = (round.writer.key(), round.kept.from);
    if round.kept.swept >= from {
        return Ok(());
    }
    let to = round.kept.at.as_ref().map_or(from, |at| at.to);
    let below = from.cast_unsigned().saturating_add(1).min(round.floor);
    let begin = match &round.kept.at {
        // what was looked at before the stop was held against the horizon of then
        Some(at) => end_of(&doc! { "c": key, "t": at.t, "k": at.k.clone() }),
        None => doc! { "c": key },
    };
    let ids = doc! { "$gte": begin, "$lt": end_of(&doc! { "c": key }) };
    let mut found = round
        .writer
        .documents(COLLECTION)
        .find(doc! { "_id": ids, "_id.f": { "$lte": from } })
        .sort(doc! { "_id": 1 })
        .hint(Hint::Name(ID.to_owned()))
        .batch_size(ANSWER)
        .read_concern(ReadConcern::majority())
        .await?;
    let mut exchange = Exchange::new(COLLECTION, below);
    let (mut last, mut looked_at): (Option<(Tagged, RawDocumentBuf)>, usize) = (None, 0);
    while let Some(raw) = found.try_next().await? {
        let key = key_of(&raw)?;
        let Some((of, before)) = last.replace((key.clone(), raw)) else { continue };
        if of == key {
            // a newer chunk begins at or below the horizon, too
            exchange.add(vec![id_of(COLLECTION, &before)?], Vec::new());
            continue;
        }
        cut(round, &mut exchange, &of, &before)?;
        looked_at += 1;
        if exchange.is_full() || looked_at >= NOTED {
            looked_at = 0;
            exchange.note(doc! { "at": { "t": of.tag, "k": bytes(&of), "to": to } });
            let full = std::mem::replace(&mut exchange, Exchange::new(COLLECTION, below));
            if !round.exchange(full).await? {
                return Ok(());
            }
        }
    }
    if let Some((of, before)) = last {
        cut(round, &mut exchange, &of, &before)?;
    }
    exchange.note(doc! { "at": Bson::Null, "swept": to });
    round.exchange(exchange).await?;
    Ok(())
}

/// The chunk with the newest version at or below the horizon, without those before that.
fn cut(
    round: &Round<'_>,
    exchange: &mut Exchange,
    key: &Tagged,
    raw: &RawDocumentBuf,
) -> Result<(), StoreError> {
    let chunk = Chunk::new(raw)?;
    let first = chunk.first();
    let from = round.kept.from.cast_unsigned();
    let new = repack(round.writer.key(), key, &[chunk], Some(from))?;
    let begins = match new.first() {
        Some(new) => Some(Chunk::new(new)?.first()),
        None => None,
    };
    if begins != Some(first) {
        let gone: Document = id_of(COLLECTION, raw)?;
        exchange.add(vec![gone], new);
    }
    Ok(())
}

fn bytes(key: &Tagged) -> bson::Binary {
    bson::Binary { subtype: bson::spec::BinarySubtype::Generic, bytes: key.bytes.clone() }
}

//! What a backup reads: first in one snapshot, then below what can be taken back.

use bson::{Document, RawDocumentBuf, doc};
use domain::ids::ChainId;
use futures::{StreamExt as _, TryStreamExt as _};
use mongodb::options::{Hint, ReadConcern};
use tokio::time::{Duration, sleep};

use super::{BackupError, write::Sink};
use crate::{
    codec::Num,
    contracts,
    documents::{
        COLLECTIONS, META, Stored as _, decode_doc, end_of, id_prefix,
        lease::FENCES,
        nft_transfer,
        undo::{self, Image},
        watermark,
    },
    error::StoreError,
    generations, history,
    reader::{Snapshot, plan::ID},
    rows,
    store::Store,
    upkeep::pin::Pin,
};

/// Documents handed on together, at most.
const TOGETHER: usize = 1_000;
/// Bytes handed on together, roughly.
const BYTES: usize = 1 << 20;
/// Ids per query.
const IDS: usize = 1_000;
/// How often a read below what can be taken back is begun again where it stopped.
const TRIES: u32 = 60;
const PAUSE: Duration = Duration::from_millis(500);

/// Collections that are only added to, and the way to the block of a document.
const ADDED_TO: [(&str, Below); 3] = [
    (history::COLLECTION, Below::Field("_id.f")),
    (rows::COLLECTION, Below::Field("g.b")),
    (nft_transfer::Doc::COLLECTION, Below::Id),
];

/// How documents below a block are found.
#[derive(Debug, Clone, Copy)]
enum Below {
    /// Their ids are ordered by block.
    Id,
    /// By this field.
    Field(&'static str),
}

impl Below {
    fn filter(self, key: i64, block: u64, after: Option<&RawDocumentBuf>) -> Document {
        let chain = doc! { "c": key };
        let end = match self {
            Self::Id => doc! { "c": key, "b": Num(block).bound() },
            Self::Field(_) => end_of(&chain),
        };
        let mut ids = doc! { "$lt": end };
        match after.and_then(|after| Document::try_from(after.as_ref()).ok()) {
            Some(after) => drop(ids.insert("$gt", after)),
            None => drop(ids.insert("$gte", chain)),
        }
        let mut filter = doc! { "_id": ids };
        if let Self::Field(field) = self {
            filter.insert(field, doc! { "$lt": Num(block).bound() });
        }
        filter
    }
}

/// Everything of the chain as of the snapshot.
pub(super) async fn everything(
    store: &Store,
    snapshot: Snapshot,
    pin: &Pin,
    tables: &[String],
    sink: &mut Sink<'_>,
) -> Result<(), BackupError> {
    let (chain, key) = (snapshot.chain(), snapshot.key());
    let before = removals_as_of(&snapshot).await?;
    let undoable = moment(store, &snapshot, tables, sink).await?;
    let newest = snapshot.block().number;
    drop(snapshot);
    let below = undoable.unwrap_or(newest + 1);
    for (collection, how) in added_to(tables) {
        body(store, collection, how, key, below, sink).await?;
    }
    // a chain that was removed under us, and perhaps begun anew, gives itself away
    let changed = || BackupError::Changed { chain };
    if !pin.held().await? {
        return Err(changed());
    }
    let after = store.reader().snapshot(chain).await?.ok_or_else(changed)?;
    if after.key() != key || after.block().number + 1 < below {
        return Err(changed());
    }
    if removals(store, chain).await? != before {
        return Err(changed());
    }
    Ok(())
}

/// How often the chain was removed.
async fn removals(store: &Store, chain: ChainId) -> Result<Option<i64>, StoreError> {
    let fence = store.documents(FENCES).find_one(generations::documents::id(chain)).await?;
    Ok(fence.and_then(|fence| fence.get_i64("removals").ok()))
}

/// How often it was when the snapshot was taken: a removal right after that must not count as one before.
async fn removals_as_of(snapshot: &Snapshot) -> Result<Option<i64>, StoreError> {
    let (database, mut session) = snapshot.parts().await;
    let fences = database.collection::<Document>(FENCES);
    let fence = fences.find_one(generations::documents::id(snapshot.chain()));
    let fence = fence.session(&mut *session).await?;
    Ok(fence.and_then(|fence| fence.get_i64("removals").ok()))
}

/// Collections of which a backup reads the lower part at leisure.
fn added_to(tables: &[String]) -> impl Iterator<Item = (&str, Below)> {
    ADDED_TO.into_iter().chain(tables.iter().map(|table| (table.as_str(), Below::Id)))
}

/// What only this moment has: all that changes, and what can be taken back. Gives the oldest block of that.
async fn moment(
    store: &Store,
    snapshot: &Snapshot,
    tables: &[String],
    sink: &mut Sink<'_>,
) -> Result<Option<u64>, BackupError> {
    let key = snapshot.key();
    let prefix = doc! { "_id": id_prefix(&doc! { "c": key }) };
    let mut oldest: Option<u64> = None;
    let mut versions = Vec::new();
    // the watermark is written by the restore itself, last: it stands in the file as any document does
    let changing = COLLECTIONS
        .into_iter()
        .filter(|name| ADDED_TO.iter().all(|(added_to, _)| added_to != name))
        .filter(|name| *name != watermark::Doc::COLLECTION);
    for collection in changing.chain([watermark::Doc::COLLECTION]) {
        let filter = match collection {
            watermark::Doc::COLLECTION => doc! { "_id": watermark::id(key) },
            _ => prefix.clone(),
        };
        let of_undo = collection == undo::Doc::COLLECTION;
        let mut learn = |raw: &RawDocumentBuf| -> Result<(), StoreError> {
            if of_undo {
                let block = block_of(raw)?;
                oldest = Some(oldest.map_or(block, |oldest| oldest.min(block)));
                versions.extend(versions_of(key, block, raw)?);
            }
            Ok(())
        };
        found(snapshot, (collection, ID), filter, &mut learn, sink).await?;
    }
    found_entries(store, tables, sink).await?;
    let Some(oldest) = oldest else { return Ok(None) };
    let mut nothing = |_: &RawDocumentBuf| Ok(());
    for ids in versions.chunks(IDS) {
        let filter = doc! { "_id": { "$in": ids } };
        found(snapshot, (history::COLLECTION, ID), filter, &mut nothing, sink).await?;
    }
    let at = Num(oldest).bound();
    for kind in rows::KINDS {
        let from = doc! { "c": key, "t": kind, "b": &at };
        let filter = doc! { "g": { "$gte": from, "$lt": end_of(&doc! { "c": key, "t": kind }) } };
        found(snapshot, (rows::COLLECTION, "group"), filter, &mut nothing, sink).await?;
    }
    let from = doc! { "c": key, "b": &at };
    let filter = doc! { "_id": { "$gte": from, "$lt": end_of(&doc! { "c": key }) } };
    for collection in
        [nft_transfer::Doc::COLLECTION].into_iter().chain(tables.iter().map(String::as_str))
    {
        found(snapshot, (collection, ID), filter.clone(), &mut nothing, sink).await?;
    }
    Ok(Some(oldest))
}

/// Hands on what a query of the snapshot finds.
async fn found(
    snapshot: &Snapshot,
    (collection, index): (&str, &str),
    filter: Document,
    learn: &mut (dyn FnMut(&RawDocumentBuf) -> Result<(), StoreError> + Send),
    sink: &mut Sink<'_>,
) -> Result<(), BackupError> {
    let (database, mut session) = snapshot.parts().await;
    let documents = database.collection::<RawDocumentBuf>(collection);
    let find = documents.find(filter).hint(Hint::Name(index.to_owned()));
    let mut cursor = find.session(&mut *session).await.map_err(StoreError::from)?;
    let mut stream = cursor.stream(&mut session);
    let (mut together, mut bytes) = (Vec::new(), 0);
    while let Some(raw) = stream.try_next().await.map_err(StoreError::from)? {
        learn(&raw)?;
        bytes += raw.as_bytes().len();
        together.push(raw);
        if together.len() >= TOGETHER || bytes >= BYTES {
            bytes = 0;
            if !sink.put(collection, std::mem::take(&mut together)).await {
                return Ok(());
            }
        }
    }
    sink.put(collection, together).await;
    Ok(())
}

/// What the database says of its tables of contract events, with their indexes: a restore makes them first.
async fn found_entries(
    store: &Store,
    tables: &[String],
    sink: &mut Sink<'_>,
) -> Result<(), BackupError> {
    let mut entries = Vec::new();
    for table in tables {
        let meta = store.documents(META);
        let entry = meta.find_one(doc! { "_id": contracts::entry_id(table) }).await;
        let Some(mut entry) = entry.map_err(StoreError::from)? else { continue };
        let models = store.documents(table).list_indexes().await.map_err(StoreError::from)?;
        let indexes = models.map_ok(|model| {
            let name = model.options.and_then(|options| options.name).unwrap_or_default();
            bson::Bson::from(doc! { "name": name, "keys": model.keys })
        });
        let indexes: Vec<_> = indexes
            .collect::<Vec<_>>()
            .await
            .into_iter()
            .collect::<Result<_, _>>()
            .map_err(StoreError::from)?;
        entry.insert("indexes", indexes);
        let raw = RawDocumentBuf::try_from(&entry);
        entries.push(
            raw.map_err(|error| StoreError::Encode { collection: META, why: error.to_string() })?,
        );
    }
    sink.put(META, entries).await;
    Ok(())
}

/// What lies below a block of a collection that is only added to, in any time it takes.
async fn body(
    store: &Store,
    collection: &str,
    how: Below,
    key: i64,
    below: u64,
    sink: &mut Sink<'_>,
) -> Result<(), BackupError> {
    let (mut after, mut tries) = (None::<RawDocumentBuf>, 0);
    loop {
        match run(store, collection, &how.filter(key, below, after.as_ref()), &mut after, sink)
            .await
        {
            (_, Ok(())) => return Ok(()),
            (more, Err(error)) if error.retryable() && tries < TRIES => {
                // whoever gets on is not out of tries
                tries = if more > 0 { 0 } else { tries + 1 };
                tracing::warn!(%error, collection, "the read stopped, it goes on where it was");
                sleep(PAUSE).await;
            }
            (_, Err(error)) => return Err(error.into()),
        }
    }
}

/// One cursor of [`body`]: how many documents were handed on, and how it ended. `after` is the last of them.
async fn run(
    store: &Store,
    collection: &str,
    filter: &Document,
    after: &mut Option<RawDocumentBuf>,
    sink: &mut Sink<'_>,
) -> (u64, Result<(), StoreError>) {
    let documents = store.documents(collection).clone_with_type::<RawDocumentBuf>();
    let cursor = documents
        .find(filter.clone())
        .sort(doc! { "_id": 1 })
        .hint(Hint::Name(ID.to_owned()))
        .read_concern(ReadConcern::majority())
        .await;
    let mut cursor = match cursor {
        Ok(cursor) => cursor.ready_chunks(TOGETHER),
        Err(error) => return (0, Err(error.into())),
    };
    let mut handed_on = 0;
    while let Some(chunk) = cursor.next().await {
        let mut together = Vec::with_capacity(chunk.len());
        let mut failed = None;
        for raw in chunk {
            match raw {
                Ok(raw) => together.push(raw),
                Err(error) => failed = Some(error),
            }
        }
        if let Some(last) = together.last() {
            handed_on += together.len() as u64;
            *after = last.get_document("_id").ok().map(ToOwned::to_owned);
        }
        if !sink.put(collection, together).await {
            return (handed_on, Ok(()));
        }
        if let Some(error) = failed {
            return (handed_on, Err(error.into()));
        }
    }
    (handed_on, Ok(()))
}

/// The block of an undo record.
fn block_of(raw: &RawDocumentBuf) -> Result<u64, StoreError> {
    let block = raw.get_document("_id").and_then(|id| id.get_i64("b"));
    block.map(i64::cast_unsigned).map_err(|error| StoreError::Corrupt {
        collection: undo::Doc::COLLECTION,
        id: format!("{:?}", raw.get("_id")),
        why: error.to_string(),
    })
}

/// The ids of the versions that a block made, as its undo record knows them.
fn versions_of(key: i64, block: u64, raw: &RawDocumentBuf) -> Result<Vec<Document>, StoreError> {
    let (_, images) = decode_doc::<undo::Doc>(undo::Doc::COLLECTION, raw)?.into_parts();
    let of_entities = images.into_iter().filter(|image| image.k != crate::candles::COLLECTION);
    Ok(of_entities
        .flat_map(|Image { h: (tag, bytes), d, .. }| {
            let of = history::Tagged { tag, bytes: bytes.bytes };
            let made_with = history::made_with(key, &of, d.is_none(), block);
            std::iter::once(history::id_document(key, &of, block)).chain(made_with)
        })
        .collect())
}

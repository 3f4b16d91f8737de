//! Which key the data of a chain stands under, for who reads.

use std::collections::BTreeMap;

use bson::{Document, RawDocumentBuf, doc};
use domain::ids::ChainId;
use futures::TryStreamExt as _;
use mongodb::{ClientSession, Database, options::Hint};
use serde::Deserialize;

use super::{
    Generation, Standing,
    documents::{self, CHAINS, Key, Mapping},
};
use crate::{
    codec::chain_key,
    documents::{Stored as _, decode, decode_doc, watermark},
    error::StoreError,
    reader::{Reader, Snapshot, plan::ID},
    watermark::Watermark,
};

/// The answer of [`newest`]'s query.
#[derive(Deserialize)]
struct Found {
    active: Key,
    mark: Vec<RawDocumentBuf>,
}

/// The active generation and its watermark in one request, which is the first read of the session's snapshot.
pub(crate) async fn newest(
    database: &Database,
    session: &mut ClientSession,
    chain: ChainId,
) -> Result<Option<(i64, Watermark)>, StoreError> {
    let mut cursor = database
        .collection::<RawDocumentBuf>(CHAINS)
        .aggregate(plan(chain))
        .session(&mut *session)
        .await?;
    let found: Option<Document> = cursor.stream(session).try_next().await?;
    let (key, mark) = match found {
        Some(found) => {
            let Found { active, mark } =
                bson::deserialize_from_document(found).map_err(|error| {
                    let id = documents::id(chain).to_string();
                    StoreError::Corrupt { collection: CHAINS, id, why: error.to_string() }
                })?;
            (active.c, mark.into_iter().next())
        }
        // nobody wrote the chain since generations are known
        None => {
            let key = chain_key(chain);
            let marks = database.collection::<RawDocumentBuf>(watermark::Doc::COLLECTION);
            let id = doc! { "_id": watermark::id(key) };
            (key, marks.find_one(id).session(session).await?)
        }
    };
    let mark = mark.as_deref().map(decode::<watermark::Doc>).transpose()?;
    Ok(mark.map(|mark| (key, mark)))
}

/// The pipeline of [`newest`]: both collections are read by `_id`.
pub(crate) fn plan(chain: ChainId) -> Vec<Document> {
    vec![
        doc! { "$match": documents::id(chain) },
        doc! { "$lookup": {
            "from": watermark::Doc::COLLECTION, "localField": "active", "foreignField": "_id", "as": "mark",
        } },
        doc! { "$project": { "_id": 0, "active": 1, "mark": 1 } },
    ]
}

/// Where a chain stands, with what its generations are made of.
pub(crate) async fn standing(database: &Database, chain: ChainId) -> Result<Standing, StoreError> {
    let chains = database.collection::<RawDocumentBuf>(CHAINS);
    let found: Vec<RawDocumentBuf> =
        chains.find(documents::all_of(chain)).await?.try_collect().await?;
    let mut mapping = Mapping::first(chain);
    let mut made_of: BTreeMap<i64, String> = BTreeMap::new();
    for raw in &found {
        match generation(raw) {
            Some(key) => {
                let found: documents::Sources = decode_doc(CHAINS, raw)?;
                made_of.insert(key, found.sources);
            }
            None => mapping = decode_doc(CHAINS, raw)?,
        }
    }
    let building =
        mapping.building.map(|key| (Generation(key.c), made_of.remove(&key.c).unwrap_or_default()));
    Ok(Standing {
        active: Generation(mapping.active.c),
        sources: made_of.remove(&mapping.active.c),
        building,
        retired: mapping.retired.iter().map(|key| Generation(key.c)).collect(),
    })
}

/// The generation that a document of sources is of.
fn generation(raw: &RawDocumentBuf) -> Option<i64> {
    raw.get_document("_id").ok()?.get_i64("g").ok()
}

/// All chains' watermarks: of the active generation, and of the one under way.
#[derive(Debug, Default)]
struct Marks {
    active: Vec<(ChainId, Watermark)>,
    building: Vec<(ChainId, Option<Watermark>)>,
}

impl Reader {
    /// The newest block of the generation that is being built of a chain, for all chains where one is: `None` before its
    /// first batch.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn rebuilds(&self) -> Result<Vec<(ChainId, Option<Watermark>)>, StoreError> {
        Ok(self.marks().await?.building)
    }

    /// Like [`Reader::watermarks`].
    pub(crate) async fn active_marks(&self) -> Result<Vec<(ChainId, Watermark)>, StoreError> {
        Ok(self.marks().await?.active)
    }

    async fn marks(&self) -> Result<Marks, StoreError> {
        // both collections as of one moment: what one says is active is there in the other
        let (database, mut session) = self.session().await?;
        let only_mappings = doc! { "_id.g": { "$exists": false } };
        let mut cursor = database
            .collection(CHAINS)
            .find(only_mappings)
            .sort(doc! { "_id": 1 })
            .hint(Hint::Name(ID.to_owned()))
            .session(&mut session)
            .await?;
        let chains: Vec<Mapping> = cursor.stream(&mut session).try_collect().await?;
        let marks = database.collection::<RawDocumentBuf>(watermark::Doc::COLLECTION);
        let mut cursor = marks.find(doc! {}).sort(doc! { "_id": 1 }).session(&mut session).await?;
        let found: Vec<RawDocumentBuf> = cursor.stream(&mut session).try_collect().await?;
        let mut marks = BTreeMap::new();
        for raw in &found {
            let mark: watermark::Doc = decode_doc(watermark::Doc::COLLECTION, raw)?;
            marks.insert(mark.key(), mark.into_domain());
        }
        let mut all = Marks::default();
        for mapping in chains {
            let chain = crate::codec::chain_id(mapping._id.c);
            if let Some(mark) = marks.get(&mapping.active.c) {
                all.active.push((chain, *mark));
            }
            if let Some(building) = mapping.building {
                all.building.push((chain, marks.get(&building.c).copied()));
            }
            // what is left is of chains that nobody wrote since generations are known
            for key in mapping.keys() {
                marks.remove(&key);
            }
        }
        all.active.extend(marks.into_iter().map(|(key, mark)| (crate::codec::chain_id(key), mark)));
        all.active.sort_by_key(|(chain, _)| *chain);
        Ok(all)
    }
}

impl Snapshot {
    /// What the data was made of, in the words of who indexed it; `None` when nobody said.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn sources(&self) -> Result<Option<String>, StoreError> {
        let id = documents::sources_id(self.chain(), self.key());
        let (database, mut session) = self.parts().await;
        let found = database
            .collection::<documents::Sources>(CHAINS)
            .find_one(id)
            .session(&mut *session)
            .await?;
        Ok(found.map(|found| found.sources))
    }
}

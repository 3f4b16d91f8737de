//! Many lists of one collection by one command: of each the part between two keys, as far as a limit.
//!
//! The server goes through the lists itself: each is a look-up of its own, which walks an index for as many documents as are
//! wanted. So a thousand lists cost one command, and no list reads what another one is as long as.

use bson::{Bson, Document, RawDocumentBuf, doc};
use futures::TryStreamExt as _;

use super::Snapshot;
use crate::{documents::id_prefix, error::StoreError};

/// Lists that are asked for by one command.
const AT_ONCE: usize = 1_000;
/// Documents that the server may send at once: as many as fit into a message.
pub(super) const BATCH: u32 = 100_000;

/// The part of a list that is wanted: what lies strictly between two keys.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Part {
    /// What all documents of the list have in [`Lists::of`].
    pub(crate) of: Bson,
    pub(crate) above: Bson,
    pub(crate) below: Bson,
}

impl Part {
    /// By the range alone.
    pub(crate) fn between(above: Document, below: Document) -> Self {
        Self { of: Bson::Null, above: above.into(), below: below.into() }
    }
}

/// The order of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// Of this path, from the least on or from the greatest on.
    Path(&'static str, bool),
    /// Of two paths that an index has one after the other, both from the greatest on. Below is a document with the values `v` and
    /// `i` of these, nothing is above.
    Two(&'static str, &'static str),
}

/// Many lists.
#[derive(Debug, Clone)]
pub(crate) struct Lists {
    pub(crate) collection: &'static str,
    /// The path that says which list a document is on; none: its place in the order does.
    pub(crate) of: Option<&'static str>,
    pub(crate) by: By,
    /// Documents of each list at most.
    pub(crate) limit: u32,
}

impl Lists {
    /// The command: each answer is a document `s` with the number `i` of the list that it stands on, and they come list by list.
    pub(crate) fn pipeline(&self, chain: i64, parts: &[Part]) -> Vec<Document> {
        let question = |(place, part): (i64, &Part)| -> Bson {
            let Part { of, above, below } = part;
            doc! { "i": place, "o": of, "a": above, "b": below }.into()
        };
        let questions: Vec<Bson> = (0_i64..).zip(parts).map(question).collect();
        let than = |operator: &str, path: &str, bound: &str| doc! { operator: [format!("${path}"), bound] };
        let (of_chain, condition, sort) = match self.by {
            By::Path(path, descending) => (
                doc! {},
                doc! { "$and": [than("$gt", path, "$$a"), than("$lt", path, "$$b")] },
                doc! { path: if descending { -1 } else { 1 } },
            ),
            By::Two(first, second) => (
                doc! { "_id.c": chain },
                doc! { "$or": [
                    than("$lt", first, "$$b.v"),
                    { "$and": [than("$eq", first, "$$b.v"), than("$lt", second, "$$b.i")] },
                ] },
                doc! { first: -1, second: -1 },
            ),
        };
        let mut matching = of_chain;
        matching.insert("$expr", condition);
        let mut lookup = doc! { "from": self.collection, "let": { "a": "$q.a", "b": "$q.b" } };
        if let Some(of) = self.of {
            lookup.insert("localField", "q.o");
            lookup.insert("foreignField", of);
        }
        let limit = i64::from(self.limit);
        let part =
            vec![doc! { "$match": matching }, doc! { "$sort": sort }, doc! { "$limit": limit }];
        lookup.insert("pipeline", part);
        lookup.insert("as", "s");
        vec![
            // any document of the chain: the questions need one to come from
            doc! { "$match": { "_id": id_prefix(&doc! { "c": chain }) } },
            doc! { "$sort": { "_id": 1 } },
            doc! { "$limit": 1 },
            doc! { "$project": { "_id": 0, "q": { "$literal": questions } } },
            doc! { "$unwind": "$q" },
            doc! { "$lookup": lookup },
            doc! { "$unwind": "$s" },
            doc! { "$project": { "i": "$q.i", "s": 1 } },
        ]
    }
}

impl Snapshot {
    /// The documents of each part, in their order: one command for a thousand lists.
    pub(super) async fn lists(
        &self,
        lists: &Lists,
        parts: &[Part],
    ) -> Result<Vec<Vec<RawDocumentBuf>>, StoreError> {
        let mut all: Vec<Vec<RawDocumentBuf>> = Vec::with_capacity(parts.len());
        if lists.limit == 0 {
            all.resize_with(parts.len(), Vec::new);
            return Ok(all);
        }
        for some in parts.chunks(AT_ONCE) {
            let first = all.len();
            all.resize_with(first + some.len(), Vec::new);
            let (database, mut session) = self.parts().await;
            let mut cursor = database
                .collection::<RawDocumentBuf>(lists.collection)
                .aggregate(lists.pipeline(self.key(), some))
                .batch_size(BATCH)
                .session(&mut *session)
                .with_type::<RawDocumentBuf>()
                .await?;
            let mut answers = cursor.stream(&mut session);
            while let Some(answer) = answers.try_next().await? {
                let (place, document) = answered(&answer).map_err(|error| StoreError::Corrupt {
                    collection: lists.collection,
                    id: format!("{:?}", answer.get("i")),
                    why: error.to_string(),
                })?;
                if let Some(list) = all.get_mut(first + place) {
                    list.push(document);
                }
            }
        }
        Ok(all)
    }
}

fn answered(answer: &RawDocumentBuf) -> Result<(usize, RawDocumentBuf), bson::error::Error> {
    let place = usize::try_from(answer.get_i64("i")?).unwrap_or(usize::MAX);
    Ok((place, answer.get_document("s")?.to_owned()))
}

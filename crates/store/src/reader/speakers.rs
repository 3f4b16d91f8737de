//! Which of many contracts are known by events of contracts that are known by their ABI only, by one command.

use std::{collections::BTreeSet, sync::Arc};

use alloy_primitives::Address;
use bson::{Bson, Document, RawDocumentBuf, doc};
use domain::contract::{Table, Value};
use futures::TryStreamExt as _;
use serde::Deserialize;

use super::Snapshot;
use crate::{
    codec::Addr,
    documents::{contract_event, decode_doc, id_prefix},
    error::StoreError,
};

/// One question's answer: its place in the list, and an event if there is one.
#[derive(Deserialize)]
struct Found {
    i: i64,
    s: Vec<RawDocumentBuf>,
}

impl Snapshot {
    /// Which of these contracts have an event in a table.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn speakers(
        &self,
        table: &Arc<Table>,
        of: &[Address],
    ) -> Result<BTreeSet<Address>, StoreError> {
        let values = of.iter().map(|address| Addr(*address).into());
        self.which(table, ("a", Document::new()), of, values.collect()).await
    }

    /// Which of these addresses are the value of an indexed parameter in some event of a contract; of a parameter that is
    /// not indexed, none.
    ///
    /// # Errors
    /// Like [`Snapshot::speakers`].
    pub async fn announced_by(
        &self,
        table: &Arc<Table>,
        emitter: Address,
        parameter: &str,
        of: &[Address],
    ) -> Result<BTreeSet<Address>, StoreError> {
        let Some(field) = table.field(parameter).filter(|field| field.indexed) else {
            return Ok(BTreeSet::new());
        };
        let values = of.iter().map(|it| contract_event::stored(&field.kind, &Value::Address(*it)));
        let (path, of_emitter) = (format!("p.{parameter}"), doc! { "a": Addr(emitter) });
        self.which(table, (&path, of_emitter), of, values.collect()).await
    }

    /// Those addresses whose value some event has at a path, and what else is wanted.
    async fn which(
        &self,
        table: &Table,
        (path, wanted): (&str, Document),
        of: &[Address],
        values: Vec<Bson>,
    ) -> Result<BTreeSet<Address>, StoreError> {
        if of.is_empty() {
            return Ok(BTreeSet::new());
        }
        let (database, mut session) = self.parts().await;
        let mut cursor = database
            .collection::<RawDocumentBuf>(&table.collection)
            .aggregate(pipeline(self.key(), &table.collection, (path, wanted), values))
            .session(&mut *session)
            .with_type::<RawDocumentBuf>()
            .await?;
        let found: Vec<RawDocumentBuf> = cursor.stream(&mut session).try_collect().await?;
        drop(session);
        let mut known = BTreeSet::new();
        for raw in &found {
            // the collections are named by the configuration
            let Found { i, s } = decode_doc("contract_*", raw)?;
            let place = usize::try_from(i).unwrap_or(usize::MAX);
            known.extend(of.get(place).filter(|_| !s.is_empty()));
        }
        Ok(known)
    }
}

/// Looks each value up: one event that has it.
fn pipeline(
    chain: i64,
    collection: &str,
    (path, mut wanted): (&str, Document),
    values: Vec<Bson>,
) -> Vec<Document> {
    let of_chain = id_prefix(&doc! { "c": chain });
    let questions: Vec<Bson> = (0_i64..)
        .zip(values)
        .map(|(place, value)| doc! { "i": place, "v": value }.into())
        .collect();
    wanted.insert("_id", of_chain.clone());
    vec![
        // any event of the chain: the questions need one to come from
        doc! { "$match": { "_id": of_chain } },
        doc! { "$sort": { "_id": 1 } },
        doc! { "$limit": 1 },
        doc! { "$project": { "_id": 0, "q": { "$literal": questions } } },
        doc! { "$unwind": "$q" },
        doc! { "$lookup": {
            "from": collection, "localField": "q.v", "foreignField": path,
            "pipeline": [{ "$match": wanted }, { "$limit": 1 }, { "$project": { "_id": 1 } }],
            "as": "s",
        } },
        doc! { "$project": { "i": "$q.i", "s": 1 } },
    ]
}

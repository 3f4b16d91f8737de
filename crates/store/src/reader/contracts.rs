//! Lists of contract events.

use std::sync::Arc;

use alloy_primitives::Address;
use bson::{Document, RawDocumentBuf, doc};
use domain::{
    contract::{Table, Value},
    row::{ContractEvent, Position},
};
use futures::TryStreamExt as _;
use mongodb::options::Hint;

use super::{Snapshot, plan::ID};
use crate::{
    codec::Addr,
    contracts::{ADDRESS, of_both, of_value},
    documents::{contract_event, row},
    error::StoreError,
};

/// Which events of a table; newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractEventQuery {
    /// The table.
    pub table: Arc<Table>,
    /// Of this contract only.
    pub address: Option<Address>,
    /// With this value of an indexed parameter only; of a parameter that is not indexed, no event.
    pub parameter: Option<(String, Value)>,
    /// Continue after (below) this position.
    pub after: Option<Position>,
    /// At most so many.
    pub limit: u32,
}

impl Snapshot {
    /// Events of contracts that are known by their ABI only, newest first.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn contract_events(
        &self,
        query: &ContractEventQuery,
    ) -> Result<Vec<ContractEvent>, StoreError> {
        let Plan { filter, sort, index, limit } = plan(self.key(), query);
        if limit == 0 {
            return Ok(Vec::new());
        }
        let (database, mut session) = self.parts().await;
        let mut cursor = database
            .collection::<RawDocumentBuf>(&query.table.collection)
            .find(filter)
            .sort(sort)
            .hint(Hint::Name(index))
            .limit(i64::from(limit))
            .batch_size(limit)
            .session(&mut *session)
            .await?;
        let found: Vec<RawDocumentBuf> = cursor.stream(&mut session).try_collect().await?;
        drop(session);
        found.iter().map(|raw| contract_event::decode(&query.table, raw)).collect()
    }
}

/// What is asked of the table's collection.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) filter: Document,
    pub(crate) sort: Document,
    /// The index, by name.
    pub(crate) index: String,
    pub(crate) limit: u32,
}

pub(crate) fn plan(chain: i64, query: &ContractEventQuery) -> Plan {
    let mut filter = doc! { "_id": row::older_than(chain, query.after) };
    let mut index = ID.to_owned();
    let mut limit = query.limit;
    if let Some(address) = query.address {
        filter.insert("a", Addr(address));
        ADDRESS.clone_into(&mut index);
    }
    if let Some((name, value)) = &query.parameter {
        match query.table.field(name).filter(|field| field.indexed) {
            Some(field) => {
                filter.insert(format!("p.{name}"), contract_event::stored(&field.kind, value));
                // of a contract that has the table for itself, its address says nothing more
                let both = query.address.is_some() && query.table.many;
                index = if both { of_both(name) } else { of_value(name) };
            }
            None => limit = 0,
        }
    }
    Plan { filter, sort: doc! { "_id": -1 }, index, limit }
}

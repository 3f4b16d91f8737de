//! Entities in memory, for tests: every version of each, and a look at all of them for each question.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use alloy_primitives::B256;

use crate::{
    entities::{BlockInfo, Entities, Of, Read, Row},
    error::QueryError,
    filter::{Candidate, Predicate},
    moment::{At, no_block, not_yet, too_early},
    page::By,
    schema::{EntityIx, FieldIx, Schema},
    value::Value,
};

/// A version of an entity.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    pub(crate) entity: EntityIx,
    pub(crate) from: u64,
    pub(crate) to: Option<u64>,
    /// By the places of its fields.
    pub(crate) values: Vec<Value>,
}

#[derive(Debug)]
pub(crate) struct Memory {
    pub(crate) first: u64,
    pub(crate) head: Mutex<u64>,
    pub(crate) versions: Vec<Version>,
    pub(crate) ids: Vec<FieldIx>,
    pub(crate) reads: AtomicUsize,
    /// Blocks that come with each question of the newest.
    pub(crate) grows: u64,
}

impl Memory {
    pub(crate) fn new(schema: &Schema, first: u64, head: u64, versions: Vec<Version>) -> Self {
        let ids = schema.entities().map(|(_, entity)| entity.id()).collect();
        Self { first, head: Mutex::new(head), versions, ids, reads: AtomicUsize::new(0), grows: 0 }
    }

    fn valid(&self, entity: EntityIx, at: u64) -> impl Iterator<Item = &Version> {
        self.versions.iter().filter(move |version| {
            version.entity == entity && version.from <= at && version.to.is_none_or(|to| at < to)
        })
    }
}

impl Candidate for Version {
    fn value(&self, field: FieldIx) -> &Value {
        &self.values[field.place()]
    }

    fn has_child(&self, _: FieldIx, _: &Predicate) -> bool {
        panic!("conditions of other entities are not asked here")
    }

    fn changed(&self) -> i64 {
        i64::try_from(self.from).unwrap()
    }
}

impl Entities for Memory {
    type Moment = u64;

    async fn moment(&self, at: &At) -> Result<u64, QueryError> {
        let head = *self.head.lock().unwrap();
        let within = |argument: &str, number: u64| match number {
            number if number > head => Err(not_yet("Qm", argument, head, number)),
            number if number < self.first => Err(too_early("Qm", argument, self.first, number)),
            number => Ok(number),
        };
        match at {
            // blocks come all the time
            At::Head => {
                *self.head.lock().unwrap() += self.grows;
                Ok(head)
            }
            At::Number(number) => within("block.number", *number),
            At::Hash(hash) => {
                let numbers = self.first..=head;
                let mut found = numbers.filter(|number| self.block(number).hash == *hash);
                found.next().ok_or_else(no_block)
            }
        }
    }

    fn block(&self, number: &u64) -> BlockInfo {
        let hash = |number: u64| B256::left_padding_from(&number.to_be_bytes()).into();
        BlockInfo {
            number: *number,
            hash: hash(*number),
            parent: hash(number - 1),
            timestamp: number * 10,
        }
    }

    async fn read(&self, at: &u64, wanted: Read<'_>) -> Result<Vec<Vec<Row>>, QueryError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let Read { entity, of, filter, order, page, columns } = wanted;
        let id = self.ids.iter().enumerate().find(|(place, _)| *place == entity.place()).unwrap().1;
        let by = order.map(|order| match order.by {
            By::Field(by) => (by, order),
            By::Child { .. } => panic!("orders by other entities are not asked here"),
        });
        let list = |is_meant: &dyn Fn(&Version) -> bool| {
            let valid = self.valid(entity, *at).filter(|version| is_meant(version));
            let mut found: Vec<_> = valid.filter(|version| filter.is_true(*version)).collect();
            if let Some((by, order)) = by {
                found.sort_by(|one, other| {
                    let key = |version: &&Version| {
                        (version.value(by).clone(), version.value(*id).clone())
                    };
                    let (one, other) = (key(one), key(other));
                    order.compare((&one.0, &one.1), (&other.0, &other.1))
                });
            }
            let part = found.into_iter().skip(page.skip as usize).take(page.first as usize);
            part.map(|version| Row {
                changed: version.from,
                values: columns.iter().map(|field| version.value(*field).clone()).collect(),
            })
            .collect::<Vec<_>>()
        };
        Ok(match of {
            Of::All => vec![list(&|_| true)],
            Of::Ids(ids) => vec![list(&|version| ids.contains(version.value(*id)))],
            Of::Pointing { by, to } => {
                to.iter().map(|to| list(&|version| version.value(by) == to)).collect()
            }
        })
    }
}

//! Who keeps the entities, and what is asked of it.

use std::future::Future;

use crate::{
    error::QueryError,
    filter::Predicate,
    moment::At,
    page::{Order, Page},
    schema::{EntityIx, FieldIx},
    value::{Bytes, Value},
};

/// Who keeps the entities of a subgraph.
pub trait Entities: Sync {
    /// A block whose entities can be read.
    type Moment: Clone + Send + Sync;

    /// Finds a block. Asked once for each that a request names, so the newest is the same for a whole request.
    ///
    /// # Errors
    /// See [`crate::moment`].
    fn moment(&self, at: &At) -> impl Future<Output = Result<Self::Moment, QueryError>> + Send;

    /// What is known of a block.
    fn block(&self, moment: &Self::Moment) -> BlockInfo;

    /// Reads entities: a list for each thing that is asked for ([`Of`]), in its order.
    ///
    /// # Errors
    /// When they cannot be read, or not without too much work.
    fn read(
        &self,
        moment: &Self::Moment,
        wanted: Read<'_>,
    ) -> impl Future<Output = Result<Vec<Vec<Row>>, QueryError>> + Send;
}

/// A block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockInfo {
    /// Height.
    pub number: u64,
    /// Hash.
    pub hash: Bytes,
    /// Hash of the one before.
    pub parent: Bytes,
    /// Time in Unix seconds.
    pub timestamp: u64,
}

/// Entities that are wanted.
#[derive(Debug, Clone, Copy)]
pub struct Read<'a> {
    /// Their kind.
    pub entity: EntityIx,
    /// Which of them.
    pub of: Of<'a>,
    /// Which of these. Conditions of other entities are not in it.
    pub filter: &'a Predicate,
    /// In which order; never by fields of other entities. None: in any, whichever are found first.
    pub order: Option<Order>,
    /// Which part of each list.
    pub page: Page,
    /// What of them.
    pub columns: &'a [FieldIx],
}

/// Which entities.
#[derive(Debug, Clone, Copy)]
pub enum Of<'a> {
    /// All of them: one list.
    All,
    /// Those with these ids: one list.
    Ids(&'a [Value]),
    /// Those whose field refers to one of these: a list for each of them.
    Pointing {
        /// The field.
        by: FieldIx,
        /// Ids.
        to: &'a [Value],
    },
}

/// An entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The block that changed it last.
    pub changed: u64,
    /// Values of the columns, in the order in which they were asked for.
    pub values: Box<[Value]>,
}

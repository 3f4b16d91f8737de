//! A part of the history that is rebuilt.

use bson::{Document, doc};
use domain::{fold::Key, ids::PoolId};

use crate::{
    codec::Pid,
    documents::id_prefix,
    history::{self, POOL},
};

/// Entities of a kind: all of them, or those of a pool (pools and ticks).
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) kind: i32,
    pub(super) pool: Option<PoolId>,
}

impl Part {
    /// Its ids in the history.
    pub(super) fn history(&self, chain: i64) -> Document {
        let Some(pool) = self.pool else {
            return id_prefix(&doc! { "c": chain, "t": self.kind });
        };
        let (least, most) = if self.kind == POOL {
            (Key::Pool(pool), Key::Pool(pool))
        } else {
            (Key::Tick(pool, i32::MIN), Key::Tick(pool, i32::MAX))
        };
        let id = |key, first| history::id_document(chain, &history::tagged(&key), first);
        doc! { "$gte": id(least, 0), "$lte": id(most, u64::MAX) }
    }

    /// The ids of its documents.
    pub(super) fn documents(&self, chain: i64) -> Document {
        match self.pool {
            None => id_prefix(&doc! { "c": chain }),
            Some(pool) => id_prefix(&doc! { "c": chain, "p": Pid(pool) }),
        }
    }
}

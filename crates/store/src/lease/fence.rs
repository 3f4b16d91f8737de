//! The check that every writing transaction begins with.

use bson::{Document, doc};
use mongodb::ClientSession;

use super::Grant;
use crate::{
    documents::lease::{FENCES, Fence, LEASES, Lease},
    error::StoreError,
};

/// What the transaction is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Commit or take back.
    Write,
    /// Remove a part of the chain.
    Remove,
    /// Declare the chain removed: after this it can be written again.
    Finish,
}

impl Grant {
    /// Refuses who does not hold the lease any more. Reading the token would not be enough: a take-over could be
    /// committed between that read and our commit. So the fence is written, too: of the two one has to give way.
    pub(crate) async fn check(
        &self,
        session: &mut ClientSession,
        purpose: Purpose,
    ) -> Result<(), StoreError> {
        let key = doc! { "c": self.key };
        let mut touch = doc! { "$inc": { "writes": 1_i64 } };
        match purpose {
            Purpose::Write => {}
            Purpose::Remove => drop(touch.insert("$set", doc! { "removing": true })),
            // counted for who copies a chain: it must not be another one at the end
            Purpose::Finish => {
                touch.insert("$inc", doc! { "writes": 1_i64, "removals": 1_i64 });
                touch.insert("$unset", doc! { "removing": "" });
            }
        }
        let fence = self
            .database
            .collection::<Fence>(FENCES)
            .find_one_and_update(doc! { "_id": &key, "token": self.token }, touch)
            .session(&mut *session)
            .await?;
        match fence {
            None => Err(StoreError::LeaseLost {
                chain: self.chain,
                holder: self.other(&key, session).await?,
            }),
            Some(Fence { removing: true }) if purpose == Purpose::Write => {
                Err(StoreError::Removing { chain: self.chain })
            }
            Some(_) => Ok(()),
        }
    }

    /// Who holds the lease now.
    async fn other(
        &self,
        key: &Document,
        session: &mut ClientSession,
    ) -> Result<String, StoreError> {
        let found = self
            .database
            .collection::<Lease>(LEASES)
            .find_one(doc! { "_id": key })
            .session(session)
            .await?;
        Ok(found.map_or_else(|| "nobody".to_owned(), |lease| lease.holder))
    }
}

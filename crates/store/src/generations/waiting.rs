//! Who stands by for a generation. It is written into the document of the chain's lease, which no commit touches: the
//! holder of the lease can know whether somebody else would go on with what is stored.

use std::time::Duration;

use bson::{Document, doc};
use domain::ids::ChainId;
use futures::TryStreamExt as _;
use mongodb::Collection;

use super::{Generation, Generations};
use crate::{codec::chain_key, documents::lease::LEASES, error::StoreError, lease::expiry};

/// Says that a process waits for the lease of the chain, who would go on with this generation. It counts for so long, by
/// the server's clock. What of others is over is removed.
pub(crate) async fn stand_by(
    leases: &Collection<Document>,
    chain: ChainId,
    generation: Generation,
    ttl: Duration,
) -> Result<(), StoreError> {
    let others = doc! { "$filter": {
        "input": { "$ifNull": ["$waiting", []] },
        "cond": { "$and": [
            { "$ne": ["$$this.g", generation.0] }, { "$gt": ["$$this.until", "$$NOW"] },
        ] },
    } };
    let this = doc! { "g": generation.0, "until": expiry(ttl) };
    let said = vec![doc! { "$set": { "waiting": { "$concatArrays": [others, [this]] } } }];
    leases.update_one(of(chain), said).await?;
    Ok(())
}

fn of(chain: ChainId) -> Document {
    doc! { "_id": { "c": chain_key(chain) } }
}

impl Generations {
    /// Whether another process stands by that would go on with this generation.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn awaited(&self, generation: Generation) -> Result<bool, StoreError> {
        let grant = self.lease.grant();
        let waiting = doc! { "$filter": {
            "input": { "$ifNull": ["$waiting", []] },
            "cond": { "$and": [
                { "$eq": ["$$this.g", generation.0] }, { "$gt": ["$$this.until", "$$NOW"] },
            ] },
        } };
        let asked = vec![
            doc! { "$match": of(grant.chain) },
            doc! { "$project": { "waiting": { "$size": waiting } } },
        ];
        let leases = grant.database.collection::<Document>(LEASES);
        let found: Option<Document> = leases.aggregate(asked).await?.try_next().await?;
        Ok(found.is_some_and(|found| found.get_i32("waiting").is_ok_and(|count| count > 0)))
    }
}

//! The pools with most locked value of each of many tokens.

use std::cmp::Reverse;

use alloy_primitives::Address;
use bson::{Bson, Document, RawDocumentBuf, doc};
use domain::entity::Pool;
use futures::TryStreamExt as _;

use super::plan::{TVL, above_all};
use crate::{
    codec::Addr,
    documents::{Stored as _, decode, pool},
    error::StoreError,
    reader::{Snapshot, plan::range},
};

impl Snapshot {
    /// The first pools by locked value in USD of each of these tokens, by token: one read, however many tokens.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn leading_pools_of(
        &self,
        tokens: &[Address],
        each: u32,
    ) -> Result<Vec<(Address, Vec<Pool>)>, StoreError> {
        if tokens.is_empty() || each == 0 {
            return Ok(Vec::new());
        }
        let (database, mut session) = self.parts().await;
        let mut cursor = database
            .collection::<Document>(pool::Doc::COLLECTION)
            .aggregate(pipeline(self.key(), tokens, each))
            .session(&mut *session)
            .with_type::<RawDocumentBuf>()
            .await?;
        let found: Vec<RawDocumentBuf> = cursor.stream(&mut session).try_collect().await?;
        drop(session);
        let pools: Result<Vec<Pool>, _> =
            found.iter().map(|raw| decode::<pool::Doc>(raw)).collect();
        let mut pools = pools?;
        pools.sort_by_key(|pool| Reverse((pool.figures.total_value_locked_usd, pool.id)));
        pools.dedup_by_key(|pool| pool.id);
        // what another token's pools bring besides comes behind its own
        let of = |token: &Address| {
            let has = |pool: &&Pool| pool.token0 == *token || pool.token1 == *token;
            (*token, pools.iter().filter(has).take(each as usize).cloned().collect())
        };
        Ok(tokens.iter().map(of).collect())
    }
}

fn pipeline(chain: i64, tokens: &[Address], each: u32) -> Vec<Document> {
    let questions: Vec<Bson> = tokens.iter().map(|token| Addr(*token).into()).collect();
    // as the list of one token's pools by locked value is read
    let of_token = [
        doc! { "$match": { "_id.c": chain, TVL: { "$lte": above_all() } } },
        doc! { "$sort": { TVL: -1, "_id": -1 } },
        doc! { "$limit": i64::from(each) },
    ];
    vec![
        // any pool of the chain: the questions need a document to come from
        doc! { "$match": { "_id": range(chain, true, None) } },
        doc! { "$sort": { "_id": 1 } },
        doc! { "$limit": 1 },
        doc! { "$project": { "_id": 0, "token": { "$literal": questions } } },
        doc! { "$unwind": "$token" },
        doc! { "$lookup": {
            "from": pool::Doc::COLLECTION,
            "localField": "token",
            "foreignField": "tokens",
            "pipeline": of_token.to_vec(),
            "as": "pool",
        } },
        doc! { "$unwind": "$pool" },
        doc! { "$replaceWith": "$pool" },
    ]
}

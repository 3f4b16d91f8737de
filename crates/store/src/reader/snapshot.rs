//! One block's view of a chain.

use std::sync::Arc;

use alloy_primitives::{Address, U256};
use bson::{Document, RawDocumentBuf, Timestamp};
use domain::{
    block::BlockRef,
    entity::{Counters, NftBalance, Pool, Token},
    ids::{ChainId, PoolId},
    row::NftTransfer,
};
use futures::TryStreamExt as _;
use mongodb::{Client, ClientSession, Database, options::Hint};
use tokio::sync::{Mutex, MutexGuard, OnceCell};

use super::{
    NftCollectionCursor, NftOwnedCursor, NftTransferQuery, TokenQuery,
    bound::Bound,
    lists::BATCH,
    nfts,
    plan::{ID, Plan},
    pools, tokens,
};
use crate::{
    documents::{Stored, decode, nft_balance, nft_transfer, pool, token},
    error::StoreError,
    watermark::Watermark,
};

/// A chain as of one block. Clones share the session, so reads of one snapshot follow each other.
///
/// Lists give at most `limit` items, in the order said; ask for one more than a page to learn whether there is a next.
/// Every read may fail with a retryable [`StoreError`]: no server, or the snapshot is too old.
#[derive(Debug, Clone)]
pub struct Snapshot {
    database: Database,
    session: Arc<Mutex<ClientSession>>,
    /// The moment all its reads are of; beside the session, which may be busy.
    time: Option<Timestamp>,
    chain: ChainId,
    key: i64,
    watermark: Watermark,
    /// Since which block the history is kept, once somebody asked.
    pub(super) kept: Arc<OnceCell<u64>>,
}

impl Snapshot {
    /// The session's moment is fixed already.
    pub(super) fn new(
        database: Database,
        session: ClientSession,
        chain: ChainId,
        key: i64,
        watermark: Watermark,
    ) -> Self {
        let (time, kept) = (session.snapshot_time(), Arc::default());
        let session = Arc::new(Mutex::new(session));
        Self { database, session, time, chain, key, watermark, kept }
    }

    /// The same moment through a session of its own: its reads do not wait for those of this one. Nothing is asked for that.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn sibling(&self) -> Result<Self, StoreError> {
        // a server that tells no moment leaves the session that has it
        let Some(time) = self.time else { return Ok(self.clone()) };
        let session = session_at(self.database.client(), time).await?;
        Ok(Self { session: Arc::new(Mutex::new(session)), ..self.clone() })
    }

    /// The moment all its reads are of.
    pub(super) const fn time(&self) -> Option<Timestamp> {
        self.time
    }

    /// The chain.
    #[must_use]
    pub const fn chain(&self) -> ChainId {
        self.chain
    }

    /// A number that changes when the chain is indexed anew beside this: what was known of another says nothing of this.
    #[must_use]
    pub const fn generation(&self) -> i64 {
        self.key
    }

    /// The block every answer is of.
    #[must_use]
    pub const fn block(&self) -> BlockRef {
        self.watermark.block
    }

    /// Running counts as of the block.
    #[must_use]
    pub const fn counters(&self) -> Counters {
        self.watermark.counters
    }

    /// A pool.
    pub async fn pool(&self, id: PoolId) -> Result<Option<Pool>, StoreError> {
        Ok(self.pools_by_ids(&[id]).await?.pop())
    }

    /// The pools with these ids that exist, by id.
    pub async fn pools_by_ids(&self, ids: &[PoolId]) -> Result<Vec<Pool>, StoreError> {
        self.find::<pool::Doc>(pools::by_ids(self.key, ids)).await
    }

    /// Tokens by address.
    pub async fn tokens(&self, query: &TokenQuery) -> Result<Vec<Token>, StoreError> {
        self.find::<token::Doc>(tokens::plan(self.key, query)).await
    }

    /// The tokens with these addresses that exist, by address.
    pub async fn tokens_by_addresses(
        &self,
        addresses: &[Address],
    ) -> Result<Vec<Token>, StoreError> {
        self.find::<token::Doc>(tokens::by_addresses(self.key, addresses)).await
    }

    /// Who holds a token id, by owner, after the owner given.
    pub async fn nft_owners(
        &self,
        collection: Address,
        token_id: U256,
        after: Option<Address>,
        limit: u32,
    ) -> Result<Vec<NftBalance>, StoreError> {
        self.find::<nft_balance::Doc>(nfts::owners(self.key, collection, token_id, after, limit))
            .await
    }

    /// All balances of a collection, by token id and owner.
    pub async fn nft_collection(
        &self,
        collection: Address,
        after: Option<NftCollectionCursor>,
        limit: u32,
    ) -> Result<Vec<NftBalance>, StoreError> {
        self.find::<nft_balance::Doc>(nfts::collection(self.key, collection, after, limit)).await
    }

    /// What an owner holds, of all collections or one, by collection and token id.
    pub async fn nfts_of(
        &self,
        owner: Address,
        collection: Option<Address>,
        after: Option<NftOwnedCursor>,
        limit: u32,
    ) -> Result<Vec<NftBalance>, StoreError> {
        self.find::<nft_balance::Doc>(nfts::owned(self.key, owner, collection, after, limit)).await
    }

    /// Transfers of a collection or of one of its token ids, newest first.
    pub async fn nft_transfers(
        &self,
        query: &NftTransferQuery,
    ) -> Result<Vec<NftTransfer>, StoreError> {
        self.find::<nft_transfer::Doc>(nfts::transfers(self.key, query)).await
    }

    /// How many accounts hold something of the collection. Reads an index entry per balance: [`StoreError::TooMuch`]
    /// where there are too many.
    pub async fn nft_holders_count(&self, collection: Address) -> Result<u64, StoreError> {
        self.count_holders(collection, nfts::HOLDERS).await
    }

    pub(crate) async fn count_holders(
        &self,
        collection: Address,
        bound: Bound,
    ) -> Result<u64, StoreError> {
        let pipeline = nfts::holders_count(self.key, collection, bound.documents);
        let mut session = self.session.lock().await;
        let counted = async {
            let mut cursor = self
                .database
                .collection::<Document>(nft_balance::Doc::COLLECTION)
                .aggregate(pipeline)
                .max_time(bound.deadline)
                .session(&mut *session)
                .await?;
            cursor.stream(&mut session).try_next().await
        };
        let found = counted.await.map_err(|error| bound.given_up(error))?;
        // no group, no holder
        let Some(found) = found else { return Ok(0) };
        let number = |name: &str| found.get_i64(name).unwrap_or_default().cast_unsigned();
        bound.check(number("read"))?;
        Ok(number("n"))
    }

    /// Runs a plan.
    pub(super) async fn find<D: Stored + Send + Sync>(
        &self,
        plan: Plan,
    ) -> Result<Vec<D::Domain>, StoreError> {
        self.find_within::<D>(plan, None).await
    }

    /// Runs a plan that may need more than it gives.
    pub(super) async fn find_within<D: Stored + Send + Sync>(
        &self,
        plan: Plan,
        bound: Option<Bound>,
    ) -> Result<Vec<D::Domain>, StoreError> {
        self.find_projected::<D>(plan, bound, None).await
    }

    /// Runs a plan for a part of each document, which must be enough to read it.
    pub(super) async fn find_projected<D: Stored + Send + Sync>(
        &self,
        plan: Plan,
        bound: Option<Bound>,
        projection: Option<Document>,
    ) -> Result<Vec<D::Domain>, StoreError> {
        if plan.limit == Some(0) {
            return Ok(Vec::new());
        }
        let mut session = self.session.lock().await;
        let collection = self.collection(plan.collection);
        let mut find = collection
            .find(plan.filter)
            .sort(plan.sort)
            .hint(Hint::Name(plan.index.to_owned()))
            .session(&mut *session);
        find = match plan.limit {
            Some(limit) => find.limit(i64::from(limit)).batch_size(limit),
            // in as few messages as they fit into
            None => find.batch_size(BATCH),
        };
        if let Some(bound) = bound {
            find = find.max_time(bound.deadline);
        }
        if let Some(projection) = projection {
            find = find.projection(projection);
        }
        let failed = |error| match bound {
            Some(bound) => bound.given_up(error),
            None => StoreError::from(error),
        };
        let mut cursor = find.await.map_err(failed)?;
        let found: Vec<RawDocumentBuf> =
            cursor.stream(&mut session).try_collect().await.map_err(failed)?;
        drop(session);
        found.iter().map(|raw| decode::<D>(raw)).collect()
    }

    pub(super) const fn watermark(&self) -> &Watermark {
        &self.watermark
    }

    /// The chain as stored.
    pub(crate) const fn key(&self) -> i64 {
        self.key
    }

    /// The database, and the session to read it through.
    pub(crate) async fn parts(&self) -> (&Database, MutexGuard<'_, ClientSession>) {
        (&self.database, self.session.lock().await)
    }

    /// How many documents match.
    pub(super) async fn count_documents(
        &self,
        collection: &str,
        filter: Document,
    ) -> Result<u64, StoreError> {
        let mut session = self.session.lock().await;
        let found = self.collection(collection);
        Ok(found
            .count_documents(filter)
            .hint(Hint::Name(ID.to_owned()))
            .session(&mut *session)
            .await?)
    }

    fn collection(&self, name: &str) -> mongodb::Collection<RawDocumentBuf> {
        self.database.collection(name)
    }
}

/// A session whose reads are all of this moment.
pub(super) async fn session_at(
    client: &Client,
    time: Timestamp,
) -> Result<ClientSession, StoreError> {
    Ok(client.start_session().snapshot(true).snapshot_time(time).await?)
}

//! The subgraphs that are served: each a schema over the rows of one DEX.

use std::{sync::Arc, time::Duration};

use alloy_primitives::B256;
use chain::Client;
use domain::{block::BlockRef, ids::ChainId};
use store::{Reader, Snapshot, StoreError};
use subgraph::{
    Answer, Api, Entities, Limits, QueryError, Request, Subgraph,
    entities::{BlockInfo, Read, Row},
    moment::{At, no_block, not_yet, too_early},
    schema::Schema,
    value::Bytes,
};
use tokio::{sync::OnceCell, time::timeout};

use super::{
    budget::Meter,
    moment::{About, Moment, unread},
    table::Reads,
};

/// Blocks among which one is looked for by its hash: those that can be taken back.
const RECENT: u32 = 4_096;
/// The node is asked for its newest block for so long.
const HEAD: Duration = Duration::from_secs(2);

/// All subgraphs that are served.
#[derive(Debug, Default)]
pub(crate) struct Subgraphs {
    all: Vec<Arc<Served>>,
}

/// One of them.
pub(crate) struct Served {
    pub(super) name: String,
    pub(super) aliases: Vec<String>,
    pub(super) id: String,
    pub(super) network: String,
    pub(super) chain: ChainId,
    pub(super) about: Arc<About>,
    pub(super) start_block: u64,
    pub(super) schema: Schema,
    pub(super) api: Api,
    pub(super) limits: Limits,
    /// By the numbers of the entities.
    pub(super) tables: Vec<Box<dyn Reads>>,
    pub(super) reader: Reader,
    pub(super) client: Client,
    pub(super) meter: Meter,
    /// Longest time that a request may take.
    pub(super) patience: Duration,
}

/// Where a subgraph stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    /// First block that is indexed.
    pub(crate) first: u64,
    /// Newest indexed block; none: nothing is indexed yet.
    pub(crate) latest: Option<BlockRef>,
    /// Newest block of the chain that the node told, if it is known.
    pub(crate) head: Option<(u64, B256)>,
    /// Pools, tokens, swaps and liquidity events of the chain that are stored.
    pub(crate) entities: u64,
    /// Lowest block that can be asked for.
    pub(crate) history_from: u64,
}

impl Subgraphs {
    pub(super) const fn new(all: Vec<Arc<Served>>) -> Self {
        Self { all }
    }

    /// By name or alias.
    pub(crate) fn named(&self, name: &str) -> Option<&Arc<Served>> {
        self.all
            .iter()
            .find(|served| served.name == name || served.aliases.iter().any(|alias| alias == name))
    }

    /// By deployment id.
    pub(crate) fn with_id(&self, id: &str) -> Option<&Arc<Served>> {
        self.all.iter().find(|served| served.id == id)
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Served>> {
        self.all.iter()
    }
}

impl std::fmt::Debug for Served {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Served").field("name", &self.name).field("id", &self.id).finish()
    }
}

impl Served {
    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its id as a deployment.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Name of the chain.
    pub(crate) fn network(&self) -> &str {
        &self.network
    }

    /// Answers, with the newest block that the answer could be of.
    pub(crate) async fn answer(&self, request: Request) -> (Answer, Option<BlockInfo>) {
        let entities = Rows { of: self, newest: OnceCell::new(), recent: OnceCell::new() };
        let Self { schema, api, limits, id, .. } = self;
        let subgraph = Subgraph { schema, api, entities: &entities, limits, deployment: id };
        let answer = timeout(self.patience, subgraph.answer(request)).await;
        let answer = answer.unwrap_or_else(|_| Err(vec![QueryError::new("Query timed out")]));
        let newest = entities.newest.get().map(|moment| moment.block().clone());
        (answer, newest)
    }

    /// Where it stands.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn standing(&self) -> Result<Standing, StoreError> {
        let first = self.start_block;
        // a node that does not answer keeps nobody from hearing where the store stands
        let head = timeout(HEAD, self.client.latest_block()).await.ok().and_then(Result::ok);
        let head = head.map(|block| (block.number, block.hash));
        let snapshot = self.reader.recent(self.chain).await?;
        let Some(snapshot) = snapshot else {
            return Ok(Standing { first, latest: None, head, entities: 0, history_from: 0 });
        };
        let counters = snapshot.counters();
        let entities =
            counters.pools + counters.tokens + counters.swaps + counters.liquidity_events;
        let history_from = snapshot.history_from().await?;
        Ok(Standing { first, latest: Some(snapshot.block()), head, entities, history_from })
    }

    async fn snapshot(&self) -> Result<Snapshot, QueryError> {
        let found = self.reader.recent(self.chain).await.map_err(|e| unread(&e))?;
        found.ok_or_else(|| {
            QueryError::new(format!("subgraph {} has not indexed any block yet", self.id))
        })
    }
}

/// The entities of one request: whatever names no block is read at one and the same.
struct Rows<'a> {
    of: &'a Served,
    newest: OnceCell<Moment>,
    /// Blocks that can be taken back, once somebody named one by its hash.
    recent: OnceCell<Vec<BlockRef>>,
}

impl Rows<'_> {
    async fn newest(&self) -> Result<&Moment, QueryError> {
        let open = || async {
            let snapshot = self.of.snapshot().await?;
            Ok(Moment::newest(snapshot, Arc::clone(&self.of.about), self.of.meter.clone()))
        };
        self.newest.get_or_try_init(open).await
    }

    async fn at_height(&self, number: u64) -> Result<Moment, QueryError> {
        let newest = self.newest().await?;
        let Served { id, .. } = self.of;
        let head = newest.block().number;
        if number > head {
            return Err(not_yet(id, "block.number", head, number));
        }
        let first = self.first(newest).await?;
        if number < first {
            return Err(too_early(id, "block.number", first, number));
        }
        if number == head {
            return Ok(newest.clone());
        }
        // nobody is told the hash of a block that he names by its height
        let nothing = Bytes::from(&[][..]);
        Ok(newest.at(BlockInfo { number, hash: nothing.clone(), parent: nothing, timestamp: 0 }))
    }

    /// The lowest block that can be asked for.
    async fn first(&self, newest: &Moment) -> Result<u64, QueryError> {
        let kept = newest.snapshot().history_from().await.map_err(|e| unread(&e))?;
        Ok(kept.max(self.of.start_block))
    }

    async fn with_hash(&self, hash: &Bytes) -> Result<Moment, QueryError> {
        let newest = self.newest().await?;
        if newest.block().hash == *hash {
            return Ok(newest.clone());
        }
        let look = || async { newest.snapshot().recent_blocks(RECENT).await };
        let recent = self.recent.get_or_try_init(look).await.map_err(|e| unread(&e))?;
        let found = recent.iter().find(|block| Bytes::from(block.hash) == *hash);
        let block = found.ok_or_else(no_block)?;
        let first = self.first(newest).await?;
        if block.number < first {
            return Err(too_early(&self.of.id, "block.hash", first, block.number));
        }
        Ok(newest.at(BlockInfo {
            number: block.number,
            hash: block.hash.into(),
            parent: block.parent_hash.into(),
            timestamp: block.timestamp,
        }))
    }
}

impl Entities for Rows<'_> {
    type Moment = Moment;

    async fn moment(&self, at: &At) -> Result<Moment, QueryError> {
        match at {
            At::Head => self.newest().await.cloned(),
            At::Number(number) => self.at_height(*number).await,
            At::Hash(hash) => self.with_hash(hash).await,
        }
    }

    fn block(&self, moment: &Moment) -> BlockInfo {
        moment.block().clone()
    }

    async fn read(&self, moment: &Moment, wanted: Read<'_>) -> Result<Vec<Vec<Row>>, QueryError> {
        let entity = self.of.schema.entity(wanted.entity);
        match self.of.tables.get(wanted.entity.place()) {
            Some(table) => table.read(moment, entity, wanted).await,
            None => Err(QueryError::new(format!("`{}` is not served", entity.name))),
        }
    }
}

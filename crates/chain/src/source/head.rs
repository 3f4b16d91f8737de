//! Blocks near the head: asked one by one by their hashes, many in a round trip. The header's own summary of its logs
//! spares questions to which the answer would be nothing, and says of which contracts there may be something.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bloom};
use domain::block::BlockRef;

use crate::{
    error::ChainError,
    raw::RawBlock,
    source::{
        Source, assemble,
        bloom::Bits,
        emitters::Emitters,
        fetch::Found,
        filter::{Query, by_hash},
        plan::Plan,
    },
    wire::{WireBlock, WireLog},
};

/// Addresses named in one round trip: about half a megabyte.
const ADDRESSES_AT_ONCE: usize = 10_000;

/// Questions about one block.
type Asked = (BlockRef, Vec<Query>);

impl Source {
    /// Logs of these blocks, under their headers.
    pub(super) async fn head(&self, wire: Vec<WireBlock>) -> Result<Vec<RawBlock>, ChainError> {
        let headers = wire.iter().map(BlockRef::from).collect::<Vec<_>>();
        assemble::check_links(&headers)?;
        let of_all = |queries: &[Query]| {
            headers.iter().map(|header| (*header, queries.to_vec())).collect::<Vec<Asked>>()
        };
        let fixed = self.filter.fixed(self.planner.addresses());
        let mut found = Found::default();
        match &self.filter.emitters {
            None => {
                let queries = fixed.into_iter().chain(self.filter.of_anybody()).collect::<Vec<_>>();
                found.add(self.by_hash(of_all(&queries)).await?);
            }
            Some(emitters) => {
                found.add(self.by_hash(of_all(&fixed)).await?);
                emitters.learn(&found.logs);
                // before they are believed
                self.check_blooms(&wire, &found.logs);
                self.of_emitters(emitters, &wire, &mut found).await?;
            }
        }
        self.check_blooms(&wire, &found.logs);
        if let (Some(first), Some(last)) = (headers.first(), headers.last()) {
            assemble::check_all(&found.logs, first.number, last.number)?;
        }
        assemble::assemble(wire, found, self.transactions)
    }

    async fn of_emitters(
        &self,
        emitters: &Emitters,
        wire: &[WireBlock],
        found: &mut Found,
    ) -> Result<(), ChainError> {
        let topics = self.filter.any_address_topics.iter().map(|topic| Bits::of(topic.as_slice()));
        let topics = topics.collect::<Vec<_>>();
        let plan = self.planner.at_head(emitters.count());
        let mut asked = Vec::new();
        let mut by_topic = 0;
        for block in wire {
            let header = BlockRef::from(block);
            let bloom = self.trust.believed(block.logs_bloom.as_deref(), block.is_idle());
            if bloom.is_some_and(|bloom| !topics.iter().any(|bits| bits.are_in(bloom))) {
                continue;
            }
            let queries = self.of_block(emitters, header.number, bloom, plan);
            by_topic += u64::from(queries.iter().any(|query| query.addresses.is_empty()));
            asked.push((header, queries));
        }
        let Found { logs, transactions } = self.by_hash(asked).await?;
        let (ours, strangers) = emitters.split(logs);
        if by_topic > 0 {
            self.planner.measured(Plan::ByTopic, by_topic, ours.len(), strangers.len());
        }
        found.add(Found { logs: ours, transactions });
        Ok(())
    }

    /// Questions for the emitters' logs in a block.
    fn of_block(
        &self,
        emitters: &Emitters,
        number: u64,
        bloom: Option<&Bloom>,
        plan: Plan,
    ) -> Vec<Query> {
        let per_query = self.planner.addresses();
        let everybody = || self.filter.of_anybody().into_iter().collect();
        if plan == Plan::ByTopic && bloom.is_none() {
            return everybody();
        }
        let known = emitters.from(0, number).0;
        let may_speak = known.iter().filter(|one| bloom.is_none_or(|bloom| one.bits.are_in(bloom)));
        let mut may_speak = may_speak.map(|one| one.address).collect::<Vec<Address>>();
        may_speak.sort_unstable();
        may_speak.dedup();
        if plan == Plan::ByTopic && may_speak.len() > per_query {
            return everybody();
        }
        self.filter.of_emitters(&may_speak, per_query)
    }

    /// The answers to these questions, of which so many are sent at once as name a bounded number of addresses.
    async fn by_hash(&self, asked: Vec<Asked>) -> Result<Found, ChainError> {
        let mut found = Found::default();
        let mut asked = asked.into_iter().filter(|(_, queries)| !queries.is_empty()).peekable();
        while asked.peek().is_some() {
            let (mut part, mut named) = (Vec::new(), 0);
            while named < ADDRESSES_AT_ONCE
                && let Some((header, queries)) = asked.next()
            {
                named += queries.iter().map(|query| query.addresses.len()).sum::<usize>();
                part.push((header, queries));
            }
            self.part_by_hash(part, &mut found).await?;
        }
        Ok(found)
    }

    /// What a block's answer cannot bear is asked in smaller parts.
    async fn part_by_hash(&self, asked: Vec<Asked>, found: &mut Found) -> Result<(), ChainError> {
        let mut filters = Vec::new();
        for (header, queries) in &asked {
            filters.extend(queries.iter().map(|query| query.json(&by_hash(header.hash))));
        }
        let mut answers = self.client.logs_many(&filters).await?.into_iter();
        for (header, queries) in asked {
            let mut refused = Vec::new();
            for query in queries {
                match answers.next() {
                    Some(Ok(logs)) => found.logs.extend(logs),
                    Some(Err(ChainError::TooLarge(_))) => refused.push(query),
                    Some(Err(ChainError::Refused(_))) if query.addresses.len() > 1 => {
                        self.planner.addresses_refused(query.addresses.len());
                        refused.push(query);
                    }
                    Some(Err(error)) => return Err(error),
                    None => return Err(ChainError::Missing(format!("logs of {}", header.hash))),
                }
            }
            if !refused.is_empty() {
                found.add(self.logs_of_block(header.number, Some(header.hash), &refused).await?);
            }
        }
        Ok(())
    }

    /// Whether the headers speak of the logs that there are.
    fn check_blooms(&self, wire: &[WireBlock], logs: &[WireLog]) {
        let mut by_block = BTreeMap::<B256, Vec<&WireLog>>::new();
        for log in logs {
            by_block.entry(log.block_hash).or_default().push(log);
        }
        for block in wire {
            let logs = by_block.remove(&BlockRef::from(block).hash).unwrap_or_default();
            self.trust.check(block.logs_bloom.as_deref(), logs.into_iter());
        }
    }
}

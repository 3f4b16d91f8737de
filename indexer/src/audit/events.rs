//! Rows against logs: nothing missing, nothing twice.

use std::collections::BTreeSet;

use abis::decode::{Decoder, fixed_topics, pool_topics};
use chain::{
    Client,
    raw::RawBlock,
    source::{LogFilter, Source},
};
use domain::{event::EventKind, ids::PoolId};
use futures::TryStreamExt as _;
use store::RowCounts;

use super::{Audit, AuditError, Kind, Report, Sample, view::View};
use crate::{config::IndexerConfig, error::IndexerError};

/// Blocks per span.
const SPAN: u64 = 100;
/// One span for so many of each kind.
const PER_SPAN: u32 = 5;

/// The source of the very logs that the indexer reads.
pub(super) fn source(config: &IndexerConfig, client: Client) -> Source {
    let (addresses, topics) = fixed_topics(&config.watch);
    let filter = LogFilter {
        any_address_topics: pool_topics(&config.watch),
        addresses,
        topics,
        ..LogFilter::default()
    };
    Source::new(client, filter, config.range, 1)
}

impl Audit {
    /// Compares how many rows some spans of blocks have with how many logs they have.
    pub(super) async fn events(
        &self,
        view: &mut View,
        report: &mut Report,
    ) -> Result<(), AuditError> {
        let spans = (view.block.number - view.start) / SPAN + 1;
        let chosen: Vec<u64> = match view.sample {
            Sample::Some(count) if u64::from(count.div_ceil(PER_SPAN)) < spans => {
                let some = (0..count.div_ceil(PER_SPAN)).map(|_| {
                    let block = view.any_block();
                    (block - view.start) / SPAN
                });
                some.collect::<BTreeSet<_>>().into_iter().collect()
            }
            _ => (0..spans).collect(),
        };
        for span in chosen {
            let from = view.start + span * SPAN;
            let to = (from + SPAN - 1).min(view.block.number);
            let ranges = self.source.backfill(from, to);
            let ranges: Vec<_> = ranges.try_collect().await.map_err(AuditError::Chain)?;
            let blocks = ranges.into_iter().flat_map(|range| range.blocks).collect();
            let on_chain = self.count(view, blocks).await;
            let stored = show(&view.snapshot.row_counts(from, to).await?);
            let what = || format!("blocks {from} to {to}");
            let on_chain = match on_chain? {
                Ok(counts) => show(&counts),
                Err(undecodable) => undecodable,
            };
            report.compare(Kind::Events, what, stored, on_chain);
        }
        Ok(())
    }

    /// Rows that these logs give, or why they give none.
    async fn count(
        &self,
        view: &View,
        blocks: Vec<RawBlock>,
    ) -> Result<Result<RowCounts, String>, AuditError> {
        let logs = || blocks.iter().flat_map(|block| &block.logs);
        let emitters: BTreeSet<_> = logs().map(|log| PoolId::Contract(log.address)).collect();
        let emitters: Vec<_> = emitters.into_iter().collect();
        let pools = view.snapshot.pools_by_ids(&emitters).await?;
        let pools = pools.into_iter().filter_map(|pool| match pool.id {
            PoolId::Contract(address) => Some((address, pool.protocol)),
            PoolId::Key(_) => None,
        });
        let mut decoder = Decoder::new(self.watch.clone(), pools);
        let mut counts = RowCounts::default();
        for log in logs() {
            match decoder.decode(log.address, &log.data) {
                // tokens of position managers that no collection names have no rows here
                Ok(Some(EventKind::Erc721Transfer { .. }))
                    if self.watch.collection(log.address).is_none() => {}
                Ok(Some(kind)) => add(&mut counts, &kind),
                Ok(None) => {}
                Err(error) => return Ok(Err(IndexerError::from(error).to_string())),
            }
        }
        Ok(Ok(counts))
    }
}

/// The rows of an event.
fn add(counts: &mut RowCounts, kind: &EventKind) {
    match kind {
        EventKind::V2Swap { .. } | EventKind::V3Swap { .. } | EventKind::V4Swap { .. } => {
            counts.swaps += 1;
        }
        EventKind::V2Mint { .. }
        | EventKind::V2Burn { .. }
        | EventKind::V3Mint { .. }
        | EventKind::V3Burn { .. }
        | EventKind::V3Collect { .. }
        | EventKind::V3Flash { .. }
        | EventKind::V4ModifyLiquidity { .. }
        | EventKind::V4Donate { .. } => counts.liquidity += 1,
        EventKind::Erc721Transfer { .. } => counts.nft_transfers += 1,
        EventKind::Erc1155Transfer { items, .. } => counts.nft_transfers += items.len() as u64,
        _ => {}
    }
}

fn show(counts: &RowCounts) -> String {
    let RowCounts { swaps, liquidity, nft_transfers } = counts;
    format!("{swaps} swaps, {liquidity} liquidity events, {nft_transfers} NFT transfers")
}

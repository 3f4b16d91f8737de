//! The blocks themselves.

use std::collections::BTreeMap;

use super::{Audit, AuditError, Kind, Report, Sample, view::View};

/// Undo records looked at when all are asked for.
const MOST: u32 = 100_000;

impl Audit {
    /// Compares the hashes of the blocks that can be taken back, and of the block that everything else is compared at.
    pub(super) async fn history(
        &self,
        view: &mut View,
        report: &mut Report,
    ) -> Result<(), AuditError> {
        let count = match view.sample {
            Sample::All => MOST,
            Sample::Some(count) => count,
        };
        let newest = view.block;
        let recent = view.snapshot.recent_blocks(count).await?;
        let stored: BTreeMap<u64, _> = recent
            .into_iter()
            .filter(|block| block.number < newest.number)
            .chain([newest])
            .map(|block| (block.number, block.hash))
            .collect();
        let numbers: Vec<u64> = stored.keys().copied().collect();
        let blocks = self.client().blocks(&numbers).await.map_err(AuditError::Chain)?;
        for block in blocks {
            if let Some(hash) = stored.get(&block.number) {
                let what = || format!("block {}", block.number);
                report.compare(Kind::Blocks, what, hash.to_string(), block.hash.to_string());
            }
        }
        Ok(())
    }
}

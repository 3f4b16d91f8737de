//! The store as of the block that is compared.

use alloy_primitives::Address;
use alloy_primitives::U256;
use domain::block::BlockRef;
use rand::{Rng, SeedableRng, rngs::SmallRng};
use store::{Past, Snapshot};

use super::{Audit, AuditError, Sample, Scope};

/// Key of a balance: collection, token id, owner.
pub(super) type NftKey = (Address, U256, Address);

/// One block's view.
pub(super) struct View {
    pub(super) snapshot: Snapshot,
    pub(super) past: Past,
    pub(super) block: BlockRef,
    pub(super) sample: Sample,
    /// First block that may hold anything.
    pub(super) start: u64,
    dice: SmallRng,
}

impl View {
    pub(super) async fn open(audit: &Audit, scope: Scope) -> Result<Self, AuditError> {
        let snapshot = audit.reader.snapshot(audit.chain_id).await?;
        let snapshot = snapshot.ok_or_else(|| AuditError::Nothing(audit.name.clone()))?;
        let newest = snapshot.block().number;
        let block = scope.block.unwrap_or(newest);
        let past = if block <= newest { snapshot.past(block).await? } else { None };
        let Some(past) = past else {
            // below the oldest record lies one more block of which the state is known
            let oldest = snapshot.recent_blocks(u32::MAX >> 1).await?.pop();
            let lowest = oldest.map_or(newest, |oldest| oldest.number.saturating_sub(1));
            return Err(AuditError::NotKept { block, lowest, newest });
        };
        Ok(Self {
            block: past.block,
            start: audit.start_block.min(past.block.number),
            snapshot,
            past,
            sample: scope.sample,
            dice: SmallRng::seed_from_u64(scope.seed),
        })
    }

    /// A block somewhere in what is indexed.
    pub(super) fn any_block(&mut self) -> u64 {
        self.dice.random_range(self.start..=self.block.number)
    }

    /// A number of so many bits, at most.
    pub(super) fn any_number(&mut self, bits: usize) -> U256 {
        let all = U256::from_be_bytes(self.dice.random::<[u8; 32]>());
        all.wrapping_shr(256_usize.saturating_sub(bits))
    }

    /// So many of these, or all of them when all are asked for; the order changes.
    pub(super) fn some_of<T>(&mut self, mut items: Vec<T>, most: usize) -> Vec<T> {
        if self.sample != Sample::All && items.len() > most {
            for index in 0..most {
                let other = self.dice.random_range(index..items.len());
                items.swap(index, other);
            }
            items.truncate(most);
        }
        items
    }
}

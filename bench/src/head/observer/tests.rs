//! Observers that begin late, are behind, or see more than was asked for.

use std::sync::atomic::{AtomicU64, Ordering};

use super::*;

/// A height that begins where the observer was told, or already above it, and grows with every look.
async fn seen(heights: &[u64], first: u64, last: u64) -> Result<Vec<u64>> {
    let (_known, known) = watch::channel(Some(last));
    let looks = AtomicU64::new(0);
    let height = async || {
        let look = usize::try_from(looks.fetch_add(1, Ordering::Relaxed))?;
        let at = heights.get(look).or(heights.last());
        at.copied().ok_or_else(|| anyhow::anyhow!("no heights"))
    };
    Ok(look(first, known, height).await?.into_keys().collect())
}

#[tokio::test]
async fn an_observer_that_starts_late_leaves_no_block_out() -> Result<()> {
    assert_eq!(seen(&[12, 13], 10, 13).await?, [11, 12, 13]);
    Ok(())
}

#[tokio::test]
async fn an_observer_that_is_behind_looks_on_until_the_last_block() -> Result<()> {
    assert_eq!(seen(&[10, 10, 11, 11, 13], 10, 13).await?, [11, 12, 13]);
    Ok(())
}

#[tokio::test]
async fn blocks_after_the_last_do_no_harm() -> Result<()> {
    assert_eq!(seen(&[15], 13, 14).await?, [14, 15]);
    Ok(())
}

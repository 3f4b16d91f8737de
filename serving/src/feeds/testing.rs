//! What tests look at that no answer shows.

use std::collections::BTreeMap;

use domain::ids::PoolId;
use store::{PoolQuery, Snapshot};

use super::{FeedSettings, day, pairs};

/// What each pool did in the last 24 hours, as text. With more pools than `many` those that stood still are not asked for,
/// which must not show.
///
/// # Errors
/// What the store says.
pub async fn days(
    snapshot: &Snapshot,
    settings: &FeedSettings,
    many: usize,
) -> Result<BTreeMap<PoolId, String>, String> {
    let query = PoolQuery { limit: 100_000, ..PoolQuery::default() };
    let pools = snapshot.pools(&query).await.map_err(|error| error.to_string())?;
    let pairs = pairs::of_pools(snapshot, settings, pools).await;
    let pairs = pairs.map_err(|problem| problem.detail().to_owned())?;
    let days = day::of_many(snapshot, &pairs, many).await;
    let days = days.map_err(|problem| problem.detail().to_owned())?;
    Ok(days.into_iter().map(|(pool, day)| (pool, format!("{day:?}"))).collect())
}

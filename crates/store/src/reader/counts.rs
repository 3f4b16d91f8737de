//! How long a list is, counted by the index that serves it, up to a bound.

use std::time::Duration;

use alloy_primitives::Address;
use bson::{Document, doc};
use domain::{figures::Interval, ids::PoolId};
use futures::TryStreamExt as _;
use mongodb::options::Hint;

use super::{
    PeriodQuery, PoolOrder, PoolQuery, PositionQuery, ShareQuery, Snapshot, SymbolQuery,
    TickDayQuery, TickQuery, TokenQuery, accounts, bound::Bound, plan::Plan, pools, positions,
    series, tick_days, ticks, tokens,
};
use crate::error::StoreError;

/// A list of documents, from its first row to its last: cursors and limits of the query are no part of that.
#[derive(Debug, Clone, Copy)]
pub enum ListQuery<'a> {
    /// Pools.
    Pools(&'a PoolQuery),
    /// Pools of these two tokens, the lower address first.
    PoolsOfPair([Address; 2]),
    /// Tokens by address.
    Tokens(&'a TokenQuery),
    /// Tokens from one address to another, both included.
    TokensBetween(Address, Address),
    /// Tokens whose symbols begin alike.
    TokensByPrefix(&'a SymbolQuery),
    /// Positions that are tokens.
    Positions(&'a PositionQuery),
    /// Shares of V2 pairs.
    Shares(&'a ShareQuery),
    /// Ticks of a pool.
    Ticks(&'a TickQuery),
    /// Days of a pool's ticks.
    TickDays(&'a TickDayQuery),
    /// Hours or days of a pool.
    PoolPeriods(PoolId, Interval, &'a PeriodQuery),
    /// Hours or days of a token on the DEX of a factory: factory, token.
    TokenPeriods((Address, Address), Interval, &'a PeriodQuery),
    /// Days of the DEX of a factory.
    DexDays(Address, &'a PeriodQuery),
}

/// What is counted at most, and how long.
const COUNTED: Bound = Bound {
    what: "counting the rows of a list",
    documents: 10_000,
    deadline: Duration::from_secs(1),
};

/// The stages of a count behind its conditions, as [`crate::queries`] writes them.
pub(crate) const STAGES: &str = "| $limit $count";

impl Snapshot {
    /// Rows of a whole list; `None` where there are more than 10,000, or counting them takes longer than a second.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn count(&self, list: ListQuery<'_>) -> Result<Option<u64>, StoreError> {
        self.count_within(list, COUNTED).await
    }

    pub(crate) async fn count_within(
        &self,
        list: ListQuery<'_>,
        bound: Bound,
    ) -> Result<Option<u64>, StoreError> {
        let Some(Plan { collection, filter, index, .. }) = plan(self.key(), list) else {
            return Ok(None);
        };
        // one more than counts tells that there are more
        let limit = i64::try_from(bound.documents).unwrap_or(i64::MAX).saturating_add(1);
        let pipeline =
            [doc! { "$match": filter }, doc! { "$limit": limit }, doc! { "$count": "n" }];
        let (database, mut session) = self.parts().await;
        let counted = async {
            let mut cursor = database
                .collection::<Document>(collection)
                .aggregate(pipeline)
                .hint(Hint::Name(index.to_owned()))
                .max_time(bound.deadline)
                .session(&mut *session)
                .await?;
            cursor.stream(&mut session).try_next().await
        };
        let found = match counted.await.map_err(|error| bound.given_up(error)) {
            Err(StoreError::TooMuch { .. }) => return Ok(None),
            found => found?,
        };
        // of nothing there is no count
        let Some(found) = found else { return Ok(Some(0)) };
        let number = found.get_i64("n").or_else(|_| found.get_i32("n").map(i64::from));
        let number = number.unwrap_or_default().cast_unsigned();
        Ok((number <= bound.documents).then_some(number))
    }
}

/// The plan of the whole list.
fn plan(chain: i64, list: ListQuery<'_>) -> Option<Plan> {
    Some(match list {
        ListQuery::Pools(query) => {
            // no order changes how many there are
            let order = PoolOrder::Created;
            let whole = PoolQuery { order, after: None, ..query.clone() };
            pools::plans(chain, &whole).pop()?
        }
        ListQuery::PoolsOfPair(pair) => pools::of_pair(chain, pair, 0),
        ListQuery::Tokens(query) => {
            tokens::plan(chain, &TokenQuery { after: None, ..query.clone() })
        }
        ListQuery::TokensBetween(from, to) => tokens::between(chain, from, to, 0),
        ListQuery::TokensByPrefix(query) => tokens::by_prefix(chain, &query.prefix, None, 0),
        ListQuery::Positions(query) => {
            positions::plan(chain, &PositionQuery { after: None, ..*query })
        }
        ListQuery::Shares(query) => accounts::plan(chain, &ShareQuery { after: None, ..*query }),
        ListQuery::Ticks(query) => ticks::plan(chain, query),
        ListQuery::TickDays(query) => {
            tick_days::plan(chain, &TickDayQuery { after: None, ..*query })
        }
        ListQuery::PoolPeriods(pool, kind, query) => series::of_pool(chain, pool, kind, query),
        ListQuery::TokenPeriods(of, kind, query) => series::of_token(chain, of, kind, query),
        ListQuery::DexDays(factory, query) => series::of_factory(chain, factory, query),
    })
}

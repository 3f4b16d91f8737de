//! Pages of hours and days, newest first. A period without events has no row.

use std::fmt::Debug;

use alloy_primitives::Address;
use api_kit::{
    cursor::List,
    page::{Rows, Slice},
    problem::Problem,
};
use domain::{
    figures::{Interval, PoolInterval, ProtocolDay, TokenInterval},
    fold::{EntityType, Key},
    ids::PoolId,
};
use store::{ListQuery, PeriodQuery, StoreError};

use super::as_of::At;

/// Which periods: those that begin from one time to before another, in Unix seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: Option<u64>,
    pub(crate) to: Option<u64>,
}

impl Span {
    /// Numbers of the first and the last period, none of them behind a block's; `None` where there is none.
    fn periods(self, kind: Interval, newest: u32) -> Option<(u32, u32)> {
        let seconds = kind.seconds();
        let begins = |time: u64| u32::try_from(time.div_ceil(seconds)).unwrap_or(u32::MAX);
        let from = self.from.map_or(0, begins);
        let to = match self.to.map(begins) {
            Some(before) => before.checked_sub(1)?.min(newest),
            None => newest,
        };
        (from <= to).then_some((from, to))
    }
}

/// A row and the number of its period.
pub(crate) type Numbered<R> = (u32, R);

/// Whose periods, of which length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OfPool(pub(crate) PoolId, pub(crate) Interval);

/// Those of a token on the DEX of a factory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OfToken {
    pub(crate) factory: Address,
    pub(crate) token: Address,
    pub(crate) kind: Interval,
}

/// Days of the DEX of a factory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OfDex(pub(crate) Address);

/// Something that has periods.
pub(crate) trait Series: Debug + Sync {
    /// What is known of each.
    type Row: EntityType + Clone + Send;

    /// Name of the list.
    const NAME: &'static str;

    /// Their length.
    fn kind(&self) -> Interval;
    /// The entity of a period.
    fn key(&self, number: u32) -> Key;
    /// All of them, to be counted.
    fn list<'a>(&self, query: &'a PeriodQuery) -> ListQuery<'a>;
    /// The periods as they are now.
    fn read(
        &self,
        at: &At,
        query: PeriodQuery,
    ) -> impl Future<Output = Result<Vec<Numbered<Self::Row>>, StoreError>> + Send;
}

impl Series for OfPool {
    type Row = PoolInterval;
    const NAME: &'static str = "pool periods";

    fn kind(&self) -> Interval {
        self.1
    }

    fn key(&self, number: u32) -> Key {
        Key::PoolInterval(self.0, self.1, number)
    }

    fn list<'a>(&self, query: &'a PeriodQuery) -> ListQuery<'a> {
        ListQuery::PoolPeriods(self.0, self.1, query)
    }

    async fn read(
        &self,
        at: &At,
        query: PeriodQuery,
    ) -> Result<Vec<Numbered<PoolInterval>>, StoreError> {
        at.hot().pool_intervals(at.snapshot(), (self.0, self.1), &query).await
    }
}

impl Series for OfToken {
    type Row = TokenInterval;
    const NAME: &'static str = "token periods";

    fn kind(&self) -> Interval {
        self.kind
    }

    fn key(&self, number: u32) -> Key {
        Key::TokenInterval(self.factory, self.token, self.kind, number)
    }

    fn list<'a>(&self, query: &'a PeriodQuery) -> ListQuery<'a> {
        ListQuery::TokenPeriods((self.factory, self.token), self.kind, query)
    }

    async fn read(
        &self,
        at: &At,
        query: PeriodQuery,
    ) -> Result<Vec<Numbered<TokenInterval>>, StoreError> {
        at.snapshot().token_intervals((self.factory, self.token), self.kind, &query).await
    }
}

impl Series for OfDex {
    type Row = ProtocolDay;
    const NAME: &'static str = "DEX days";

    fn kind(&self) -> Interval {
        Interval::Day
    }

    fn key(&self, number: u32) -> Key {
        Key::ProtocolDay(self.0, number)
    }

    fn list<'a>(&self, query: &'a PeriodQuery) -> ListQuery<'a> {
        ListQuery::DexDays(self.0, query)
    }

    async fn read(
        &self,
        at: &At,
        query: PeriodQuery,
    ) -> Result<Vec<Numbered<ProtocolDay>>, StoreError> {
        at.snapshot().protocol_days(self.0, &query).await
    }
}

/// Periods of a series as of now; `None` where there are too many to count.
pub(crate) async fn count<S: Series>(
    at: &At,
    series: &S,
    span: Span,
) -> Result<Option<u64>, Problem> {
    let newest = series.kind().period(at.block().timestamp);
    let Some((from, to)) = span.periods(series.kind(), newest) else { return Ok(Some(0)) };
    Ok(at.snapshot().count(series.list(&PeriodQuery { from, to, limit: 0 })).await?)
}

/// A page of a series.
pub(crate) async fn page<S: Series>(
    at: &At,
    series: &S,
    span: Span,
    slice: Slice<'_>,
) -> Result<Rows<Numbered<S::Row>>, Problem> {
    let filter = format!("{series:?} {span:?} {:?}", at.named());
    let list = List::new(S::NAME, at.snapshot().chain(), filter);
    let after =
        list.after(slice.after, |bytes| Some(u32::from_be_bytes(bytes.try_into().ok()?)))?;
    let newest = series.kind().period(at.block().timestamp);
    let below = |to: u32| match after {
        Some(after) => Some(to.min(after.checked_sub(1)?)),
        None => Some(to),
    };
    let periods = span.periods(series.kind(), newest);
    let mut found = Vec::new();
    if let Some((from, to)) = periods.and_then(|(from, to)| Some((from, below(to)?))) {
        // one more in case that the newest did not exist yet
        let limit = slice.size.limit() + u32::from(at.past().is_some());
        found = series.read(at, PeriodQuery { from, to, limit }).await?;
    }
    // a period that was over is what it was: only the block's own was another one then
    if let (Some(block), Some((number, row))) = (at.past(), found.first_mut())
        && *number == newest
    {
        match at.then_one::<S::Row>(series.key(newest), block).await? {
            Some(then) => *row = then,
            None => drop(found.remove(0)),
        }
    }
    found.truncate(slice.size.limit() as usize);
    Ok(Rows::new(found, slice.size, &list, |(number, _)| number.to_be_bytes().to_vec()))
}

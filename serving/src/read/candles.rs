//! Candles of a span of time, ascending.

use alloy_primitives::Address;
use api_kit::{parse, problem::Problem};
use domain::candle::{Candle, Resolution, Subject, UnknownResolution, fill};
use store::{CandleQuery, PoolOrder, PoolQuery, Snapshot};

use super::as_of::At;
use crate::failure;

mod whole;

pub(crate) use self::whole::Wanted;

/// Most candles of an answer.
const MOST: u32 = 1_000;
/// Candles of an answer if nothing is said.
const USUAL: u32 = 300;

/// Which candles a request means: the newest `limit` that begin from `from` to before `to`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) resolution: Resolution,
    from: u64,
    to: Option<u64>,
    limit: u32,
    fill: bool,
}

/// The same as text.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SpanText<'a> {
    pub(crate) resolution: Option<&'a str>,
    pub(crate) from: Option<&'a str>,
    pub(crate) to: Option<&'a str>,
    pub(crate) limit: Option<&'a str>,
    pub(crate) fill: Option<&'a str>,
}

impl Span {
    pub(crate) fn parse(text: SpanText<'_>) -> Result<Self, Problem> {
        let resolution = text.resolution.map(str::parse).transpose();
        let resolution = resolution.map_err(|error: UnknownResolution| {
            Problem::bad_request("RESOLUTION_INVALID", format!("`resolution`: {error}"))
        })?;
        let time = |field, text: Option<&str>| {
            text.map(|text| parse::uint64("TIME_INVALID", field, text)).transpose()
        };
        let limit = text.limit.map(|text| parse::uint64("LIMIT_INVALID", "limit", text));
        let limit = u32::try_from(limit.transpose()?.unwrap_or_else(|| USUAL.into()));
        let Some(limit) = limit.ok().filter(|limit| (1..=MOST).contains(limit)) else {
            let detail = format!("`limit`: give 1 to {MOST}");
            return Err(Problem::bad_request("LIMIT_INVALID", detail));
        };
        let fill = match text.fill {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                return Err(Problem::bad_request("FILL_INVALID", "`fill`: give true or false"));
            }
        };
        Ok(Self {
            resolution: resolution.unwrap_or(Resolution::H1),
            from: time("from", text.from)?.unwrap_or_default(),
            to: time("to", text.to)?,
            limit,
            fill,
        })
    }

    /// The candles of a subject as of a block: as of one that the request names, those that were over then.
    pub(crate) async fn read_at(&self, at: &At, subject: Subject) -> Result<Vec<Candle>, Problem> {
        let mut span = *self;
        if let Some(block) = at.named_block() {
            let open = span.resolution.start(block.timestamp);
            span.to = Some(span.to.map_or(open, |to| to.min(open)));
        }
        span.read(at, subject).await
    }

    /// The candles of a subject; with `fill` also those of periods in which nothing happened, up to the block's.
    async fn read(&self, at: &At, subject: Subject) -> Result<Vec<Candle>, Problem> {
        let Self { resolution, from, limit, .. } = *self;
        let (snapshot, hot) = (at.snapshot(), at.hot());
        let now = snapshot.block().timestamp.saturating_add(1);
        let to = self.to.map_or(now, |to| to.min(now));
        let query = |from, to, limit| CandleQuery { subject, resolution, from, to, limit };
        if !self.fill {
            return Ok(hot.candles(snapshot, &query(from, to, limit)).await?);
        }
        let newest = resolution.start(to.saturating_sub(1));
        let room = u64::from(limit - 1).saturating_mul(resolution.seconds());
        let from = resolution.start_from(from).max(newest.saturating_sub(room));
        let candles = hot.candles(snapshot, &query(from, to, limit)).await?;
        let before = hot.candles(snapshot, &query(0, from, 1)).await?.pop();
        Ok(fill(candles, before.as_ref(), resolution, (from, to)))
    }
}

/// The factory of the DEX whose pools of a token swap most.
pub(crate) async fn busiest(snapshot: &Snapshot, token: Address) -> Result<Address, Problem> {
    let order = PoolOrder::Swaps;
    let query = PoolQuery { token: Some(token), order, limit: 1, ..PoolQuery::default() };
    let pool = snapshot.pools(&query).await?.pop();
    pool.map(|pool| pool.factory).ok_or_else(|| failure::unknown_token(token))
}

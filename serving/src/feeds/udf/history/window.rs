//! Which bars a request means.

use api_kit::problem::Problem;

use crate::feeds::{
    asked::Asked,
    bars::{Length, Span},
};

#[cfg(test)]
mod tests;

/// A part of a pair's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    /// Unix time.
    from: u64,
    /// Unix time; not included.
    to: u64,
    /// Whether `limit` is what was asked for, from wherever that is.
    counted: bool,
    /// At most so many of the newest.
    pub(super) limit: u32,
    /// Whether periods without a trade have a bar.
    pub(super) fill: bool,
}

impl Window {
    /// The window of a request, or what is wrong with it. Nothing happened after `now`, the time of the block.
    pub(super) fn parse(
        asked: &Asked,
        cap: u32,
        now: u64,
    ) -> Result<Result<Self, String>, Problem> {
        let newest = now.saturating_add(1);
        let (from, to) = (asked.number("from")?.unwrap_or_default(), asked.number("to")?);
        let countback = asked.number("countback")?.filter(|count| *count > 0);
        // with `countback` `from` does not count, and clients that page back ask with one that is too new
        if let Some(to) = to.filter(|to| countback.is_none() && from > *to) {
            return Ok(Err(format!("from {from} is after to {to}")));
        }
        let fill = match asked.text("fill") {
            None | Some("0" | "false") => false,
            Some("1" | "true") => true,
            Some(_) => return Ok(Err("fill: give 0 or 1".to_owned())),
        };
        let to = to.unwrap_or(newest).min(newest);
        let limit = countback.and_then(|count| u32::try_from(count).ok().or(Some(u32::MAX)));
        let counted = limit.is_some();
        let limit = limit.unwrap_or(cap).min(cap);
        Ok(Ok(Self { from: if counted { 0 } else { from }, to, counted, limit, fill }))
    }

    /// What is to be read: without gaps, so many periods; else from wherever the bars are.
    pub(super) fn span(&self, length: Length) -> Span {
        let Self { from, to, limit, .. } = *self;
        if !self.fill || to == 0 {
            return (from, to);
        }
        let newest = length.start(to - 1);
        let back = length.back(newest, u64::from(limit.saturating_sub(1)));
        (if self.counted { back } else { back.max(length.start_from(from)) }, to)
    }
}

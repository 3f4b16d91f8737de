//! What readers of blocks ask with.

use std::ops::RangeInclusive;

use alloy_primitives::Address;
use api_kit::{parse, problem::Problem};
use domain::ids::PoolId;
use serde::Deserialize;

use super::MOST_BLOCKS;

#[cfg(test)]
mod tests;

/// `?id=`.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in crate::feeds) struct ById {
    id: Option<String>,
}

impl ById {
    /// The text.
    ///
    /// # Errors
    /// `ID_REQUIRED`.
    fn text(&self) -> Result<&str, Problem> {
        let given = self.id.as_deref().filter(|id| !id.is_empty());
        given.ok_or_else(|| Problem::bad_request("ID_REQUIRED", "give `id`"))
    }

    /// An address in any case: checksums are not looked at.
    ///
    /// # Errors
    /// `ID_INVALID`.
    pub(in crate::feeds) fn address(&self) -> Result<Address, Problem> {
        match self.pool_or_address()? {
            PoolId::Contract(address) => Ok(address),
            PoolId::Key(_) => {
                Err(invalid(self.text()?, "is no address: give 0x and 40 hex digits"))
            }
        }
    }

    /// An address or V4 id in any case.
    ///
    /// # Errors
    /// `ID_INVALID`.
    pub(in crate::feeds) fn pool_or_address(&self) -> Result<PoolId, Problem> {
        let text = self.text()?;
        let wanted = "is no id: give 0x and 40 hex digits (V2, V3, tokens) or 64 (V4)";
        text.to_ascii_lowercase().parse().map_err(|_| invalid(text, wanted))
    }
}

/// `?fromBlock=&toBlock=`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::feeds) struct Range {
    from_block: Option<String>,
    to_block: Option<String>,
}

const FROM: &str = "fromBlock";
const TO: &str = "toBlock";

/// A parameter that is wrong.
#[derive(Debug)]
pub(in crate::feeds) struct Wrong {
    /// How.
    pub(in crate::feeds) problem: Problem,
    /// Its name.
    pub(in crate::feeds) param: &'static str,
}

impl From<Wrong> for Problem {
    fn from(wrong: Wrong) -> Self {
        wrong.problem
    }
}

impl Range {
    /// The blocks, both ends included.
    ///
    /// # Errors
    /// `BLOCK_INVALID` for what is no height, `RANGE_INVALID` for ends in the wrong order, above the announced block or too
    /// far from each other.
    pub(in crate::feeds) fn blocks(&self, announced: u64) -> Result<RangeInclusive<u64>, Wrong> {
        let end = |param: &'static str, text: &Option<String>| {
            height(param, text.as_deref()).map_err(|problem| Wrong { problem, param })
        };
        let (from, to) = (end(FROM, &self.from_block)?, end(TO, &self.to_block)?);
        let invalid = |param: &'static str, detail: String| {
            Err(Wrong { problem: Problem::bad_request("RANGE_INVALID", detail), param })
        };
        if from > to {
            return invalid(FROM, format!("`fromBlock` {from} is above `toBlock` {to}"));
        }
        if to - from >= MOST_BLOCKS {
            return invalid(
                TO,
                format!(
                    "{from} to {to} are more than {MOST_BLOCKS} blocks, the most of one answer: ask for less"
                ),
            );
        }
        if to > announced {
            return invalid(
                TO,
                format!(
                    "`toBlock` {to} is above the latest block {announced}: a part of what is to come would be lost"
                ),
            );
        }
        Ok(from..=to)
    }
}

/// A height as text.
///
/// # Errors
/// `BLOCK_INVALID`.
pub(in crate::feeds) fn height(name: &str, text: Option<&str>) -> Result<u64, Problem> {
    let text = text.ok_or_else(|| {
        Problem::bad_request("BLOCK_INVALID", format!("give `{name}`, a block's height"))
    })?;
    parse::uint64("BLOCK_INVALID", name, text)
}

fn invalid(text: &str, why: &str) -> Problem {
    let shown: String = text.chars().take(80).collect();
    Problem::bad_request("ID_INVALID", format!("`id`: `{shown}` {why}"))
}

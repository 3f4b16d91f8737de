//! How long price sheets are kept.

use std::str::FromStr;

use domain::{iso, market::Millis};
use futures::{FutureExt as _, future::BoxFuture};
use serde::{Deserialize, Serialize};
use store::market::Outcome;

use super::{
    collector::Collector,
    jobs::{Report, Work},
};

const DAY: Millis = 86_400_000;

/// How long it is kept what prices were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Keep {
    /// For ever.
    #[default]
    All,
    /// For so many days, at least.
    Days(u32),
}

/// A setting that is none.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` says not how long price sheets are kept: write \"all\" or \"90 days\"")]
pub struct KeepError(String);

impl FromStr for Keep {
    type Err = KeepError;

    fn from_str(text: &str) -> Result<Self, KeepError> {
        let error = || KeepError(text.chars().take(80).collect());
        if text == "all" {
            return Ok(Self::All);
        }
        let (number, unit) = text.split_once(' ').ok_or_else(error)?;
        match (number.parse().ok(), unit) {
            (Some(days @ 1..), "days" | "day") => Ok(Self::Days(days)),
            _ => Err(error()),
        }
    }
}

impl TryFrom<String> for Keep {
    type Error = KeepError;

    fn try_from(text: String) -> Result<Self, KeepError> {
        text.parse()
    }
}

impl From<Keep> for String {
    fn from(keep: Keep) -> Self {
        match keep {
            Keep::All => "all".to_owned(),
            Keep::Days(days) => format!("{days} days"),
        }
    }
}

/// Deletes sheets that are older than that.
#[derive(Debug)]
pub struct Forget {
    /// The collector.
    pub collector: Collector,
    /// How many days are kept.
    pub days: u32,
}

impl Forget {
    async fn forget(&self) -> Report {
        let kept = u64::from(self.days).saturating_mul(DAY);
        let before = self.collector.now().saturating_sub(kept);
        let mut words = Vec::new();
        let (mut outcome, since) = (Outcome::Done, iso::format(before));
        for chain in self.collector.book().chains() {
            let name = self.collector.book().chain_name(chain);
            match self.collector.market().forget_sheets(chain, before).await {
                Ok(0) => {}
                Ok(sheets) => {
                    tracing::info!(chain = name, sheets, since, "older price sheets are deleted");
                    words.push(format!("{sheets} sheets of {name} from before {since} deleted"));
                }
                Err(error) => {
                    outcome = Outcome::Failed;
                    words.push(format!("{name}: {error}"));
                }
            }
        }
        if words.is_empty() {
            words.push(format!("no sheet is from before {since}"));
        }
        Report { outcome, detail: words.join("; ") }
    }
}

impl Work for Forget {
    fn run(&self) -> BoxFuture<'_, Report> {
        self.forget().boxed()
    }
}

#[cfg(test)]
mod tests;

//! What is configured of a source.

use std::time::Duration;

use serde::Deserialize;

use crate::secret::Key;

/// How to reach a source over HTTP. What is left out is the source's own default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SourceConfig {
    /// Base of all URLs, without a slash at the end. With a key it has to be `https://`, but on this machine.
    pub base_url: Option<String>,
    /// The key, where the source has keys.
    pub key: Option<Key>,
    /// Whether the key is of a paid plan, which has another base and other ways to carry the key.
    pub paid: bool,
    /// Calls per minute, or weight per minute where the source counts weights.
    pub per_minute: Option<u32>,
    /// Seconds that one question may take, tries and waits included.
    pub deadline_seconds: Option<u64>,
    /// Characters of a URL at most: more ids are asked in several calls.
    pub longest_url: Option<usize>,
    /// Ids in one call at most.
    pub ids_per_call: Option<usize>,
}

/// Seconds for one question where nothing else is configured.
const DEADLINE: Duration = Duration::from_secs(15);
/// Characters of a URL where nothing else is configured.
const LONGEST_URL: usize = 6_000;

impl SourceConfig {
    /// See [`SourceConfig::deadline_seconds`].
    #[must_use]
    pub fn deadline(&self) -> Duration {
        self.deadline_seconds.map_or(DEADLINE, |seconds| Duration::from_secs(seconds.max(1)))
    }

    /// See [`SourceConfig::longest_url`].
    #[must_use]
    pub fn longest_url(&self) -> usize {
        self.longest_url.unwrap_or(LONGEST_URL)
    }
}

//! How much is compared.

use std::str::FromStr;

/// All, or so many of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sample {
    /// Everything that is stored.
    All,
    /// So many of each kind.
    Some(u32),
}

/// Neither a number nor `all`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("give how many of each kind, at least 1, or `all`")]
pub struct InvalidSample;

impl FromStr for Sample {
    type Err = InvalidSample;

    fn from_str(text: &str) -> Result<Self, InvalidSample> {
        match text {
            "all" => Ok(Self::All),
            _ => match text.parse() {
                Ok(0) | Err(_) => Err(InvalidSample),
                Ok(count) => Ok(Self::Some(count)),
            },
        }
    }
}

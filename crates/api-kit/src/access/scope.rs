//! What a key can be good for.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a key can be good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyScope {
    /// Data by REST and GraphQL, also live.
    Read,
    /// The feeds of charts, listing sites and aggregators.
    Feeds,
    /// Lists as files.
    Export,
    /// Simulations, which make nodes work.
    Simulate,
    /// Endpoints below `/admin`.
    Admin,
}

impl KeyScope {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Read, Self::Feeds, Self::Export, Self::Simulate, Self::Admin];

    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Feeds => "feeds",
            Self::Export => "export",
            Self::Simulate => "simulate",
            Self::Admin => "admin",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl fmt::Display for KeyScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for KeyScope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|scope| scope.name() == text).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("there is no scope `{text}`: give one of {names}")
        })
    }
}

/// A set of scopes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// What anybody may do unless the configuration says otherwise: all but `admin`.
    pub const OPEN: Self = Self(
        KeyScope::Read.bit()
            | KeyScope::Feeds.bit()
            | KeyScope::Export.bit()
            | KeyScope::Simulate.bit(),
    );

    /// Whether it has this one.
    #[must_use]
    pub const fn has(self, scope: KeyScope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Those of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// All but this one.
    #[must_use]
    pub const fn without(self, scope: KeyScope) -> Self {
        Self(self.0 & !scope.bit())
    }

    /// Those that are known of these names; names of a newer version give nothing here.
    #[must_use]
    pub fn known(names: &[String]) -> Self {
        names.iter().filter_map(|name| name.parse().ok()).collect()
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = KeyScope> {
        KeyScope::ALL.into_iter().filter(move |scope| self.has(*scope))
    }
}

impl FromIterator<KeyScope> for Scopes {
    fn from_iter<I: IntoIterator<Item = KeyScope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |all, scope| all | scope.bit()))
    }
}

impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Scopes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<KeyScope>::deserialize(deserializer)?.into_iter().collect())
    }
}

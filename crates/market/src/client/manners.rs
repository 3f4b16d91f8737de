//! How one source is to be called.

use std::time::Duration;

use domain::market::Source;
use reqwest::{
    Url,
    header::{HeaderMap, HeaderName, HeaderValue},
};

use crate::{error::MarketError, secret::Key};

/// Where a source wants its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPlace {
    /// In the header of this name (lower case).
    Header(&'static str),
    /// As the first part of the path.
    Path,
}

/// What the client has to know of a source.
#[derive(Debug, Clone)]
pub struct Manners {
    /// Base of all URLs.
    pub base_url: String,
    /// The key and where it goes.
    pub key: Option<(KeyPlace, Key)>,
    /// Calls, or weight, per minute at most.
    pub per_minute: u32,
    /// Time for one question, waits and tries included.
    pub deadline: Duration,
    /// The header in which the source says how much weight of the running minute is used (lower case).
    pub used_weight: Option<&'static str>,
}

impl Manners {
    /// The base with the key in it where it belongs there, and the headers with the key where it belongs there.
    pub(super) fn parts(&self, source: Source) -> Result<(Url, HeaderMap), MarketError> {
        let wrong = |why: &str| MarketError::Misconfigured { source_name: source, why: why.into() };
        let mut base = Url::parse(&self.base_url)
            .map_err(|_| wrong("its base URL is none; write one like https://api.example.com"))?;
        if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() {
            return Err(wrong("its base URL has to begin with https://"));
        }
        if !base.username().is_empty() || base.password().is_some() || base.query().is_some() {
            return Err(wrong("its base URL holds a user or a query; write the key as its key"));
        }
        let mut headers = HeaderMap::new();
        let Some((place, key)) = &self.key else { return Ok((base, headers)) };
        if base.scheme() != "https" && !is_here(&base) {
            return Err(wrong("its base URL has to begin with https://: a key is sent there"));
        }
        match place {
            KeyPlace::Header(name) => {
                let mut value = HeaderValue::from_str(key.expose())
                    .map_err(|_| wrong("its key has characters that no key has"))?;
                value.set_sensitive(true);
                headers.insert(HeaderName::from_static(name), value);
            }
            KeyPlace::Path => {
                if let Ok(mut path) = base.path_segments_mut() {
                    path.pop_if_empty().push(key.expose());
                }
            }
        }
        Ok((base, headers))
    }
}

/// Whether the host is this machine.
fn is_here(url: &Url) -> bool {
    match url.host_str().map(|host| host.trim_matches(['[', ']'])) {
        Some("localhost") => true,
        Some(host) => host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback()),
        None => false,
    }
}

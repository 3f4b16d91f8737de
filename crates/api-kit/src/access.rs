//! Who may do what: keys with scopes, and what anybody may do without one.
//!
//! A key is `sooho_key_ID_SECRET`, sent as `Authorization: Bearer …` or as `X-Api-Key: …`. The store has the hash of its secret;
//! every service knows all keys in memory and reads them anew every few seconds, so a key that is taken back ends within
//! seconds, everywhere. While the store is away, keys that are known go on for some minutes; what is not known is refused
//! with 503 and never taken for a wrong key.
//!
//! A key adds to what anybody may do; `admin` is never anybody's. A key that is wrong, old or taken back is refused even where
//! none is needed: whoever sends one wants to know.

use std::sync::Arc;

use axum::http::HeaderMap;
use prometheus::{IntCounterVec, Opts, Registry};
use store::keys::Keys;

use crate::{clock, problem::Problem};

pub mod admin;
mod grant;
mod key;
mod layer;
mod scope;
mod sent;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use self::grant::KeyId;
pub use self::{
    grant::Grant,
    key::{NewKey, SecretKey},
    scope::{KeyScope, Scopes},
};

/// What a service is told of it.
#[derive(Debug, Clone)]
pub struct AccessSettings {
    /// The keys.
    pub keys: Keys,
    /// What anybody may do without one; `admin` in it counts for nothing.
    pub anonymous: Scopes,
}

/// What decides who may do what. Clones share what is known of keys.
#[derive(Debug, Clone)]
pub struct Access {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    table: table::Table,
    anonymous: Scopes,
    refused: IntCounterVec,
}

impl Access {
    /// Everybody may do what is `anonymous`, but for `admin`; all else needs a key.
    ///
    /// # Errors
    /// When the registry holds metrics of the same service already.
    pub fn new(
        service: &str,
        settings: AccessSettings,
        registry: &Registry,
    ) -> Result<Self, prometheus::Error> {
        let AccessSettings { keys, anonymous } = settings;
        let refused = IntCounterVec::new(
            Opts::new("sooho_access_refused_total", "Requests refused for their key, by reason.")
                .const_label("service", service),
            &["reason"],
        )?;
        registry.register(Box::new(refused.clone()))?;
        let anonymous = anonymous.without(KeyScope::Admin);
        Ok(Self { inner: Arc::new(Inner { table: table::Table::new(keys), anonymous, refused }) })
    }

    /// Whether anybody may do this.
    #[must_use]
    pub fn is_open(&self, scope: KeyScope) -> bool {
        self.inner.anonymous.has(scope)
    }

    /// What who sends these headers may do.
    ///
    /// # Errors
    /// 401 for a key that is good for nothing (`KEY_INVALID`, `KEY_UNKNOWN`, `KEY_EXPIRED`, `KEY_REVOKED`), 400 for two keys
    /// (`KEY_AMBIGUOUS`), 503 while it cannot be told (`STORE_UNAVAILABLE`).
    pub async fn identify(&self, headers: &HeaderMap) -> Result<Grant, Problem> {
        let sent = sent::key(headers).inspect_err(|_| self.refused("malformed"))?;
        match sent {
            Some(text) => self.identify_key(text).await,
            None => Ok(Grant::new(self.clone(), None)),
        }
    }

    /// What the holder of this key may do.
    ///
    /// # Errors
    /// As [`Access::identify`].
    pub async fn identify_key(&self, text: &str) -> Result<Grant, Problem> {
        let Some(key) = SecretKey::parse(text) else {
            self.refused("malformed");
            let detail = "this is no key: give the whole text, sooho_key_… to its last character";
            return Err(unauthorized("KEY_INVALID", detail));
        };
        let found = self.inner.table.find(key.id()).await?;
        // an unknown id and a wrong secret look the same from outside
        let Some(known) = found.filter(|known| key.fits(&known.record.hash)) else {
            self.refused("unknown");
            let detail = "nobody has this key here: ask who runs this service";
            return Err(unauthorized("KEY_UNKNOWN", detail));
        };
        self.check_times(&known)?;
        self.inner.table.used(&known, clock::millis());
        Ok(Grant::new(self.clone(), Some(known)))
    }

    fn check_times(&self, known: &table::Known) -> Result<(), Problem> {
        if known.record.revoked.is_some() {
            self.refused("revoked");
            return Err(unauthorized(
                "KEY_REVOKED",
                "this key was taken back: ask for another one",
            ));
        }
        if known.record.expires.is_some_and(|end| end <= clock::millis()) {
            self.refused("expired");
            return Err(unauthorized("KEY_EXPIRED", "this key has run out: ask for another one"));
        }
        Ok(())
    }

    fn refused(&self, reason: &str) {
        self.inner.refused.with_label_values(&[reason]).inc();
    }
}

fn unauthorized(code: &'static str, detail: impl Into<String>) -> Problem {
    Problem::new(axum::http::StatusCode::UNAUTHORIZED, code, detail)
}

//! The text of a key: `sooho_key_ID_SECRET`. The id, 8 random bytes, names it in lists and logs; the secret, 32 random
//! bytes, is shown once. With so much chance in it a plain hash is enough: nobody can try them all.

use std::fmt;

use alloy_primitives::hex;
use domain::market::Millis;
use rand::{TryRngCore as _, rngs::OsRng};
use sha2::{Digest as _, Sha256};
use store::keys::KeyRecord;
use subtle::ConstantTimeEq as _;

use super::Scopes;
use crate::clock;

/// What every key begins with, by which scanners of leaked secrets know it.
pub(super) const PREFIX: &str = "sooho_key_";
const ID_BYTES: usize = 8;

/// A key as its holder sends it. It never shows its secret by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey {
    id: String,
    secret: [u8; 32],
}

/// A key that was just made.
#[derive(Debug)]
pub struct NewKey {
    /// What is kept of it.
    pub record: KeyRecord,
    /// What its holder gets, once.
    pub key: SecretKey,
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl NewKey {
    /// Makes a key; it is good once its record is kept.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn make(
        name: String,
        scopes: Scopes,
        expires: Option<Millis>,
    ) -> Result<Self, rand::rand_core::OsError> {
        let (mut id, mut secret) = ([0; ID_BYTES], [0; 32]);
        OsRng.try_fill_bytes(&mut id)?;
        OsRng.try_fill_bytes(&mut secret)?;
        let key = SecretKey { id: hex::encode(id), secret };
        let record = KeyRecord {
            id: key.id.clone(),
            name,
            hash: key.hash(),
            scopes: scopes.iter().map(|scope| scope.name().to_owned()).collect(),
            created: clock::millis(),
            expires,
            revoked: None,
            used: None,
            successor: None,
        };
        Ok(Self { record, key })
    }
}

impl SecretKey {
    /// Reads one; `None` for what cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
        // in lower case alone: a key has one text
        let is_plain =
            |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if id.len() != 2 * ID_BYTES || !is_plain(id) || !is_plain(secret) {
            return None;
        }
        let secret = hex::decode(secret).ok()?.try_into().ok()?;
        Some(Self { id: id.to_owned(), secret })
    }

    /// What names it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// All of it, for its holder.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}_{}", self.id, hex::encode(self.secret))
    }

    /// Whether this is what is kept of it; takes as long for a wrong one.
    pub(super) fn fits(&self, hash: &[u8; 32]) -> bool {
        self.hash().ct_eq(hash).into()
    }

    fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.secret).into()
    }
}

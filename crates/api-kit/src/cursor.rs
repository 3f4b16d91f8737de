//! Opaque cursors: where a page ended, sealed so that a changed or foreign one is refused.
//!
//! A cursor is hex of `tag, position, seal`. The seal covers the list's name, its chain, its filter and the position: it
//! guards against mistakes (a cursor carried over to another list, a cut-off character), it is no secret.

use alloy_primitives::{Keccak256, hex};

use crate::problem::Problem;

pub mod position;
#[cfg(test)]
mod tests;

const SEAL: usize = 6;
const VERSION: u8 = 1;
/// No list needs a position longer than this many bytes: an address and a symbol of 64 characters.
const LONGEST: usize = 280;

/// The list a cursor belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Name of the list and its order, such as `pools/created`.
    pub name: &'static str,
    /// Chain that is listed.
    pub chain: u64,
    /// The filter in force, in any unambiguous form.
    pub filter: String,
}

impl List {
    /// A list of a chain.
    #[must_use]
    pub fn new(name: &'static str, chain: u64, filter: impl Into<String>) -> Self {
        Self { name, chain, filter: filter.into() }
    }

    /// The cursor that stands at this position.
    #[must_use]
    pub fn cursor(&self, position: &[u8]) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(position);
        bytes.extend_from_slice(&self.seal(position));
        hex::encode(bytes)
    }

    /// The position of a cursor of this very list.
    ///
    /// # Errors
    /// `CURSOR_INVALID` for anything this list did not hand out.
    pub fn position(&self, cursor: &str) -> Result<Vec<u8>, Problem> {
        let invalid = || {
            Problem::bad_request(
                "CURSOR_INVALID",
                format!(
                    "`after` is no cursor of this list ({}, chain {}, this filter and order): pass on what the last page \
                     gave, unchanged, with the same filter, or leave `after` out to start again",
                    self.name, self.chain
                ),
            )
        };
        if cursor.len() > 2 * (LONGEST + SEAL + 1) {
            return Err(invalid());
        }
        let bytes = hex::decode(cursor).map_err(|_| invalid())?;
        let Some((&VERSION, rest)) = bytes.split_first() else { return Err(invalid()) };
        let (position, seal) =
            rest.split_at_checked(rest.len().saturating_sub(SEAL)).ok_or_else(invalid)?;
        if seal != self.seal(position) {
            return Err(invalid());
        }
        Ok(position.to_vec())
    }

    /// [`List::position`] of a cursor that may be absent, read by `parse`.
    ///
    /// # Errors
    /// `CURSOR_INVALID` as above, or when `parse` finds no position.
    pub fn after<T>(
        &self,
        cursor: Option<&str>,
        parse: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        let Some(cursor) = cursor else { return Ok(None) };
        let position = self.position(cursor)?;
        match parse(&position) {
            Some(position) => Ok(Some(position)),
            None => Err(Problem::bad_request(
                "CURSOR_INVALID",
                "`after` is a cursor of an older release; start again",
            )),
        }
    }

    fn seal(&self, position: &[u8]) -> [u8; SEAL] {
        let mut hasher = Keccak256::new();
        for part in
            [self.name.as_bytes(), &self.chain.to_be_bytes(), self.filter.as_bytes(), position]
        {
            hasher.update(part.len().to_be_bytes());
            hasher.update(part);
        }
        let hash = hasher.finalize();
        let mut seal = [0; SEAL];
        seal.copy_from_slice(&hash[..SEAL]);
        seal
    }
}

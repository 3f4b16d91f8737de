//! How long the server remembers what every document was like a moment ago.
//!
//! A snapshot that is read for longer than that is gone. Remembering has its price: while a chain is fetched, tens of
//! thousands of documents change in a second, and what they were like before fills the server's cache. So our own server
//! remembers little while that goes on, and for hours while a backup or an audit reads.

use bson::{Document, doc};

use crate::{error::StoreError, store::Store};

#[cfg(test)]
mod tests;

const PARAMETER: &str = "minSnapshotHistoryWindowInSeconds";
/// Long enough to read what changes of any chain.
const LONG: i32 = 6 * 3_600;
/// The server's own choice.
const USUAL: i32 = 300;
/// As long as a request may take.
const LITTLE: i32 = 30;

/// What a server remembers beyond its usual, and what it is to come back to.
#[derive(Debug)]
pub struct Remembering {
    store: Store,
    before: Option<i32>,
}

impl Store {
    /// Has the server remember for six hours, until [`Remembering::end`]. A server that does not let us keeps its own.
    /// For servers of our own: another one's settings are its operator's.
    pub async fn remember_long(&self) -> Remembering {
        let before = match self.remembers().await {
            Ok(before) if before < LONG => Some(before),
            _ => None,
        };
        let store = self.clone();
        let Some(before) = before else { return Remembering { store, before: None } };
        match self.set_remembered(LONG).await {
            Ok(()) => Remembering { store, before: Some(before) },
            Err(error) => {
                tracing::info!(%error, seconds = before, "the server remembers no longer than it did");
                Remembering { store, before: None }
            }
        }
    }

    /// Has the server remember little, or as much as usual again. Where somebody reads at leisure it goes on remembering:
    /// ask again later. For servers of our own.
    ///
    /// # Errors
    /// [`StoreError`], retryable when no server answers.
    pub async fn remember(&self, little: bool) -> Result<(), StoreError> {
        let wanted = if little { LITTLE } else { USUAL };
        let now = self.remembers().await?;
        if now == wanted || now >= LONG { Ok(()) } else { self.set_remembered(wanted).await }
    }

    async fn remembers(&self) -> Result<i32, StoreError> {
        let answer = self.admin().run_command(doc! { "getParameter": 1, PARAMETER: 1 }).await?;
        Ok(answer.get_i32(PARAMETER).unwrap_or(USUAL))
    }

    async fn set_remembered(&self, seconds: i32) -> Result<(), StoreError> {
        let set: Document = doc! { "setParameter": 1, PARAMETER: seconds };
        self.admin().run_command(set).await?;
        Ok(())
    }
}

impl Remembering {
    /// As it was.
    pub async fn end(self) {
        let Some(before) = self.before else { return };
        if let Err(error) = self.store.set_remembered(before).await {
            tracing::warn!(%error, "the server goes on remembering for longer, until it is started again");
        }
    }
}

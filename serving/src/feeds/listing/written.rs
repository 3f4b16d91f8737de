//! What a handler of a listing is given, and how it is told.

use std::sync::{Arc, OnceLock};

use api_kit::problem::Problem;
use axum::{extract::FromRequestParts, http::request::Parts};

use super::{Lines, Listing, Rows};

/// The listing of the request's block. An argument of the handlers of listings; [`crate::feeds::mount`] puts it there.
#[derive(Debug, Clone)]
pub(crate) struct Written(pub(in crate::feeds) Arc<Listing>);

/// Says of an answer what it tells beside the block: with another version it is another answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Version(pub(in crate::feeds) u64);

impl Written {
    /// Lines that speak of the block alone.
    pub(crate) async fn of_block(
        self,
        place: fn(&Rows) -> &OnceLock<Lines>,
        write: fn(&Rows) -> Result<Lines, serde_json::Error>,
    ) -> Result<Lines, Problem> {
        lines(Arc::clone(&self.0.rows), place, write).await
    }

    /// Lines that speak of the moment, too.
    pub(crate) async fn of_moment(
        self,
        place: fn(&Listing) -> &OnceLock<Lines>,
        write: fn(&Listing) -> Result<Lines, serde_json::Error>,
    ) -> Result<Lines, Problem> {
        lines(self.0, place, write).await
    }

    /// Names what is said of the moment.
    pub(crate) fn version(&self) -> Version {
        Version(self.0.version)
    }
}

/// The lines, written if they are not yet: apart from other requests, since there may be ten thousand.
async fn lines<T: Send + Sync + 'static>(
    of: Arc<T>,
    place: fn(&T) -> &OnceLock<Lines>,
    write: fn(&T) -> Result<Lines, serde_json::Error>,
) -> Result<Lines, Problem> {
    if let Some(lines) = place(&of).get() {
        return Ok(lines.clone());
    }
    let writing = tokio::task::spawn_blocking(move || {
        let lines = write(&of)?;
        Ok::<_, serde_json::Error>(place(&of).get_or_init(|| lines).clone())
    });
    let failed = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "a listing could not be written");
        Problem::internal()
    };
    writing.await.map_err(|error| failed(&error))?.map_err(|error| failed(&error))
}

impl<S: Send + Sync> FromRequestParts<S> for Written {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::internal)
    }
}

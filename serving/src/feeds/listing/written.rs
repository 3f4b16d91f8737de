//! What a handler of a listing is given, and how it is written.

use std::{fmt::Display, sync::Arc};

use api_kit::problem::Problem;
use axum::{extract::FromRequestParts, http::request::Parts};
use tokio::sync::OnceCell;

use super::Lines;

#[cfg(test)]
mod tests;

/// What there is of the request's block: [`super::Rows`], or [`super::Listing`] for those who tell of the moment, too. An
/// argument of the handlers of listings; [`crate::feeds::mount`] puts it there.
#[derive(Debug)]
pub(crate) struct Written<T>(pub(in crate::feeds) Arc<T>);

impl<T> Clone for Written<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Send + Sync + 'static> Written<T> {
    /// Its lines, written if they are not yet: once, whoever asks meanwhile, and to their end, whoever leaves.
    pub(crate) async fn lines(
        self,
        place: fn(&T) -> &OnceCell<Lines>,
        write: fn(&T) -> Result<Lines, serde_json::Error>,
    ) -> Result<Lines, Problem> {
        if let Some(lines) = place(&self.0).get() {
            return Ok(lines.clone());
        }
        let of = self.0;
        let writing = tokio::spawn(async move {
            let write = || write_apart(Arc::clone(&of), write);
            place(&of).get_or_try_init(write).await.cloned()
        });
        writing.await.map_err(|error| failed(&error))?
    }
}

/// Apart from other requests, since there may be ten thousand lines.
async fn write_apart<T: Send + Sync + 'static>(
    of: Arc<T>,
    write: fn(&T) -> Result<Lines, serde_json::Error>,
) -> Result<Lines, Problem> {
    let written = tokio::task::spawn_blocking(move || write(&of)).await;
    written.map_err(|error| failed(&error))?.map_err(|error| failed(&error))
}

fn failed(error: &dyn Display) -> Problem {
    tracing::error!(%error, "a listing could not be written");
    Problem::internal()
}

impl<S: Send + Sync, T: Send + Sync + 'static> FromRequestParts<S> for Written<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::internal)
    }
}

//! Lists as files: all rows of a list as of one block, as CSV or NDJSON, written while they are read.
//!
//! The rows are read part by part through one snapshot, and a part is read when the one before it was taken: a slow reader
//! makes nobody wait but itself, and what is kept for it is bounded. Who goes away ends the work. What cannot be given to its
//! end is cut off, so that every client notices: a body that ends well has all that was asked for.

use std::{convert::Infallible, sync::Arc};

use api_kit::{
    answer::Page,
    page::{PageSize, Rows, Slice},
    problem::Problem,
};
use axum::{
    Json,
    extract::FromRequestParts,
    http::{Version, request::Parts},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;

use crate::{deps::Deps, read::as_of::At};

mod candles;
mod cells;
mod columns;
mod encode;
mod head;
mod job;
mod metrics;
mod negotiate;
mod places;
mod settings;
mod standing;
#[cfg(test)]
mod tests;

pub(super) use self::columns::{Table, contract_events, tables};
use self::places::{Client, Places};
pub use self::settings::ExportSettings;
pub(crate) use self::{head::Exported, metrics::Metrics, negotiate::around};

/// What exports share.
#[derive(Debug, Clone)]
pub(crate) struct Exports {
    deps: Arc<Deps>,
    places: Places,
    metrics: Metrics,
}

/// What a list is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// RFC 4180, with a header row.
    Csv,
    /// One JSON object per line.
    Ndjson,
}

/// What a request asks for: a file, or the usual JSON.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked(Option<Wish>);

/// A file that is asked for.
#[derive(Debug, Clone)]
struct Wish {
    format: Format,
    exports: Exports,
    /// By whom.
    client: Client,
    /// Of HTTP.
    version: Version,
}

/// Which part of a list is read next.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) size: PageSize,
    /// Cursor of the row before it.
    pub(super) after: Option<String>,
}

/// How much of a list is asked for, in which form.
#[derive(Debug)]
pub(super) struct Listing {
    asked: Asked,
    part: Part,
    /// Most rows of a file, where the request names a number.
    first: Option<u32>,
}

impl Exports {
    /// None under way.
    ///
    /// # Errors
    /// When the registry holds these metrics already.
    pub(crate) fn new(deps: &Arc<Deps>) -> Result<Self, prometheus::Error> {
        let places = Places::new(deps.export.at_once);
        let metrics = Metrics::new(&deps.registry)?;
        Ok(Self { deps: Arc::clone(deps), places, metrics })
    }
}

impl Wish {
    /// Refuses what its reader could not tell from a whole file if it is cut: HTTP/1.0 ends a body of unknown length by ending the
    /// connection, and CSV has no last line that says so.
    fn check_end(&self) -> Result<(), Problem> {
        if self.format == Format::Csv && self.version < Version::HTTP_11 {
            let detail = "a CSV that is cut short looks whole over HTTP/1.0: ask over HTTP/1.1 (a proxy before this service, too), or \
                for ndjson, whose last line says whether all rows were given";
            return Err(Problem::bad_request("HTTP_VERSION_UNSUPPORTED", detail));
        }
        Ok(())
    }
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or_default())
    }
}

impl Asked {
    /// How much of a list, by what its request says.
    ///
    /// # Errors
    /// `PAGE_SIZE_INVALID`.
    pub(super) fn list(self, first: Option<&str>, after: Option<&str>) -> Result<Listing, Problem> {
        let after = after.map(str::to_owned);
        let Some(Wish { exports, .. }) = &self.0 else {
            let size = PageSize::parse(first)?;
            return Ok(Listing { asked: self, part: Part { size, after }, first: None });
        };
        let settings = exports.deps.export;
        let first = settings.first(first)?;
        let size = PageSize::part(job::PART.min(first.unwrap_or(settings.max_rows)));
        Ok(Listing { asked: self, part: Part { size, after }, first })
    }
}

impl Part {
    pub(super) fn slice(&self) -> Slice<'_> {
        Slice { size: self.size, after: self.after.as_deref() }
    }
}

impl Listing {
    /// The page, or the file. `read` gives a part of the list, each row with its cursor.
    pub(super) async fn answer<T, F, R>(
        self,
        table: impl Into<Table>,
        at: At,
        read: F,
    ) -> Result<Response, Problem>
    where
        T: Serialize + Send + Sync + 'static,
        F: Fn(At, Part) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Rows<T>, Problem>> + Send + 'static,
    {
        let Self { asked, part, first } = self;
        if let Some(wish) = asked.0 {
            return job::start(wish, table.into(), at, (part, first), read).await;
        }
        let block = at.block();
        let rows = read(at, part).await?;
        Ok(Json(Page::new(block, rows, |row| row)).into_response())
    }
}

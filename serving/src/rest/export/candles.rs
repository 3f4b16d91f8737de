//! Candles as files: the whole span, ascending.

use api_kit::{page::Rows, problem::Problem};
use axum::response::Response;
use domain::candle::{Candle, Resolution, Subject};
use serde::Serialize;

use super::{Asked, Part, Table};
use crate::{
    read::{as_of::At, candles::Wanted},
    view::address,
};

/// A candle in a file, with what a page of them says once.
#[derive(Debug, Clone, Serialize)]
struct Filed<T> {
    #[serde(flatten)]
    candle: T,
    resolution: &'static str,
    /// Tokens: factory of the DEX.
    #[serde(skip_serializing_if = "Option::is_none")]
    factory: Option<String>,
}

impl<T> Filed<T> {
    fn new(candle: T, resolution: Resolution, subject: Subject) -> Self {
        let factory = match subject {
            Subject::Token { factory, .. } => Some(address(factory)),
            Subject::Pool(_) => None,
        };
        Self { candle, resolution: resolution.name(), factory }
    }
}

impl Asked {
    /// Whether a file is asked for.
    pub(in crate::rest) const fn is_file(&self) -> bool {
        self.0.is_some()
    }

    /// The file of these candles. Where one ends early, the next begins `from` its cursor.
    pub(in crate::rest) async fn candles<T: Serialize + Send + Sync + 'static>(
        self,
        table: impl Into<Table>,
        at: At,
        wanted: Wanted,
        subject: Subject,
        view: impl Fn(&Candle) -> T + Clone + Send + Sync + 'static,
    ) -> Result<Response, Problem> {
        let read = move |at: At, part: Part| {
            let view = view.clone();
            async move {
                let from = part.after.and_then(|text| text.parse().ok());
                let (found, more) = wanted.read(&at, subject, from, part.size).await?;
                let next = |candle: &Candle| wanted.next(candle).to_string();
                Ok(Rows::by(found, more, next)
                    .map(|candle| Filed::new(view(&candle), wanted.resolution(), subject)))
            }
        };
        self.list(None, None)?.answer(table, at, read).await
    }
}

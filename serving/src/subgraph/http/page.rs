//! The page to try documents with.

use async_graphql::http::GraphiQLSource;
use axum::response::Html;

/// The page for what answers at `endpoint`.
pub(super) fn of(endpoint: &str, title: &str) -> Html<String> {
    Html(GraphiQLSource::build().endpoint(endpoint).title(title).finish())
}

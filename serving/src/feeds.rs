//! Feeds in the shapes that charts, listing sites and data aggregators read: each a read-only view of indexed data at one block.

use std::sync::Arc;

use axum::Router;

use crate::deps::Deps;

mod settings;

pub use settings::FeedSettings;

/// The feeds' routes.
pub(crate) fn routes(_deps: &Arc<Deps>) -> Router {
    Router::new()
}

//! How long the server remembers: longer while a backup reads what changes.

use bson::{Document, doc};

use crate::store::Store;

const PARAMETER: &str = "minSnapshotHistoryWindowInSeconds";
/// Long enough to read what changes of any chain.
const SECONDS: i32 = 6 * 3_600;

/// What it was before; `None` when it was not changed.
#[derive(Debug)]
pub(super) struct Window(Option<i32>);

impl Window {
    /// Raises it. A server that does not let us keeps its own: the backup then has that long.
    pub(super) async fn raise(store: &Store) -> Self {
        let admin = store.admin();
        let before = match admin.run_command(doc! { "getParameter": 1, PARAMETER: 1 }).await {
            Ok(answer) => answer.get_i32(PARAMETER).ok().filter(|seconds| *seconds < SECONDS),
            Err(_) => None,
        };
        let Some(before) = before else { return Self(None) };
        match admin.run_command(set(SECONDS)).await {
            Ok(_) => Self(Some(before)),
            Err(error) => {
                tracing::info!(%error, seconds = before, "the server remembers no longer than it did");
                Self(None)
            }
        }
    }

    /// As it was.
    pub(super) async fn lower(self, store: &Store) {
        let Self(Some(before)) = self else { return };
        if let Err(error) = store.admin().run_command(set(before)).await {
            tracing::warn!(%error, "the server goes on remembering for longer, until it is started again");
        }
    }
}

fn set(seconds: i32) -> Document {
    doc! { "setParameter": 1, PARAMETER: seconds }
}

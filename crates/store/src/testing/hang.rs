//! Reads that do not end, on a server that lets itself be told so (`enableTestCommands`).

use bson::{Document, doc};
use futures::TryStreamExt as _;

use crate::{error::StoreError, store::Store};

/// Lets no read of a collection end, or lets them go on. Who is gone is not read for.
///
/// # Errors
/// [`StoreError`], also where the server takes no such command.
pub async fn hold_reads(store: &Store, collection: &str, held: bool) -> Result<(), StoreError> {
    let mode = if held { "alwaysOn" } else { "off" };
    let mut command = doc! { "configureFailPoint": "waitInFindBeforeMakingBatch", "mode": mode };
    if held {
        let namespace = format!("{}.{collection}", store.database_name());
        command.insert("data", doc! { "nss": namespace, "shouldCheckForInterrupt": true });
    }
    store.admin().run_command(command).await?;
    Ok(())
}

/// What the server is working at of a collection now.
///
/// # Errors
/// [`StoreError`], retryable when no server answers.
pub async fn work_on(store: &Store, collection: &str) -> Result<Vec<Document>, StoreError> {
    let namespace = format!("{}.{collection}", store.database_name());
    let pipeline = [
        doc! { "$currentOp": { "idleCursors": true, "localOps": true } },
        doc! { "$match": { "ns": namespace } },
    ];
    Ok(store.admin().aggregate(pipeline).await?.try_collect().await?)
}

//! A `mongod` and a database for one test.

use std::{ops::Deref, path::PathBuf};

use tempfile::TempDir;

use crate::{Embedded, EmbeddedOptions, Store};

/// A store on a server of its own; stop it at the end.
pub(crate) struct TestMongo {
    pub(crate) store: Store,
    pub(crate) server: Embedded,
    dir: TempDir,
}

impl TestMongo {
    pub(crate) async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let server = Embedded::start(options(dir.path().join("data"))).await.unwrap();
        let store = Store::connect(&server.uri(), "test").await.unwrap();
        store.migrate().await.unwrap();
        Self { store, server, dir }
    }

    pub(crate) async fn stop(self) {
        self.server.stop().await;
        self.dir.close().unwrap();
    }
}

impl Deref for TestMongo {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

/// The server that the environment names, like the configuration's key does; else the one that is found.
pub(crate) fn options(data_dir: PathBuf) -> EmbeddedOptions {
    let binary = std::env::var_os("SOOHO_MONGOD").map(PathBuf::from);
    EmbeddedOptions { binary, ..EmbeddedOptions::new(data_dir) }
}

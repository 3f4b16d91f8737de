//! A `mongod` and a database for one test. Every command that the store sends is looked at.

use std::{
    collections::BTreeMap,
    ops::Deref,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use bson::Document;
use mongodb::event::{EventHandler, command::CommandEvent};
use tempfile::TempDir;

use crate::{
    ConnectOptions, Embedded, EmbeddedOptions, Store,
    queries::{Shape, check},
    testing::COMPARISON,
};

/// Collections that are the tests' own.
const OURS: [&str; 3] = ["numbers", "power", "swaps"];
/// Commands kept of each shape.
const KEPT: usize = 12;

/// A store on a server of its own; stop it at the end.
pub(crate) struct TestMongo {
    pub(crate) store: Store,
    pub(crate) server: Embedded,
    /// What nobody looks at.
    plain: Store,
    seen: Arc<Mutex<Seen>>,
    dir: TempDir,
}

/// The commands so far.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Those that should not have been sent.
    pub(crate) wrong: Vec<String>,
    /// Some of each shape.
    pub(crate) commands: BTreeMap<Shape, Vec<Document>>,
}

impl Seen {
    fn take_in(&mut self, name: &str, command: &Document) {
        let ours = command.get_str(name).is_ok_and(|collection| OURS.contains(&collection));
        if ours || command.get_str("comment").is_ok_and(|comment| comment == COMPARISON) {
            return;
        }
        match check(name, command) {
            Ok(shapes) => {
                for shape in shapes {
                    let kept = self.commands.entry(shape).or_default();
                    if kept.len() < KEPT && name != "update" {
                        kept.push(command.clone());
                    }
                }
            }
            Err(why) => self.wrong.push(why),
        }
    }
}

impl TestMongo {
    pub(crate) async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let server = Embedded::start(options(dir.path().join("data"))).await.unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let observer = EventHandler::callback({
            let seen = Arc::clone(&seen);
            move |event| {
                if let CommandEvent::Started(started) = event {
                    seen.lock().unwrap().take_in(&started.command_name, &started.command);
                }
            }
        });
        let patience = ConnectOptions::default();
        let store = Store::open(&server.uri(), "test", patience, Some(observer)).await.unwrap();
        let plain = Store::connect(&server.uri(), "test").await.unwrap();
        store.migrate().await.unwrap();
        Self { store, server, plain, seen, dir }
    }

    /// A collection, to look at or to spoil.
    pub(crate) fn documents(&self, name: &str) -> mongodb::Collection<Document> {
        self.plain.documents(name)
    }

    /// The database, for questions that only a test asks.
    pub(crate) fn unseen(&self) -> &mongodb::Database {
        self.plain.database()
    }

    /// Commands kept so far, by shape.
    pub(crate) fn commands(&self) -> BTreeMap<Shape, Vec<Document>> {
        self.seen.lock().unwrap().commands.clone()
    }

    /// Ends it; fails when a command was sent that is not declared.
    pub(crate) async fn stop(self) {
        self.server.stop().await;
        self.dir.close().unwrap();
        let wrong = std::mem::take(&mut self.seen.lock().unwrap().wrong);
        assert!(wrong.is_empty(), "{wrong:#?}");
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

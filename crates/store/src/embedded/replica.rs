//! Making the server a replica set of one, which is what gives it transactions.

use std::time::Duration;

use bson::{Bson, Document, doc};
use mongodb::{
    Client, Database,
    options::{ClientOptions, ServerAddress},
};

use crate::error::{StoreError, code};

/// Name of the set.
pub(super) const NAME: &str = "sooho";

/// `NotYetInitialized`.
const NOT_INITIALIZED: i32 = 94;

/// The set of one while it comes up.
#[derive(Debug)]
pub(super) struct Replica {
    admin: Database,
    host: String,
    state: String,
}

impl Replica {
    pub(super) async fn new(port: u16) -> Result<Self, StoreError> {
        let host = "127.0.0.1".to_owned();
        let options = ClientOptions::builder()
            .hosts(vec![ServerAddress::Tcp { host: host.clone(), port: Some(port) }])
            .direct_connection(true)
            .app_name("sooho-embedded".to_owned())
            .server_selection_timeout(Duration::from_millis(300))
            .connect_timeout(Duration::from_secs(2))
            .retry_reads(false)
            .retry_writes(false)
            .build();
        let admin = Client::with_options(options)?.database("admin");
        Ok(Self { admin, host: format!("{host}:{port}"), state: "it does not answer".to_owned() })
    }

    /// What was last seen of it.
    pub(super) fn state(&self) -> &str {
        &self.state
    }

    /// Looks once, and does the next thing that is missing.
    pub(super) async fn is_ready(&mut self) -> bool {
        match self.step().await {
            Ok(ready) => ready,
            Err(error) => {
                self.state = error.to_string();
                false
            }
        }
    }

    async fn step(&mut self) -> Result<bool, mongodb::error::Error> {
        let hello = self.admin.run_command(doc! { "hello": 1 }).await?;
        if hello.get_bool("isWritablePrimary").unwrap_or_default() {
            return Ok(true);
        }
        "it is not primary yet".clone_into(&mut self.state);
        match self.admin.run_command(doc! { "replSetGetConfig": 1 }).await {
            Ok(answer) => {
                if let Some(config) = self.moved(answer) {
                    self.admin
                        .run_command(doc! { "replSetReconfig": config, "force": true })
                        .await?;
                }
            }
            Err(error) if code(&error) == Some(NOT_INITIALIZED) => {
                let config = doc! { "_id": NAME, "members": [{ "_id": 0, "host": &self.host }] };
                self.admin.run_command(doc! { "replSetInitiate": config }).await?;
            }
            Err(error) => return Err(error),
        }
        Ok(false)
    }

    /// The stored configuration for the port of today, if it names another.
    fn moved(&self, mut answer: Document) -> Option<Document> {
        let config = answer.get_document_mut("config").ok()?;
        let version = match config.get("version") {
            Some(Bson::Int32(version)) => i64::from(*version),
            Some(Bson::Int64(version)) => *version,
            _ => return None,
        };
        let member = config.get_array_mut("members").ok()?.first_mut()?.as_document_mut()?;
        if member.get_str("host").is_ok_and(|host| host == self.host) {
            return None;
        }
        member.insert("host", self.host.clone());
        config.insert("version", version + 1);
        Some(config.clone())
    }
}

//! The service, asked without a socket, on a `mongod` of its own.

use std::path::PathBuf;

use api_kit::{
    access::{AccessSettings, Scopes},
    chains::Chains,
    shell::REQUEST_TIMEOUT,
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
};
use nft_api::{ChainDeps, Deps};
use prometheus::Registry;
use serde_json::Value;
use store::{Batch, Embedded, EmbeddedOptions, Store};
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::chain;

pub const CHAIN: u64 = 31_337;

pub struct Service {
    router: Router,
    mongod: Embedded,
    folder: TempDir,
}

impl Service {
    /// A service with the small chain indexed and the node at this URL.
    #[expect(clippy::disallowed_methods, reason = "a test reads which mongod to use")]
    pub async fn start(node: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let binary = std::env::var("SOOHO_MONGOD").ok().map(PathBuf::from);
        let options =
            EmbeddedOptions { binary, ..EmbeddedOptions::new(folder.path().join("mongo")) };
        let mongod = Embedded::start(options).await.unwrap();
        let store = Store::connect(&mongod.uri(), "nft").await.unwrap();
        store.migrate().await.unwrap();
        let blocks = chain::blocks();
        let batch = Batch { parent: None, blocks: &blocks, undo_from: 0, prune_undo_below: 0 };
        let writer = store::testing::writer(&store, CHAIN).await.unwrap();
        writer.commit(&batch).await.unwrap();
        let client = ::chain::Client::new(CHAIN, &[node.to_owned()]).unwrap();
        let collections = chain::collections();
        let (keys, anonymous) = (store.keys(), Scopes::OPEN);
        let deps = Deps {
            access: AccessSettings { keys, anonymous },
            chains: Chains::new(vec![(
                CHAIN,
                ChainDeps { name: "local".into(), client, collections },
            )]),
            reader: store.reader(),
            registry: Registry::new(),
            timeout: REQUEST_TIMEOUT,
        };
        Self { router: nft_api::router(deps).unwrap(), mongod, folder }
    }

    async fn ask(&self, request: Request<Body>) -> (u16, Value) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 1 << 24).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn check(&self, body: &Value) -> (u16, Value) {
        let request =
            Request::post("/v1/ownership/check").header("content-type", "application/json");
        self.ask(request.body(body.to_string().into()).unwrap()).await
    }

    pub async fn stop(self) {
        self.mongod.stop().await;
        self.folder.close().unwrap();
    }
}

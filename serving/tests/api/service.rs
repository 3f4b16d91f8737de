//! The service, asked without a socket, on a `mongod` of its own.

use std::{
    collections::BTreeMap,
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::Command,
    time::Duration,
};

use api_kit::{
    access::{AccessSettings, Scopes},
    chains::Chains,
    shell::REQUEST_TIMEOUT,
};
use axum::{
    Router,
    body::{Body, BodyDataStream, Bytes, to_bytes},
    http::{HeaderMap, Request},
};
use domain::fold::BlockChanges;
use observe::Shutdown;
use prometheus::Registry;
use serde_json::{Value, json};
use serving::{ChainDeps, Deps, Quoters};
use store::{Batch, Embedded, EmbeddedOptions, Store};
use tempfile::TempDir;
use tokio::sync::Mutex;
use tower::ServiceExt as _;

use crate::{chain, contracts};

pub const CHAIN: u64 = 31_337;
/// How long an impatient service waits.
const MOMENT: Duration = Duration::from_secs(2);

#[expect(clippy::disallowed_methods, reason = "a test reads which mongod to use")]
fn mongod() -> Option<PathBuf> {
    std::env::var("SOOHO_MONGOD").ok().map(PathBuf::from)
}

pub struct Service {
    router: Router,
    keeper: Mutex<serving::book::Keeper>,
    store: Store,
    mongod: Embedded,
    folder: TempDir,
}

impl Service {
    /// A service whose store is empty and whose node does not answer.
    pub async fn empty() -> Self {
        Self::open_to(Scopes::OPEN).await
    }

    /// The same, where anybody may do this and nothing else.
    pub async fn open_to(anonymous: Scopes) -> Self {
        // a port that nobody listens on
        Self::made(anonymous, "http://127.0.0.1:9".to_owned()).await
    }

    /// A service whose store is empty, with this node.
    pub async fn with_node(node: String) -> Self {
        Self::made(Scopes::OPEN, node).await
    }

    /// One with the small chain that waits a moment only for a database that can be told to hang.
    pub async fn impatient() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("mongod");
        let mongod = mongod().unwrap_or_else(|| PathBuf::from("mongod"));
        let text = format!(
            "#!/bin/sh\nexec '{}' --setParameter enableTestCommands=1 \"$@\"\n",
            mongod.display()
        );
        fs::write(&script, text).unwrap();
        fs::set_permissions(&script, Permissions::from_mode(0o755)).unwrap();
        let node = "http://127.0.0.1:9".to_owned();
        let service = Self::with_mongod(Scopes::OPEN, node, MOMENT, (folder, Some(script))).await;
        service.fill().await;
        service
    }

    async fn made(anonymous: Scopes, node: String) -> Self {
        let mongod = (tempfile::tempdir().unwrap(), mongod());
        Self::with_mongod(anonymous, node, REQUEST_TIMEOUT, mongod).await
    }

    async fn with_mongod(
        anonymous: Scopes,
        node: String,
        timeout: Duration,
        (folder, binary): (TempDir, Option<PathBuf>),
    ) -> Self {
        let options =
            EmbeddedOptions { binary, ..EmbeddedOptions::new(folder.path().join("mongo")) };
        let mongod = Embedded::start(options).await.unwrap();
        let store = Store::connect(&mongod.uri(), "serving").await.unwrap();
        store.migrate().await.unwrap();
        let client = ::chain::Client::new(CHAIN, &[node]).unwrap();
        let all = Some(chain::address(0xee));
        let quoters = Quoters { v2_router: all, quoter_v2: all, v4_quoter: None };
        let quoters = ["two", "three", "four"].map(|dex| (dex.to_owned(), quoters));
        let (book, keeper) = serving::book::open(store.reader(), CHAIN);
        let (gas_price, _) = serving::gas_price::open(client.clone());
        let age = Duration::from_secs(60);
        let (native_price, _) = serving::native_price::open(store.reader(), CHAIN, None, age);
        let chain = ChainDeps {
            name: "local".into(),
            past: serving::past::PastBlocks::new(client.clone()),
            live: serving::node::LiveNode::new(client.clone(), std::sync::Arc::default()),
            dexes: chain::watch().dexes,
            start_block: 1,
            client,
            quoters: BTreeMap::from(quoters),
            routers: BTreeMap::new(),
            permit2: Default::default(),
            book,
            gas_price,
            native_price,
            wrapped_native: None,
            max_quote_age: None,
            tables: contracts::tables(),
            feeds: serving::feeds::FeedSettings::default(),
        };
        let keys = store.keys();
        let deps = Deps {
            access: AccessSettings { keys, anonymous },
            chains: Chains::new(vec![(CHAIN, chain)]),
            reader: store.reader(),
            registry: Registry::new(),
            max_price_age: Duration::from_secs(86_400),
            timeout,
            shutdown: Shutdown::new(),
            export: serving::ExportSettings::default(),
            graphql: serving::graphql::GraphQlSettings::default(),
            subgraphs: Vec::new(),
        };
        let router = serving::router(deps).unwrap();
        Self { router, keeper: Mutex::new(keeper), store, mongod, folder }
    }

    /// The same with the small chain indexed.
    pub async fn filled() -> Self {
        let service = Self::empty().await;
        service.fill().await;
        service
    }

    pub async fn fill(&self) {
        self.commit(None, &chain::blocks()).await;
        self.refresh().await;
    }

    /// Stores blocks on top of the one at this height.
    pub async fn commit(&self, parent: Option<u64>, blocks: &[BlockChanges]) {
        let batch = Batch { parent, blocks, undo_from: 0, prune_undo_below: 0 };
        let writer = store::testing::writer(&self.store, CHAIN).await.unwrap();
        writer.declare(&contracts::tables()).await.unwrap();
        writer.commit(&batch).await.unwrap();
    }

    /// The same with blocks that nobody can take back.
    pub async fn commit_for_good(&self, parent: Option<u64>, blocks: &[BlockChanges]) {
        let batch = Batch { parent, blocks, undo_from: 1_000_000, prune_undo_below: 0 };
        self.writer().await.commit(&batch).await.unwrap();
    }

    /// Takes so many blocks back.
    pub async fn take_back(&self, blocks: usize) {
        let writer = self.writer().await;
        for _ in 0..blocks {
            writer.revert_newest().await.unwrap();
        }
    }

    /// Lets the store answer nothing, or again.
    pub fn freeze(&self, frozen: bool) {
        let pid = self.mongod.pid().unwrap().to_string();
        let signal = if frozen { "-STOP" } else { "-CONT" };
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    /// The answer as it goes over the wire.
    pub async fn whole(&self, request: Request<Body>) -> (u16, HeaderMap, Bytes) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 24).await.unwrap();
        (parts.status.as_u16(), parts.headers, body)
    }

    /// What a subscriber is sent, as it reads it.
    pub async fn subscribe(&self, query: &str) -> BodyDataStream {
        let body = json!({ "query": query }).to_string();
        let request = Request::post("/graphql/stream").header("content-type", "application/json");
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await;
        response.unwrap().into_body().into_data_stream()
    }

    /// Brings the pools in memory to what is stored.
    pub async fn refresh(&self) {
        self.keeper.lock().await.refresh().await.unwrap();
    }

    /// The routes, as the router prints them.
    pub fn routes(&self) -> String {
        format!("{:?}", self.router)
    }

    /// What is stored.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Who may use the service.
    pub fn keys(&self) -> store::keys::Keys {
        self.store.keys()
    }

    /// Writes market prices.
    pub fn market(&self) -> store::market::MarketWriter {
        self.store.market()
    }

    /// Writes to the small chain.
    pub async fn writer(&self) -> store::Writer {
        store::testing::writer(&self.store, CHAIN).await.unwrap()
    }

    pub async fn ask(&self, request: Request<Body>) -> (u16, Value) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 1 << 24).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// The answer to a query, errors and all.
    pub async fn query(&self, query: &str) -> Value {
        serde_json::from_str(&self.query_text(query).await).unwrap()
    }

    /// The same as it comes.
    pub async fn query_text(&self, query: &str) -> String {
        let body = json!({ "query": query }).to_string();
        let request = Request::post("/graphql")
            .header("content-type", "application/json")
            .body(Body::from(body));
        let response = self.router.clone().oneshot(request.unwrap()).await.unwrap();
        let body = to_bytes(response.into_body(), 1 << 24).await.unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }

    pub async fn stop(self) {
        self.mongod.stop().await;
        self.folder.close().unwrap();
    }
}

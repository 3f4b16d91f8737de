//! A node that says what a test lets it say.

use std::{sync::Arc, time::Duration};

use axum::{Json, Router, extract::State, routing::post};
use futures::future::join_all;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{chain::SWAP_BLOCKS, service::CHAIN};

/// What it says to a call.
pub enum Say {
    Result(Value),
    Error(i64, &'static str),
    /// Nothing for a long time.
    Nothing,
}

type Script = dyn Fn(&str, &Value) -> Option<Say> + Send + Sync;

/// The url of one that stands at the newest block of the small chain. The script sees method and parameters.
pub async fn node(script: impl Fn(&str, &Value) -> Option<Say> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let script: Arc<Script> = Arc::new(script);
    let router = Router::new().route("/", post(answer)).with_state(script);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

/// The newest block of the small chain.
pub fn newest() -> Value {
    let number = SWAP_BLOCKS + 1;
    json!({
        "number": format!("{number:#x}"), "hash": format!("{number:#066x}"),
        "parentHash": format!("{:#066x}", number - 1), "timestamp": format!("{:#x}", 1_700_000_000 + number),
    })
}

async fn answer(State(script): State<Arc<Script>>, Json(asked): Json<Value>) -> Json<Value> {
    match asked.as_array() {
        Some(all) => Json(join_all(all.iter().map(|asked| one(&script, asked))).await.into()),
        None => Json(one(&script, &asked).await),
    }
}

async fn one(script: &Arc<Script>, asked: &Value) -> Value {
    let method = asked["method"].as_str().unwrap_or_default();
    let said = script(method, &asked["params"]).unwrap_or_else(|| match method {
        "eth_chainId" => Say::Result(json!(format!("{CHAIN:#x}"))),
        "eth_blockNumber" => Say::Result(newest()["number"].clone()),
        "eth_getBlockByNumber" | "eth_getBlockByHash" => Say::Result(newest()),
        "eth_getBalance" => Say::Result(json!("0x7")),
        _ => Say::Error(-32601, "the method does not exist"),
    });
    let (id, version) = (&asked["id"], "2.0");
    match said {
        Say::Result(result) => json!({ "jsonrpc": version, "id": id, "result": result }),
        Say::Error(code, message) => {
            json!({ "jsonrpc": version, "id": id, "error": { "code": code, "message": message } })
        }
        Say::Nothing => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            Value::Null
        }
    }
}

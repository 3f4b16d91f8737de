//! A JSON-RPC server that answers as a test says.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::State, http::StatusCode, response::IntoResponse, routing::post};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

/// What a node says to one call.
pub(crate) enum Say {
    /// A result.
    Result(Value),
    /// A JSON-RPC error.
    Error(i64, &'static str),
    /// The whole request is answered with this status and these headers.
    Status(u16, Vec<(&'static str, &'static str)>),
    /// The whole request is answered with this text.
    Text(&'static str),
    /// A result, but late.
    Late(Duration, Value),
}

type Script = dyn Fn(&str, &Value, usize) -> Say + Send + Sync;

struct Shared {
    script: Box<Script>,
    seen: AtomicUsize,
}

/// A running server; ends when dropped.
pub(crate) struct Node {
    pub(crate) url: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Drop for Node {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Node {
    /// The script sees method, parameters and how many calls came before. `eth_chainId` is 7 by itself.
    pub(crate) async fn start(
        script: impl Fn(&str, &Value, usize) -> Say + Send + Sync + 'static,
    ) -> Self {
        let shared = Arc::new(Shared { script: Box::new(script), seen: AtomicUsize::new(0) });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().route("/", post(answer)).with_state(Arc::clone(&shared));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, shared, task }
    }

    /// Calls so far, without those for the chain id.
    pub(crate) fn seen(&self) -> usize {
        self.shared.seen.load(Ordering::SeqCst)
    }
}

async fn answer(State(shared): State<Arc<Shared>>, body: String) -> axum::response::Response {
    let request: Value = serde_json::from_str(&body).unwrap();
    let mut answers = Vec::new();
    let calls = request.as_array().cloned();
    for call in calls.clone().unwrap_or_else(|| vec![request]) {
        let (id, method) = (&call["id"], call["method"].as_str().unwrap());
        let say = if method == "eth_chainId" {
            Say::Result(json!("0x7"))
        } else {
            let before = shared.seen.fetch_add(1, Ordering::SeqCst);
            (shared.script)(method, &call["params"], before)
        };
        answers.push(match say {
            Say::Result(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
            Say::Error(code, message) => {
                json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}})
            }
            Say::Late(wait, result) => {
                tokio::time::sleep(wait).await;
                json!({"jsonrpc": "2.0", "id": id, "result": result})
            }
            Say::Text(text) => return text.into_response(),
            Say::Status(status, headers) => {
                let mut response = (StatusCode::from_u16(status).unwrap(), "no").into_response();
                for (name, value) in headers {
                    response.headers_mut().insert(name, value.parse().unwrap());
                }
                return response;
            }
        });
    }
    match calls {
        Some(_) => Value::from(answers).to_string().into_response(),
        None => answers.remove(0).to_string().into_response(),
    }
}

/// A header as nodes write it.
pub(crate) fn header(number: u64, branch: u8) -> Value {
    let hash = |number: u64| format!("0x{branch:02x}{number:062x}");
    json!({
        "number": format!("{number:#x}"), "hash": hash(number),
        "parentHash": hash(number.saturating_sub(1)), "timestamp": format!("{number:#x}"),
        "transactions": [],
    })
}

//! A wire to a node on which every question is read as it passes, and some methods are not there.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use axum::{Router, body::Bytes, extract::State, routing::post};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

/// A question: method and parameters.
pub type Question = (String, Value);

#[derive(Debug)]
struct Inner {
    node: String,
    client: Client,
    seen: Mutex<Vec<Question>>,
    missing: Mutex<Vec<&'static str>>,
}

/// Forwards questions to a node and keeps them.
#[derive(Debug)]
pub struct RpcTap {
    url: String,
    inner: Arc<Inner>,
    task: JoinHandle<()>,
}

impl RpcTap {
    /// One to the node at this url.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn new(node: &str) -> Result<Self> {
        let inner = Inner {
            node: node.to_owned(),
            client: Client::new(),
            seen: Mutex::default(),
            missing: Mutex::default(),
        };
        let inner = Arc::new(inner);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let router = Router::new().route("/", post(pass)).with_state(Arc::clone(&inner));
        let task = tokio::spawn(async move { drop(axum::serve(listener, router).await) });
        Ok(Self { url, inner, task })
    }

    /// Where to ask.
    #[must_use]
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// From now on the node does not know these methods.
    pub fn without(&self, methods: &[&'static str]) {
        *held(&self.inner.missing) = methods.to_vec();
    }

    /// The questions since the last call, those of batches one by one.
    #[must_use]
    pub fn take(&self) -> Vec<Question> {
        std::mem::take(&mut *held(&self.inner.seen))
    }
}

impl Drop for RpcTap {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn pass(State(inner): State<Arc<Inner>>, body: Bytes) -> Vec<u8> {
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let questions = asked.as_array().map_or(std::slice::from_ref(&asked), Vec::as_slice);
    for question in questions {
        let method = question["method"].as_str().unwrap_or_default().to_owned();
        held(&inner.seen).push((method, question["params"].clone()));
    }
    let is_missing =
        held(&inner.missing).iter().any(|method| questions.iter().any(|q| q["method"] == *method));
    if is_missing {
        let error = json!({ "code": -32601, "message": "the method does not exist" });
        let answer =
            |question: &Value| json!({ "jsonrpc": "2.0", "id": question["id"], "error": error });
        let answers: Vec<Value> = questions.iter().map(answer).collect();
        let answer = if asked.is_array() { json!(answers) } else { json!(answers.first()) };
        return answer.to_string().into_bytes();
    }
    let answer = inner.client.post(&inner.node).header("content-type", "application/json");
    match answer.body(body).send().await {
        Ok(answer) => answer.bytes().await.map(Into::into).unwrap_or_default(),
        // no JSON: the endpoint is of no use now
        Err(_) => Vec::new(),
    }
}

//! The line that each request leaves in the log.

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Body, extract::Request, http::StatusCode, routing::get};
use tower::ServiceExt as _;
use tracing_subscriber::fmt::MakeWriter;

use super::shell;
use crate::access::KeyId;

/// A log that is read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// What a guard notes of a request with a key.
fn note(request: &Request) {
    let KeyId(key) = request.extensions().get().unwrap();
    key.set("k1".to_owned()).unwrap();
}

#[tokio::test]
async fn who_asked_is_known_whatever_became_of_it() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).with_ansi(false).finish();
    let _until_the_end = tracing::subscriber::set_default(subscriber);
    let late = async |request: Request| {
        note(&request);
        tokio::time::sleep(Duration::from_secs(60)).await;
    };
    let boom = async |request: Request| -> StatusCode {
        note(&request);
        panic!("on purpose")
    };
    let routes = Router::new()
        .route("/late", get(late))
        .route("/boom", get(boom))
        .route("/done", get(async |request: Request| note(&request)))
        .route("/nobody", get(async || ()));
    let app = shell().wrap(routes).unwrap();
    for (path, status, key) in
        [("/late", 504, true), ("/boom", 500, true), ("/done", 200, true), ("/nobody", 200, false)]
    {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let answered = app.clone().oneshot(request).await.unwrap().status();
        assert_eq!(answered.as_u16(), status, "{path}");
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let path = format!("path=\"{path}\"");
        let line = text.lines().find(|line| line.contains(&path)).unwrap();
        assert!(line.contains(&format!("status={status}")), "{line}");
        assert_eq!(line.contains("key=\"k1\""), key, "{line}");
    }
}

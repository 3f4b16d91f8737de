//! Takes what a client still sends after its request was refused.
//!
//! A server that answers in the middle of a body and closes makes most clients see a broken pipe instead of the answer:
//! they write first and read then. So a refusal waits, for a bounded time and a bounded number of bytes, until the rest has come;
//! not for who asked whether to send it at all (`Expect: 100-continue`), nor for what is longer than that.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
    http::header,
    middleware::Next,
    response::Response,
};
use futures::StreamExt as _;
use http_body::{Frame, SizeHint};
use tokio::sync::oneshot;

use super::BODY_LIMIT;

/// Bytes that are thrown away at most.
const BYTES: usize = 16 * BODY_LIMIT;
/// Time that a refusal waits at most.
const TIME: Duration = Duration::from_secs(2);

/// A request's body that comes back when it is let go.
struct Lent {
    body: Body,
    back: Option<oneshot::Sender<Body>>,
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(back) = self.back.take()
            && !self.body.is_end_stream()
        {
            // nobody waits: the request itself was dropped
            drop(back.send(std::mem::take(&mut self.body)));
        }
    }
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

pub(super) async fn after_refusals(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let asks_first = request.headers().contains_key(header::EXPECT);
    let (back, rest) = oneshot::channel();
    let request = request.map(|body| Body::new(Lent { body, back: Some(back) }));
    let response = next.run(request).await;
    let status = response.status();
    if (status.is_client_error() || status.is_server_error()) && !asks_first {
        drop(tokio::time::timeout(TIME, drain(rest)).await);
    }
    response
}

async fn drain(mut rest: oneshot::Receiver<Body>) {
    // read to its end, or still being read: then there is nothing to wait for
    let Ok(rest) = rest.try_recv() else { return };
    if rest.size_hint().lower() > BYTES as u64 {
        return;
    }
    let mut rest = rest.into_data_stream();
    let mut taken = 0;
    while taken < BYTES
        && let Some(Ok(bytes)) = rest.next().await
    {
        taken += bytes.len();
    }
}

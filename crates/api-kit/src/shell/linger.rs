//! Takes what a client still sends after its request was refused.
//!
//! A server that answers in the middle of a body and closes makes most clients see a broken pipe instead of the answer:
//! they write first and read then. So a refusal waits, for a bounded time and a bounded number of bytes, until the rest has
//! come; not for what is longer than that, nor for who asked whether to send it at all (`Expect: 100-continue`) and was not
//! told to: the first look at a body tells.

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

/// What is left of a request's body.
struct Rest {
    body: Body,
    /// Whether it was looked at, so that the client is sending it.
    begun: bool,
}

/// A request's body that comes back when it is let go.
struct Lent {
    rest: Rest,
    back: Option<oneshot::Sender<Rest>>,
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(back) = self.back.take()
            && !self.rest.body.is_end_stream()
        {
            let Rest { body, begun } = &mut self.rest;
            // nobody waits: the request itself was dropped
            drop(back.send(Rest { body: std::mem::take(body), begun: *begun }));
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
        self.rest.begun = true;
        Pin::new(&mut self.rest.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.rest.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.rest.body.size_hint()
    }
}

pub(super) async fn after_refusals(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let asks_first = request.headers().contains_key(header::EXPECT);
    let (back, rest) = oneshot::channel();
    let lend = |body| Lent { rest: Rest { body, begun: !asks_first }, back: Some(back) };
    let request = request.map(|body| Body::new(lend(body)));
    let response = next.run(request).await;
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        drop(tokio::time::timeout(TIME, drain(rest)).await);
    }
    response
}

async fn drain(mut rest: oneshot::Receiver<Rest>) {
    // read to its end, or still being read: then there is nothing to wait for
    let Ok(Rest { body, begun: true }) = rest.try_recv() else { return };
    if body.size_hint().lower() > BYTES as u64 {
        return;
    }
    let mut rest = body.into_data_stream();
    let mut taken = 0;
    while taken < BYTES
        && let Some(Ok(bytes)) = rest.next().await
    {
        taken += bytes.len();
    }
}

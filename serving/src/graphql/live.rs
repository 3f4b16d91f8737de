//! Subscriptions: over WebSocket (`graphql-transport-ws`) and as server-sent events.
//!
//! What follows a state (a quote, a price) speaks of the newest version there is whenever its reader can take an answer. What follows
//! steps (swaps, pools, candles, the chain) leaves none out: its reader may be some of them behind, then it ends with a reason. A
//! reader that takes no answer for a while is sent away.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use async_graphql::{
    Data, Executor, MergedSubscription, Request, Response, ServerError,
    parser::types::OperationType,
};
use futures::{
    FutureExt as _, Stream, StreamExt as _, future,
    stream::{self, BoxStream},
};

use self::crowd::{Crowd, MOST_OPEN, Place};
use super::{App, answer::finished, guard, session};

mod crowd;
mod follow;
mod market;
mod news;
mod quotes;
pub(super) mod socket;
pub(super) mod sse;

pub(super) use self::market::Newest;

/// Connections at a time.
pub(super) const MOST_CONNECTIONS: usize = 10_000;

/// The root of all subscriptions.
#[derive(Debug, Default, MergedSubscription)]
pub struct Subscription(quotes::QuoteUpdates, news::News, market::Market);

/// What answers on one connection.
#[derive(Clone)]
pub(super) struct Live {
    app: App,
    crowd: Crowd,
}

impl Live {
    pub(super) fn new(app: App) -> Self {
        Self { app, crowd: Crowd::default() }
    }

    /// Answers to a request, one for a query. Nothing once the connection asked for more than is held: it is closed then.
    fn answers(&self, request: Request, data: Arc<Data>) -> BoxStream<'static, Response> {
        let Some(place) = self.crowd.enter() else { return stream::empty().boxed() };
        Held { answers: self.admitted(request, data), _place: place }.boxed()
    }

    fn admitted(&self, mut request: Request, data: Arc<Data>) -> BoxStream<'static, Response> {
        let is_subscription = match self.app.persisted.admit(&mut request) {
            Ok(()) => is_subscription(&mut request),
            Err(refusal) => return refused(refusal),
        };
        let Some(place) = self.crowd.open() else {
            return refused(guard::refusal(format!(
                "this connection holds {MOST_OPEN} subscriptions already; end one, or open another connection"
            )));
        };
        let app = self.app.clone();
        let answers = if is_subscription {
            app.schema
                .execute_stream_with_session_data(session::following(&app.deps, request), data)
        } else {
            let limit = app.deps.timeout;
            let answer = async move {
                let late = || guard::refusal(format!("no answer within {} s", limit.as_secs()));
                tokio::time::timeout(limit, app.run(request))
                    .await
                    .unwrap_or_else(|_| Response::from_errors(vec![late()]))
            };
            answer.into_stream().boxed()
        };
        Held { answers: answers.map(finished).boxed(), _place: place }.boxed()
    }
}

impl Executor for Live {
    async fn execute(&self, request: Request) -> Response {
        let none = || Response::from_errors(vec![guard::refusal("no answer".to_owned())]);
        self.answers(request, Arc::default()).next().await.unwrap_or_else(none)
    }

    fn execute_stream(
        &self,
        request: Request,
        session_data: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        self.answers(request, session_data.unwrap_or_default())
    }
}

fn refused(refusal: ServerError) -> BoxStream<'static, Response> {
    let response = finished(Response::from_errors(vec![refusal]));
    stream::once(future::ready(response)).boxed()
}

fn is_subscription(request: &mut Request) -> bool {
    let name = request.operation_name.clone();
    let Ok(document) = request.parsed_query() else { return false };
    let mut operations = document.operations.iter();
    operations.any(|(operation, definition)| {
        let is_asked = name.as_ref().is_none_or(|name| {
            operation.is_some_and(|operation| operation.as_str() == name.as_str())
        });
        is_asked && definition.node.ty == OperationType::Subscription
    })
}

/// Answers that take a place.
struct Held {
    answers: BoxStream<'static, Response>,
    _place: Place,
}

impl Stream for Held {
    type Item = Response;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Response>> {
        self.answers.poll_next_unpin(context)
    }
}

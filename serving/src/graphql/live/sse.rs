//! Server-sent events: one request, and an event for each answer (`graphql-sse`, distinct connections).

use std::{convert::Infallible, pin::pin, time::Duration};

use api_kit::{
    access::{Grant, KeyScope},
    extract::{Json, Query},
    problem::Problem,
};
use async_graphql::{Executor as _, Request, Response};
use axum::{
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
};
use futures::{Stream, StreamExt as _, future};
use serde_json::Value;
use tokio::{sync::mpsc, time::timeout};

use super::{Live, socket::SEND};
use crate::graphql::{
    App,
    asked::{Params, request},
    written,
};

/// Between two looks whether its key is still good.
const LOOK: Duration = Duration::from_secs(20);
/// Between two signs of life where there is nothing to say.
const ALIVE: Duration = Duration::from_secs(15);

/// A request of GraphQL whose answers come as server-sent events.
///
/// All that a browser's `EventSource` can. An event `next` for each answer, and `complete` at the end (`graphql-sse`).
#[utoipa::path(
    get,
    path = "/graphql/stream",
    operation_id = "graphqlEvents",
    tag = "graphql",
    params(Params),
    responses(
        (
            status = 200,
            description = "Events: `next` with an answer as JSON in its data, `complete` at the end.",
            body = crate::graphql::described::Streamed,
            content_type = "text/event-stream",
        ),
    ),
)]
pub(in crate::graphql) async fn events(
    app: State<App>,
    grant: Grant,
    Query(params): Query<Params>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    grant.require(KeyScope::Read)?;
    let body = params.body()?.ok_or_else(|| {
        Problem::bad_request("QUERY_INVALID", "give `query`, or what names a document")
    })?;
    stream(&app, grant, request(body)?)
}

/// The same, as a body.
#[utoipa::path(
    post,
    path = "/graphql/stream",
    operation_id = "graphqlEventsOfBody",
    tag = "graphql",
    request_body(content = crate::graphql::described::Asked, description = "One request."),
    responses(
        (
            status = 200,
            description = "Events: `next` with an answer as JSON in its data, `complete` at the end.",
            body = crate::graphql::described::Streamed,
            content_type = "text/event-stream",
        ),
    ),
)]
pub(in crate::graphql) async fn posted(
    app: State<App>,
    grant: Grant,
    Json(body): Json<Value>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    grant.require(KeyScope::Read)?;
    stream(&app, grant, request(body)?)
}

fn stream(
    app: &App,
    grant: Grant,
    request: Request,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>> + use<>>, Problem> {
    let permit = app.connection()?;
    let shutdown = app.deps.shutdown.clone();
    let mut answers = Live::new(app.clone()).execute_stream(request, None);
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        // the connection counts as long as this goes on
        let _held = permit;
        let over = async {
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = ended(grant) => {}
            }
        };
        let mut over = pin!(over);
        loop {
            let (event, is_last) = tokio::select! {
                answer = answers.next() => match answer {
                    Some(answer) => (next(&answer), false),
                    None => (complete(), true),
                },
                () = &mut over => (complete(), true),
                () = sender.closed() => return,
            };
            match timeout(SEND, sender.send(event)).await {
                Ok(Ok(())) if !is_last => {}
                Ok(_) => return,
                Err(_) => {
                    tracing::info!(
                        "a subscriber took no event for {} s and is sent away",
                        SEND.as_secs()
                    );
                    return;
                }
            }
        }
    });
    let events = futures::stream::unfold(receiver, async |mut receiver| {
        receiver.recv().await.map(|event| (Ok(event), receiver))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(ALIVE)))
}

fn next(answer: &Response) -> Event {
    let text = written::text(answer).ok().and_then(|text| String::from_utf8(text).ok());
    let text = text.unwrap_or_else(|| "{}".to_owned());
    Event::default().event("next").data(text)
}

fn complete() -> Event {
    Event::default().event("complete").data("")
}

/// Waits until the key of a request is good for nothing any more.
async fn ended(grant: Grant) {
    if !grant.has_key() {
        future::pending::<()>().await;
    }
    while grant.renewed().await.is_ok() {
        tokio::time::sleep(LOOK).await;
    }
}
